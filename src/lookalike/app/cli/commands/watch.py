"""`lookalike watch`: follow folders, and index what changes."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from lookalike.app.cli.commands.index import changes_of
from lookalike.app.cli.exits import Exit
from lookalike.app.cli.help import KEEP, LIBRARY, add_verb
from lookalike.app.cli.interrupt import stop_on_interrupt
from lookalike.app.cli.options import JsonLines, LibraryFolder, common, open_chosen
from lookalike.app.cli.output import json_line, note, shown, write
from lookalike.errors import BadQuery, LibraryBusy
from lookalike.figures import counted

if TYPE_CHECKING:
    from lookalike.search.ingest.options import Options
    from lookalike.search.ingest.report import IndexReport
    from lookalike.search.library import Library

PATIENCE = 2.0
"""Seconds until a library that another process writes to is tried again."""


def watch(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Folders with pictures.")],
    settle: Annotated[
        float,
        typer.Option(
            "--settle", min=0.1, max=10.0, metavar="SECONDS", help="Index when nothing has changed for so long."
        ),
    ] = 1.0,
    library: LibraryFolder = None,
    workers: Annotated[
        int, typer.Option(min=1, metavar="N", rich_help_panel=LIBRARY, help="Decode and describe in N processes.")
    ] = os.cpu_count() or 1,
    jsonl: JsonLines = False,
) -> int:
    """Follow folders, and index what changes in them.

    Ctrl-C ends it. A drive that is taken out is waited for, and its files are kept. Each look ends as `lookalike index`
    would.
    """
    from lookalike.app.documents import index_document
    from lookalike.search.ingest.options import Options
    from lookalike.search.watching import Follower, Pace

    with open_chosen(library) as opened, stop_on_interrupt() as should_stop:
        roots = _folders(paths, opened)
        line = _Line(quiet=common().quiet, is_live=sys.stderr.isatty())
        own = os.path.realpath(opened.folder)
        follower = Follower(roots, [own], should_stop, Pace(quiet=settle), line.trouble)
        options = Options(workers, opened.limits, should_stop=should_stop, away=follower.away)
        for _ in follower.bursts():
            report = _indexed(opened, follower.there, options, line)
            if report is None:
                continue
            if jsonl and _has_changed(report):
                write(json_line(index_document(report)))
            line.told(report, len(opened), roots, follower.there())
            time.sleep(min(report.seconds, PATIENCE))  # at most half of the time is spent on looking
        line.end()
    return Exit.DONE


def _folders(paths: list[str], library: Library) -> list[str]:
    """Absolute, none below another; raises `BadQuery` for what is no folder and never was one of the library."""
    found = sorted({os.path.realpath(path) for path in paths})
    for path in found:
        if not os.path.isdir(path):  # noqa: PTH112  names of any bytes
            is_known = not os.path.lexists(path) and library.store.stamps([path])
            if not is_known:
                raise BadQuery(f"{path!r} is no folder: name folders that are there, or that the library knows")
    library.store.count()  # where there is no library, it says so here
    return [path for path in found if not any(path != other and _lies_in(path, other) for other in found)]


def _lies_in(path: str, folder: str) -> bool:
    return path.startswith(folder.rstrip(os.sep) + os.sep)


def _indexed(library: Library, there: Callable[[], list[str]], options: Options, line: _Line) -> IndexReport | None:
    """The report of a look at all folders that are there; None where there is none, or one has just gone."""
    while (roots := there()) and not options.should_stop():
        try:
            return library.index(roots, options=options)
        except LibraryBusy as error:
            line.trouble(str(error))
            time.sleep(PATIENCE)
        except BadQuery:
            if roots == there():
                raise
    return None


def _has_changed(report: IndexReport) -> bool:
    return bool(report.added or report.updated or report.moved or report.removed or report.new_failures)


class _Line:
    """One line on stderr: written over on a terminal; elsewhere another one for each look that found something."""

    def __init__(self, *, quiet: bool, is_live: bool) -> None:
        self._quiet = quiet
        self._is_live = is_live and not quiet
        self._last = "nothing has changed yet"
        self._width = 0
        self._troubles: set[str] = set()

    def told(self, report: IndexReport, pictures: int, roots: list[str], there: list[str]) -> None:
        """Tells the outcome of a look, and which folders are followed."""
        kept = sum(count for _, count in report.kept)
        if _has_changed(report):
            self._last = f"{time.strftime('%H:%M:%S')} {changes_of(report)}"
        gone = f", {len(roots) - len(there)} not there" if len(there) < len(roots) else ""
        away = f", {counted(kept, 'file')} kept whose folder is gone or empty" if kept else ""
        state = f"following {counted(len(roots), 'folder')}{gone}: {pictures:,} pictures{away}; {self._last}"
        if self._is_live:
            self._over(shown(state))
        elif _has_changed(report) or gone or not self._width:
            self._plain(state)

    def trouble(self, words: str) -> None:
        """Something that is worth a line of its own, once."""
        if words not in self._troubles:
            self._troubles.add(words)
            self.end()
            note(words)

    def end(self) -> None:
        """Leaves what is written."""
        if self._is_live and self._width:
            sys.stderr.write("\n")
            self._width = 0

    def _over(self, text: str) -> None:
        with suppress(OSError):
            sys.stderr.write("\r" + text.ljust(self._width))
            sys.stderr.flush()
        self._width = len(text)

    def _plain(self, text: str) -> None:
        if not self._quiet:
            note(text)
        self._width = len(text)


def add_to(app: typer.Typer) -> None:
    """Registers the verb."""
    add_verb(
        app,
        watch,
        "lookalike watch ~/Pictures",
        "lookalike watch ~/Pictures /media/me/card --settle 5",
        group=KEEP,
    )
