"""Figures of trust: what was told of near misses and of true copies, counted, and by kind with their intervals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from lookalike.evaluate.near_misses.worn import COPIES, WEARS
from lookalike.evaluate.statistics import Estimate, bootstrap_mean
from lookalike.evaluate.trust import Verdict

AGREE: Final = 0.5
"""Intersection over union of the boxes told and the true ones, from which on they agree."""


@dataclass(frozen=True)
class Tally:
    """Counts of the answers to some questions.

    `variants` pairs were near misses, of which `identical` and `copy` count the false answers; `told` of them were
    called variants. `copies` were true ones, `kept` of them told so. `boxed` pairs have boxes; `median_overlap`,
    `agreeing` (at least `AGREE`) and `touched` are of those.
    """

    variants: int = 0
    identical: int = 0
    copy: int = 0
    told: int = 0
    copies: int = 0
    kept: int = 0
    boxed: int = 0
    agreeing: int = 0
    median_overlap: float | None = None
    touched: float | None = None
    relations: Mapping[str, int] = field(default_factory=dict)

    @property
    def false_per_thousand(self) -> tuple[float, float]:
        """`identical` and `copy` told of a thousand near misses."""
        return 1000 * self.identical / max(1, self.variants), 1000 * self.copy / max(1, self.variants)


def tally(verdicts: Iterable[Verdict]) -> Tally:
    """Counts over all."""
    held = list(verdicts)
    near = [each for each in held if each.question.truth == "variant"]
    true = [each for each in held if each.question.truth != "variant"]
    overlaps = [each.overlap for each in near if each.overlap is not None]
    met = [each.touched for each in near if each.touched is not None]
    relations = [each.told.relation for each in near]
    return Tally(
        len(near),
        relations.count("identical"),
        relations.count("copy"),
        relations.count("variant"),
        len(true),
        sum(each.is_kept for each in true),
        len(overlaps),
        sum(each >= AGREE for each in overlaps),
        float(np.median(overlaps)) if overlaps else None,
        float(np.mean(met)) if met else None,
        {name: relations.count(name) for name in dict.fromkeys(relations)},
    )


def by_kind(verdicts: Sequence[Verdict]) -> dict[str, Tally]:
    """A tally of each kind, in their order, and of all."""
    kinds = dict.fromkeys(each.question.kind for each in verdicts)
    return {kind: tally(each for each in verdicts if each.question.kind == kind) for kind in kinds} | {
        "all": tally(verdicts)
    }


def by_edit(verdicts: Sequence[Verdict]) -> dict[str, Tally]:
    """A tally of what b went through: first what variants did, then the copies."""
    edits = dict.fromkeys((*WEARS, *COPIES))
    found = {name: [each for each in verdicts if each.question.edit == name] for name in edits}
    return {name: tally(some) for name, some in found.items() if some}


def figures(verdicts: Sequence[Verdict], rng: np.random.Generator) -> dict[str, Estimate]:
    """Shares with their intervals over families, those without anything to count left out.

    Of near misses: `false identical`, `false copy`, `variant`, and `boxes` that agree; of true copies: `kept`.
    """
    near = [each for each in verdicts if each.question.truth == "variant"]
    true = [each for each in verdicts if each.question.truth != "variant"]
    boxed = [each for each in near if each.overlap is not None]
    counted = {
        "false identical": [(each, each.told.relation == "identical") for each in near],
        "false copy": [(each, each.told.relation == "copy") for each in near],
        "variant": [(each, each.told.relation == "variant") for each in near],
        "kept": [(each, each.is_kept) for each in true],
        "boxes": [(each, each.overlap is not None and each.overlap >= AGREE) for each in boxed],
    }
    return {name: _share(flags, rng) for name, flags in counted.items() if flags}


def _share(flags: Sequence[tuple[Verdict, bool]], rng: np.random.Generator) -> Estimate:
    families = [(each.question.kind, each.question.seed) for each, _ in flags]
    numbers = {family: at for at, family in enumerate(dict.fromkeys(families))}
    groups = np.array([numbers[family] for family in families], np.int64)
    return bootstrap_mean(np.array([flag for _, flag in flags], np.float64), groups, rng)
