"""Figures of each picture of the test, by the networks of the folds one by one and side by side."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.evaluate.statistics import Estimate, bootstrap_mean
from lookalike.learn.adapt import average_precision_at_r, right_among_nearest

Rows = NDArray[np.float32]
Labels = NDArray[np.int64]
Measured = Mapping[str, NDArray[np.float64]]
"""By measure a figure (q,) of each picture that has another of its class."""
Lists = Mapping[str, Mapping[str, Sequence[float]]]


@dataclass(frozen=True, eq=False)
class Figures:
    """`separated` is the mean over the networks, `concatenated` of their rows as one."""

    separated: Measured
    concatenated: Measured

    @classmethod
    def of(cls, rows: Sequence[Rows], labels: Labels) -> Figures:
        """Figures of unit rows (n, d) by each network."""
        each = [measured(one, labels) for one in rows]
        return cls(_mean(each), measured(np.hstack(rows) / math.sqrt(len(rows)), labels))

    @classmethod
    def mean(cls, found: Sequence[Figures]) -> Figures:
        """The mean over runs."""
        return cls(_mean([one.separated for one in found]), _mean([one.concatenated for one in found]))

    @classmethod
    def from_lists(cls, lists: Lists) -> Figures:
        separated, concatenated = (
            {name: np.array(values, np.float64) for name, values in lists[kind].items()}
            for kind in ("separated", "concatenated")
        )
        return cls(separated, concatenated)

    def to_lists(self) -> Lists:
        """For JSON."""
        return {
            "separated": {name: values.tolist() for name, values in self.separated.items()},
            "concatenated": {name: values.tolist() for name, values in self.concatenated.items()},
        }

    def estimates(self, baseline: Figures | None, groups: Labels) -> dict[str, Estimate]:
        """Means with the middle 95 % of a bootstrap over groups (q,); `gain` of MAP@R over the baseline is paired."""
        rng = np.random.default_rng(0)
        found = {name: bootstrap_mean(values, groups, rng) for name, values in self.separated.items()}
        if baseline is not None:
            gain = self.separated["map@r"] - baseline.separated["map@r"]
            found["gain"] = bootstrap_mean(gain, groups, rng)
        both = {f"concatenated {name}": values for name, values in self.concatenated.items() if name != "r_precision"}
        return found | {name: bootstrap_mean(values, groups, rng) for name, values in both.items()}


def measured(rows: Rows, labels: Labels) -> Measured:
    """P@1, R-precision and MAP@R of unit rows (n, d), asked among themselves."""
    cosines = rows @ rows.T
    np.fill_diagonal(cosines, -2)
    same = labels[:, None] == labels
    np.fill_diagonal(same, False)
    answered = same.any(axis=1)
    cosines, same = cosines[answered], same[answered]
    right = right_among_nearest(cosines, same)
    count = same.sum(axis=1)
    within = right & (np.arange(right.shape[1]) < count[:, None])
    return {
        "p@1": right[:, 0].astype(np.float64),
        "r_precision": np.asarray(within.sum(axis=1) / count, np.float64),
        "map@r": average_precision_at_r(cosines, same),
    }


def _mean(found: Sequence[Measured]) -> Measured:
    return {name: np.mean([one[name] for one in found], axis=0) for name in found[0]}
