"""A comparison of losses as a page that stands alone: the order of the papers, the order that holds, all figures."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from lookalike.evaluate import plots
from lookalike.evaluate.reality.comparison import Comparison, Row
from lookalike.search.atomic import write_atomically
from lookalike.search.pages.render import environment


def save_report(name: str, found: Comparison, path: str | os.PathLike[str]) -> Path:
    """Writes the page, whole or not at all."""
    page = (
        environment("lookalike.evaluate")
        .get_template("reality.html")
        .render(
            name=name,
            found=found,
            by_year=_drawn(found.rows),
            ranked=_drawn(found.ranked),
            measures=list(found.rows[-1].metrics),
        )
    )
    return write_atomically(Path(path), page.encode("utf-8", "backslashreplace"))


def _drawn(rows: Sequence[Row]) -> str:
    figures = {_dated(row): row.metrics["map@r"] for row in rows}
    return plots.intervals({name: (one.value, one.low, one.high) for name, one in figures.items()}, across="MAP@R")


def _dated(row: Row) -> str:
    return row.name if row.year is None else f"{row.name}, {row.year}"
