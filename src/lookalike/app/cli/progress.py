"""A progress bar on a terminal, nothing elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lookalike.app.cli.output import json_line

if TYPE_CHECKING:
    from lookalike.search.ingest.options import Progress

_NAMES = {"indexes": "building indexes", "groups": "resolving"}
"""Words for stages that are a bar of their own."""


def progress_line(progress: Progress) -> bytes:
    """A line of --jsonl after a commit: how many of the `total` are done, under a name that says what they are."""
    done = "committed" if progress.of == "pictures" else progress.of
    return json_line({done: progress.committed, "total": progress.total, "failed": progress.failed})


@contextmanager
def bar(quiet: bool, doing: str = "indexing") -> Iterator[Callable[[Progress], None]]:
    """A function to call after each commit: it shows the rate, the time left, and the failures."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as RichProgress

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[failed]}"),
    )
    with RichProgress(*columns, console=Console(stderr=True)) as shown:
        tasks = {doing: shown.add_task(doing, total=None, rate="", failed="")}

        def advance(progress: Progress) -> None:
            name = _NAMES.get(progress.of, doing)
            if name not in tasks:
                tasks[name] = shown.add_task(name, total=None, rate="", failed="")
            speed = shown.tasks[shown.task_ids.index(tasks[name])].speed
            shown.update(
                tasks[name],
                total=progress.total,
                completed=progress.committed,
                rate=f"{speed:.0f}/s" if speed else "",
                failed=f"{progress.failed} failed" if progress.failed else "",
            )

        yield advance
