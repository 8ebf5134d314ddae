"""An evaluation as a page that stands alone: the table, plots, and where the best method goes wrong."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lookalike.evaluate import plots
from lookalike.evaluate.misses import Miss
from lookalike.evaluate.protocol import Row, decides
from lookalike.evaluate.ruler import Evaluation
from lookalike.evaluate.views import Views
from lookalike.figures import score
from lookalike.pixels.limits import Limits
from lookalike.search.atomic import write_atomically
from lookalike.search.pages.render import environment

DRAWN = 8
"""Methods in the plots of curves and edits."""


@dataclass(frozen=True)
class View:
    """A picture of a row: what it is, where it lies, and its thumbnail or None."""

    role: str
    name: str
    thumbnail: bytes | None


@dataclass(frozen=True)
class Shown:
    """One failure: a sentence, and its pictures side by side."""

    line: str
    views: tuple[View, ...]


def save_report(found: Evaluation, path: str | os.PathLike[str], limits: Limits) -> Path:
    """Writes the page, whole or not at all."""
    with Views(found, limits) as views:
        shown = [_shown(found, miss, views) for miss in found.rows[0].misses]
    drawn = found.rows[:DRAWN]
    page = (
        environment("lookalike.evaluate")
        .get_template("report.html")
        .render(
            found=found,
            decisive=decides(found.task),
            measures=list(found.rows[0].metrics),
            cost=_cost(found),
            curves=_curves(drawn),
            edits=[(kind, _bars(drawn, kind)) for kind in found.rows[0].by_kind],
            drawn=[(row.method, at % plots.COLOURS) for at, row in enumerate(drawn)],
            shown=shown,
        )
    )
    return write_atomically(Path(path), page.encode("utf-8", "backslashreplace"))


def _cost(found: Evaluation) -> str:
    measure = decides(found.task)
    points = {row.method: (row.ms_per_image, row.metrics[measure].value) for row in found.rows}
    return plots.scatter(points, across="ms an image, one core", up=measure)


def _curves(rows: Sequence[Row]) -> str:
    lines = {row.method: (row.curve.recall, row.curve.precision) for row in rows if row.curve is not None}
    return plots.curves(lines, across="recall", up="precision") if lines else ""


def _bars(rows: Sequence[Row], kind: str) -> str:
    figures = [row.by_kind[kind] for row in rows]
    return plots.bars([(figure.value, figure.low, figure.high) for figure in figures])


def _shown(found: Evaluation, miss: Miss, views: Views) -> Shown:
    names = found.task.pictures
    query = View("asked", names[miss.query], views.thumbnail(names[miss.query]))
    first = View(f"found first, {score(miss.score, 2)}", names[miss.first], views.thumbnail(names[miss.first]))
    if miss.right is None:
        return Shown("Nothing is right here, yet this scores high.", (query, first))
    right = View("right", names[miss.right], views.thumbnail(names[miss.right]))
    return Shown(f"The right one came at rank {miss.rank}.", (query, first, right))
