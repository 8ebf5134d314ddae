"""Which linear map, if any, labelled rows call for: tried on what was left out, against leaving all as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import BadQuery
from lookalike.learn.closed_form import Kind, Labels, LinearMap, Rows, principal, solved

FOLDS: Final = 4
QUESTIONS: Final = 150
"""Rows of a fold that ask, at most."""
REPLICATES: Final = 1000
KINDS: Final[tuple[Kind, ...]] = ("whitening", "discriminants")
SHRINKAGES: Final = (0.1, 0.5)
SHARES: Final = (0.25, 0.5, 0.75)
"""Weights of the map beside the rows as they are: never all, since these know edited copies better."""
LEAST_CLASSES: Final = 8
"""Classes of two pictures or more that are needed: fewer tell nothing of others."""


@dataclass(frozen=True)
class Setting:
    """A kind of map, how far the scatter within classes is evened out, and what it counts beside the rows."""

    kind: Kind
    shrinkage: float
    share: float


@dataclass(frozen=True)
class Gain:
    """MAP@R of the rows as they are and with the map; the gain, and the middle 95 % of its bootstrap over classes."""

    plain: float
    adapted: float
    mean: float
    low: float
    high: float


def gain_of(rows: Rows, plain: Rows, labels: Labels, rng: np.random.Generator) -> Gain:
    """Gain of (n, k) unit rows over plain (n, d) unit rows: pictures with others of their class, asked among all."""
    same = labels[:, None] == labels[None]
    np.fill_diagonal(same, False)
    answered = same.any(axis=1)
    before, after = (
        average_precision_at_r(_cosines(each, np.arange(len(each)))[answered], same[answered]) for each in (plain, rows)
    )
    low, high = interval(after - before, labels[answered], rng)
    return Gain(float(before.mean()), float(after.mean()), float((after - before).mean()), low, high)


@dataclass(frozen=True, eq=False)
class Adaptation:
    """Outcome. `strangers`: gain on classes that the map never saw; `known`: on new pictures of those it saw.

    `kept` is True only where the gain on strangers is above zero at its lower bound.
    """

    classes: int
    pictures: int
    setting: Setting
    strangers: Gain
    known: Gain
    map: LinearMap

    @property
    def kept(self) -> bool:
        return self.strangers.low > 0


SETTINGS: Final = tuple(Setting(*each) for each in product(KINDS, SHRINKAGES, SHARES))


def adapt(rows: Rows, labels: Labels, rng: np.random.Generator) -> Adaptation:
    """Map for (n, d) unit rows with labels (n,), its setting chosen by classes left out.

    Each fold's figure is that of the setting which is best on the other folds, so that the choice does not flatter
    itself. Raises `BadQuery` where fewer than eight classes have two pictures.
    """
    rows, labels = _comparable(rows, labels)
    start = principal(rows)
    reduced = np.asarray((rows - start.mean) @ start.matrix, np.float32)
    strangers = _tried(rows, reduced, labels, _folds(labels.max() + 1, rng)[:, labels], SETTINGS, rng)
    setting = strangers.best()
    known = _tried(rows, reduced, labels, _folds(len(labels), rng), (setting,), rng)
    final = solved(setting.kind, setting.shrinkage, reduced, labels)
    whole = LinearMap(start.mean + start.matrix @ final.mean, start.matrix @ final.matrix)
    return Adaptation(len(np.unique(labels)), len(labels), setting, strangers.gain(rng), known.gain(rng), whole)


@dataclass(frozen=True, eq=False)
class _Trial:
    """AP@R (q,) of questions as they are and (settings, q) with each; the fold and class (q,) of each question."""

    settings: Sequence[Setting]
    plain: NDArray[np.float64]
    adapted: NDArray[np.float64]
    fold: NDArray[np.int64]
    label: Labels

    def best(self) -> Setting:
        """Setting with the highest mean over all questions."""
        return self.settings[int(self.adapted.mean(axis=1).argmax())]

    def gain(self, rng: np.random.Generator) -> Gain:
        """Gain of the setting that is best on the folds that a question is not in."""
        found = self.plain.copy()
        for fold in np.unique(self.fold):
            here = self.fold == fold
            found[here] = self.adapted[int(self.adapted[:, ~here].mean(axis=1).argmax()), here]
        differences = found - self.plain
        low, high = interval(differences, self.label, rng)
        return Gain(float(self.plain.mean()), float(found.mean()), float(differences.mean()), low, high)


def _comparable(rows: Rows, labels: Labels) -> tuple[Rows, Labels]:
    """Rows whose class has two pictures or more, labels counted from 0."""
    _, at, counts = np.unique(labels, return_inverse=True, return_counts=True)
    kept = counts[at] >= 2
    if (counts >= 2).sum() < LEAST_CLASSES:
        raise BadQuery(
            f"{int((counts >= 2).sum())} classes have two pictures or more, and {LEAST_CLASSES} are wanted: "
            "a map is tried on classes that it has not seen"
        )
    return np.asarray(rows[kept], np.float32), np.unique(labels[kept], return_inverse=True)[1].astype(np.int64)


def _folds(count: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """(FOLDS, count) what each fold leaves out; all as large, give or take one."""
    fold = rng.permutation(np.arange(count) % FOLDS)
    return np.asarray(fold == np.arange(FOLDS)[:, None], np.bool_)


def _tried(
    rows: Rows,
    reduced: Rows,
    labels: Labels,
    folds: NDArray[np.bool_],
    settings: Sequence[Setting],
    rng: np.random.Generator,
) -> _Trial:
    """Every setting, fitted without a fold and asked by that fold's pictures, among these alone.

    A map fits the rows it has seen more closely than others, so that among both a stranger would find strangers.
    """
    trials = []
    for number, left_out in enumerate(folds):
        own = labels[left_out]
        asked = np.sort(rng.permutation(len(own))[:QUESTIONS])
        same = own[asked, None] == own[None]
        same[np.arange(len(asked)), asked] = False
        answered = same.any(axis=1)
        asked, same = asked[answered], same[answered]
        apart = own[asked, None] != own[None]
        frozen = _beyond_strangers(_cosines(rows[left_out], asked), apart)
        mapped = {
            key: _beyond_strangers(
                _cosines(solved(*key, reduced[~left_out], labels[~left_out])(reduced[left_out]), asked), apart
            )
            for key in {(one.kind, one.shrinkage) for one in settings}
        }
        mixed = [_mixed(frozen, mapped[one.kind, one.shrinkage], one.share) for one in settings]
        adapted = np.stack([average_precision_at_r(each, same) for each in mixed])
        fold = np.full(len(asked), number)
        trials.append(_Trial(settings, average_precision_at_r(frozen, same), adapted, fold, own[asked]))
    return _joined(trials)


def _joined(trials: Sequence[_Trial]) -> _Trial:
    return _Trial(
        trials[0].settings,
        np.concatenate([each.plain for each in trials]),
        np.concatenate([each.adapted for each in trials], axis=1),
        np.concatenate([each.fold for each in trials]),
        np.concatenate([each.label for each in trials]),
    )


def _beyond_strangers(cosines: Rows, apart: NDArray[np.bool_]) -> Rows:
    """(q, n) on the scale on which channels are mixed: 0 as two of different classes in the median, 1 as of one."""
    unrelated = float(np.median(cosines[apart])) if apart.any() else 0.0
    return np.asarray((cosines - unrelated) / (1 - unrelated), np.float32)


def _mixed(frozen: Rows, mapped: Rows, share: float) -> Rows:
    return np.float32(1 - share) * frozen + np.float32(share) * mapped


def _cosines(rows: Rows, questions: NDArray[np.int64]) -> Rows:
    """(q, n) of unit rows; a question and itself are as unlike as can be."""
    found = rows[questions] @ rows.T
    found[np.arange(len(questions)), questions] = -2
    return np.asarray(found, np.float32)


def average_precision_at_r(similarities: Rows, same: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(q,) mean precision at the right ones among the R nearest of n, R how many there are [Musgrave et al. 2020].

    similarities and `same` (q, n), at least one right one each. Of ties the first counts as nearer.
    """
    count = same.sum(axis=1)
    right = right_among_nearest(similarities, same)
    places = np.arange(1, right.shape[1] + 1)
    counted = right & (places <= count[:, None])
    return np.asarray((np.cumsum(right, axis=1) / places * counted).sum(axis=1) / count, np.float64)


def right_among_nearest(similarities: Rows, same: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(q, R) whether the R nearest of n are right, the nearest first, R the most that a question has right ones.

    Of ties the first counts as nearer.
    """
    deepest = int(same.sum(axis=1).max())
    first = np.argpartition(-similarities, min(deepest, similarities.shape[1] - 1), axis=1)[:, :deepest]
    nearest = np.sort(first, axis=1)
    order = np.argsort(-np.take_along_axis(similarities, nearest, axis=1), axis=1, kind="stable")
    return np.take_along_axis(same, np.take_along_axis(nearest, order, axis=1), axis=1)


def interval(values: NDArray[np.float64], label: Labels, rng: np.random.Generator) -> tuple[float, float]:
    """Middle 95 % of the mean's bootstrap, whole classes drawn: their pictures are no independent witnesses."""
    _, at = np.unique(label, return_inverse=True)
    sums, sizes = np.bincount(at, values), np.bincount(at)
    drawn = rng.multinomial(len(sums), np.full(len(sums), 1 / len(sums)), size=REPLICATES)
    low, high = np.quantile((drawn @ sums) / (drawn @ sizes), (0.025, 0.975))
    return float(low), float(high)
