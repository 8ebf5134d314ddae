"""The comparison: what is not trained, what is solved for, and every loss, with intervals over classes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.stats import spearmanr

from lookalike.errors import BadSetting
from lookalike.evaluate.reality.contenders import Contender
from lookalike.evaluate.reality.figures import Figures, Labels, measured
from lookalike.evaluate.reality.runs import Runs, Stopped
from lookalike.evaluate.reality.solved import SOLVED, closed_form
from lookalike.evaluate.reality.split import FOLDS, Split
from lookalike.evaluate.statistics import Estimate
from lookalike.learn.closed_form import principal
from lookalike.learn.torch_ import loaded
from lookalike.search.ingest.options import Options, Progress

if TYPE_CHECKING:
    from lookalike.evaluate.reality.trials import Trials

FEWEST: Final = 8
"""Losses whose order says something."""


@dataclass(frozen=True)
class Settings:
    """Equal for all losses: settings drawn, seeds of the best one, iterations of each run, numbers a picture."""

    budget: int = 4
    seeds: int = 2
    iterations: int = 200
    dim: int = 64

    def __post_init__(self) -> None:
        if min(self.budget, self.seeds, self.iterations) < 1 or self.dim < 2:
            raise BadSetting("budget, seeds and iterations are 1 or more, and dim is 2 or more")


@dataclass(frozen=True)
class Row:
    """A method of the table, the year of its paper where it has one, and its estimates by measure.

    `gain` is that of MAP@R over principal components, and paired; what is not learned has none.
    """

    name: str
    year: int | None
    metrics: Mapping[str, Estimate]
    is_loss: bool = False


@dataclass(frozen=True, eq=False)
class Comparison:
    """Rows in the order of their papers."""

    pictures: int
    test_pictures: int
    classes: int
    test_classes: int
    rows: Sequence[Row]

    @property
    def ranked(self) -> list[Row]:
        """Best first, by MAP@R."""
        return sorted(self.rows, key=lambda row: -row.metrics["map@r"].value)

    @property
    def by_year(self) -> float | None:
        """Rank correlation of a loss's year and its MAP@R [Spearman 1904]; None for fewer than eight losses."""
        losses = [row for row in self.rows if row.is_loss]
        if len(losses) < FEWEST:
            return None
        return float(spearmanr([row.year for row in losses], [row.metrics["map@r"].value for row in losses])[0])


def compare(
    split: Split,
    contenders: Sequence[Contender],
    settings: Settings,
    runs: Path,
    options: Options,
    on_row: Callable[[Row], None] = lambda _: None,
) -> Comparison | None:
    """Rows of all that is compared, in the order of their papers.

    Outcomes of runs are kept in the file `runs`. None where `options.should_stop` ended it. Raises `MissingExtra`
    without torch, `BadSetting` for more numbers a picture than the fewest pictures have directions.
    """
    loaded("comparing losses")
    from lookalike.evaluate.reality.trials import Trials

    known = [split.rows[split.known(fold)] for fold in range(FOLDS)]
    most = min(principal(rows, settings.dim).matrix.shape[1] for rows in known)
    if most < settings.dim:
        raise BadSetting(f"the pictures differ in {most} directions: ask for no more than dim={most}")
    total = len(contenders) * (settings.budget * FOLDS + settings.seeds)
    done = Runs(runs, options.should_stop, lambda count: options.on_commit(Progress(total, count, 0)))
    trials = Trials(split, done, settings.budget, settings.seeds, settings.iterations, settings.dim)
    rows = []
    try:
        for row in _rows(split, trials, contenders):
            rows.append(row)
            on_row(row)
    except Stopped:
        return None
    count, tested = len(np.unique(split.labels)), len(np.unique(split.test_labels))
    return Comparison(len(split.rows), int(split.test.sum()), count, tested, rows)


def _rows(split: Split, trials: Trials, contenders: Sequence[Contender]) -> Iterator[Row]:
    groups = groups_of(split.test_labels)
    plain, baseline = measured(split.rows[split.test], split.test_labels), trials.principal()
    yield Row(f"{split.seen_as} as it is", None, Figures(plain, plain).estimates(None, groups))
    yield Row("PCA", 1901, baseline.estimates(None, groups))
    if split.pixels is not None:
        yield Row("the network untrained", None, trials.untrained().estimates(baseline, groups))
    for kind, year in SOLVED:
        yield Row(kind, year, closed_form(split, kind, trials.dim).estimates(baseline, groups))
    for each in contenders:
        yield Row(each.name, each.year, trials.of(each).estimates(baseline, groups), is_loss=True)


def groups_of(labels: Labels) -> Labels:
    """Class, from 0, of each picture that has another of its class."""
    _, at, counts = np.unique(labels, return_inverse=True, return_counts=True)
    return np.unique(at[counts[at] > 1], return_inverse=True)[1]
