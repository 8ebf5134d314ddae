"""Which map, if any, the edited copies of one's own pictures call for: learned from some pictures and edits, judged on
others [Pizzi et al., A self-supervised descriptor for image copy detection, CVPR 2022]."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import BadQuery
from lookalike.learn.closed_form import LinearMap, principal, solved

Rows = NDArray[np.float32]
Places = NDArray[np.int64]
Map = Callable[[Rows], Rows]
"""(n, d) unit rows to (n, k) unit rows."""

LEAST: Final = 40
"""Pictures whose copies are needed."""
SHRINKAGES: Final = (0.1, 0.5)
SHARES: Final = (0.25, 0.5, 0.75)
"""Weights of the map beside the rows as they are."""
ABSENT: Final = 3
"""One original in so many is not there to be found."""
SAMPLE: Final = 1000
"""Pictures among which strangers are measured."""
REPLICATES: Final = 1000
PRECISION: Final = 0.99


@dataclass(frozen=True, eq=False)
class Part:
    """Numbers of the originals (o,) and of the edits that a part of the trial is about."""

    originals: Places
    edits: Places


@dataclass(frozen=True, eq=False)
class OwnCopies:
    """Unit rows (n, d) of pictures, and (p, e, d) of copies of those at `places` (p,), each edited in e ways."""

    rows: Rows
    places: Places
    copies: Rows

    def __post_init__(self) -> None:
        if self.copies.shape[0] != len(self.places) or self.copies.shape[2] != self.rows.shape[1]:
            raise ValueError(f"copies {self.copies.shape} of {len(self.places)} pictures of {self.rows.shape} wanted")

    def classes(self, part: Part) -> Rows:
        """(o, 1 + e, d) of each original of the part and its copies."""
        originals = self.rows[self.places[part.originals]]
        return np.concatenate([originals[:, None], self.copies[part.originals][:, part.edits]], axis=1)


@dataclass(frozen=True, eq=False)
class Parts:
    """Half of the originals and of the edits to learn from; of the rest half to choose by, and half to judge by."""

    learn: Part
    choose: Part
    judge: Part


def parts_of(originals: int, edits: int, rng: np.random.Generator) -> Parts:
    """No original and no edit in two parts; raises `BadQuery` where there are too few originals."""
    if originals < LEAST or edits < 4:
        raise BadQuery(
            f"copies of {LEAST} pictures and 4 edits at least are wanted, and there are {originals} and {edits}: "
            "a map is judged by pictures and edits that it has not seen"
        )
    of, by = rng.permutation(originals), rng.permutation(edits)

    def part(first: float, last: float) -> Part:
        return Part(*(np.sort(each[round(first * len(each)) : round(last * len(each))]) for each in (of, by)))

    return Parts(part(0, 0.5), part(0.5, 0.75), part(0.75, 1))


@dataclass(frozen=True, eq=False)
class Found:
    """Best score (q,) of each question, whether it is right, whether there is an answer, and its original."""

    scores: NDArray[np.float64]
    right: NDArray[np.bool_]
    answered: NDArray[np.bool_]
    original: Places

    def measured(self, weights: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(r,) micro-AP and recall at 99 % precision, each original counting as (r, o) `weights` say.

        The best pair of each question is proposed, all under one threshold.
        """
        order = np.argsort(-self.scores, kind="stable")
        each = weights[:, self.original[order]]
        right = each * self.right[order]
        proposed = np.maximum(np.cumsum(each, axis=1), 1e-12)
        precision = np.cumsum(right, axis=1) / proposed
        whole = np.maximum((each * self.answered[order]).sum(axis=1), 1e-12)
        recall = np.cumsum(right, axis=1) / whole[:, None]
        return (right * precision).sum(axis=1) / whole, np.where(precision >= PRECISION, recall, 0).max(axis=1)


@dataclass(frozen=True, eq=False)
class Questions:
    """Copies of a part as questions to pictures that were not learned from; one original in three is taken out."""

    base: Rows
    asked: Rows
    answer: Places
    """(q,) place in the base; -1: not there."""
    original: Places

    @classmethod
    def of(cls, own: OwnCopies, part: Part, learned: Part) -> Questions:
        absent = part.originals[::ABSENT]
        out = np.concatenate([own.places[learned.originals], own.places[absent]])
        kept = np.setdiff1d(np.arange(len(own.rows)), out)
        places = own.places[part.originals]
        answer = np.where(np.isin(part.originals, absent), -1, np.searchsorted(kept, places))
        asked = own.copies[part.originals][:, part.edits]
        count = len(part.edits)
        return cls(
            own.rows[kept],
            np.asarray(asked.reshape(-1, asked.shape[2]), np.float32),
            np.repeat(answer, count),
            np.repeat(np.arange(len(part.originals)), count),
        )

    def scores(self, mapped: Map | None = None) -> Rows:
        """(q, n) on the scale on which channels are mixed: 0 as two pictures of the base in the median, 1 as one."""
        base, asked = (self.base, self.asked) if mapped is None else (mapped(self.base), mapped(self.asked))
        some = base[:SAMPLE] @ base[:SAMPLE].T
        unrelated = float(np.median(some[~np.eye(len(some), dtype=bool)]))
        return np.asarray((asked @ base.T - unrelated) / (1 - unrelated), np.float32)

    def found(self, scores: Rows) -> Found:
        """Best of each; of equal ones the first."""
        best = scores.argmax(axis=1)
        top = scores[np.arange(len(scores)), best].astype(np.float64)
        return Found(top, best == self.answer, self.answer >= 0, self.original)


@dataclass(frozen=True)
class CopyGain:
    """A measure of the rows as they are and of the mixture; the gain with the middle 95 % over originals."""

    plain: float
    adapted: float
    mean: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class SelfAdaptation:
    """Outcome: the candidate that was chosen, what it counts, and what it gains on pictures and edits never seen.

    `kept` is True only where the gain of micro-AP is above zero at its lower bound, and recall at 99 % precision loses
    nothing beyond its interval.
    """

    pictures: int
    name: str
    share: float
    micro_ap: CopyGain
    recall: CopyGain
    map: LinearMap

    @property
    def kept(self) -> bool:
        return self.micro_ap.low > 0 and self.recall.high >= 0


def closed_forms(own: OwnCopies, part: Part) -> Mapping[str, LinearMap]:
    """Whitening and discriminants, each original with its copies a class."""
    classes = own.classes(part)
    labels = np.repeat(np.arange(len(classes)), classes.shape[1]).astype(np.int64)
    rows = np.asarray(classes.reshape(-1, classes.shape[2]), np.float32)
    start = principal(own.rows)
    reduced = np.asarray((rows - start.mean) @ start.matrix, np.float32)
    found = {}
    for kind in ("whitening", "discriminants"):
        for shrinkage in SHRINKAGES:
            inner = solved(kind, shrinkage, reduced, labels)
            mean = np.asarray(start.mean + start.matrix @ inner.mean, np.float32)
            found[f"{kind}, shrinkage {shrinkage:g}"] = LinearMap(mean, start.matrix @ inner.matrix)
    return found


def compared(
    own: OwnCopies, parts: Parts, mapped: Map, share: float, rng: np.random.Generator
) -> tuple[CopyGain, CopyGain]:
    """Gain of micro-AP and of recall of a mixture, on the part to judge by."""
    judge = Questions.of(own, parts.judge, parts.learn)
    before = judge.scores()
    after = _mixed(before, judge.scores(mapped), share)
    micro_ap, recall = _gains(judge.found(before), judge.found(after), len(parts.judge.originals), rng)
    return micro_ap, recall


def tried(own: OwnCopies, parts: Parts, maps: Mapping[str, LinearMap], rng: np.random.Generator) -> SelfAdaptation:
    """The map and share with the highest micro-AP on the part to choose by, judged on the part to judge by."""
    choose = Questions.of(own, parts.choose, parts.learn)
    plain = choose.scores()
    one = np.ones((1, len(parts.choose.originals)))
    figures = {
        (name, share): float(choose.found(_mixed(plain, mapped, share)).measured(one)[0][0])
        for name, mapped in ((name, choose.scores(each)) for name, each in maps.items())
        for share in SHARES
    }
    name, share = max(figures, key=lambda key: figures[key])
    micro_ap, recall = compared(own, parts, maps[name], share, rng)
    return SelfAdaptation(len(own.places), name, share, micro_ap, recall, maps[name])


def _mixed(plain: Rows, mapped: Rows, share: float) -> Rows:
    return np.float32(1 - share) * plain + np.float32(share) * mapped


def _gains(before: Found, after: Found, originals: int, rng: np.random.Generator) -> Sequence[CopyGain]:
    """Gains of micro-AP and of recall; whole originals drawn: their copies are no independent witnesses."""
    drawn = rng.multinomial(originals, np.full(originals, 1 / originals), size=REPLICATES).astype(np.float64)
    weights = np.concatenate([np.ones((1, originals)), drawn])
    gains = []
    for plain, adapted in zip(before.measured(weights), after.measured(weights), strict=True):
        low, high = np.quantile(adapted[1:] - plain[1:], (0.025, 0.975))
        first, then = float(plain[0]), float(adapted[0])
        gains.append(CopyGain(first, then, then - first, float(low), float(high)))
    return gains
