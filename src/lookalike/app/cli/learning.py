"""Options of the verbs that learn from a library's own pictures, and the library opened for one of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Final

import typer

from lookalike.app.cli.help import ASK, LIBRARY
from lookalike.app.cli.interrupt import stop_on_interrupt
from lookalike.app.cli.options import common, open_chosen

if TYPE_CHECKING:
    from lookalike.search.ingest.options import Options
    from lookalike.search.library import Library

SOURCES: Final = "copies, judgements, object, label, folder, folder:DIR, or the KEY of a fact"
Source = Annotated[
    str | None,
    typer.Option("--from", metavar="SOURCE", rich_help_panel=ASK, help=f"What is learned from: {SOURCES}."),
]
Originals = Annotated[
    int, typer.Option(min=2, metavar="N", rich_help_panel=ASK, help="From copies: edit N pictures that can be found.")
]
Seed = Annotated[int, typer.Option(min=0, metavar="N", rich_help_panel=ASK, help="Seed for all that is drawn.")]
Workers = Annotated[
    int, typer.Option(min=1, metavar="N", rich_help_panel=LIBRARY, help="Edit and describe in N processes.")
]
CORES: Final = os.cpu_count() or 1


@contextmanager
def learning(library: str | None, workers: int) -> Iterator[tuple[Library, Options]]:
    """The library, and options by which what is asked is told and may be stopped."""
    from lookalike.app.cli.progress import bar
    from lookalike.search.ingest.options import Options

    with open_chosen(library) as opened, bar(common().quiet, "asking") as advance, stop_on_interrupt() as should_stop:
        yield opened, Options(workers, opened.limits, on_commit=advance, should_stop=should_stop)
