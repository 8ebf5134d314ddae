"""`lookalike eval FOLDER --reality`: losses of metric learning beside one another, each with an equal search."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lookalike.app.cli.options import remark
from lookalike.figures import score

if TYPE_CHECKING:
    from lookalike.evaluate.reality.comparison import Comparison, Row, Settings
    from lookalike.evaluate.statistics import Estimate
    from lookalike.search.ingest.options import Options

COLUMNS = ("p@1", "r_precision", "map@r", "gain")
"""The last is the gain of MAP@R over principal components."""


def asked(
    folder: str, losses: Sequence[str], side: int | None, settings: Settings, cache: Path, options: Options
) -> tuple[Comparison, Mapping[str, int]] | None:
    """The comparison on a folder of classes, all losses for none named, and what was left out; None when stopped."""
    from lookalike.evaluate.reality.comparison import compare
    from lookalike.evaluate.reality.contenders import chosen
    from lookalike.evaluate.reality.of_folder import of_folder

    contenders = chosen(losses)
    found = of_folder(folder, side, cache, options)
    if found is None:
        return None
    for why, count in found.folder.left_out.items():
        remark(f"{count} left out: {why}")
    runs = cache / "reality" / f"{found.folder.digest}-{side or 'convnet'}.jsonl"
    runs.parent.mkdir(parents=True, exist_ok=True)
    compared = compare(found.split, contenders, settings, runs, options, lambda row: remark(_told(row)))
    return None if compared is None else (compared, found.folder.left_out)


def _told(row: Row) -> str:
    return f"{row.name}: MAP@R {score(row.metrics['map@r'].value)}"


def report(found: Comparison) -> Iterator[str]:
    """The table in the order of the papers, then the order that holds here."""
    yield (
        f"{found.pictures} pictures of {found.classes} classes; {found.test_pictures} of {found.test_classes} classes "
        "are the test, which nothing was learned from"
    )
    width = max(len(row.name) for row in found.rows) + 2
    yield f"{'in the order of the papers':{width}}{'year':>6}" + "".join(f"{name:>24}" for name in COLUMNS)
    for row in found.rows:
        figures = "".join(f"{_figure(name, row.metrics.get(name)):>24}" for name in COLUMNS)
        yield f"{row.name:{width}}{row.year or '':>6}{figures}"
    yield "gain: of MAP@R over PCA, paired; 95 % intervals over classes"
    yield ""
    best = ", ".join(f"{row.name} {score(row.metrics['map@r'].value)}" for row in found.ranked)
    yield f"in the order that holds here, by MAP@R: {best}"
    if found.by_year is not None:
        yield f"rank correlation of a loss's year and its MAP@R: {found.by_year:+.2f}"


def _figure(name: str, one: Estimate | None) -> str:
    if one is None:
        return ""
    value, low, high = (f"{each:+.3f}" if name == "gain" else score(each) for each in (one.value, one.low, one.high))
    return f"{value} [{low} {high}]"
