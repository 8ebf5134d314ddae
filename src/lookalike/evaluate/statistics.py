"""Uncertainty of a figure: intervals by bootstrap over groups, and whether two methods can be told apart."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Pair = TypeVar("Pair", bound=Hashable)


@dataclass(frozen=True)
class Estimate:
    """A figure with the interval that holds 95 % of its bootstrap replicates; low = high = value for one group."""

    value: float
    low: float
    high: float


def resampled(groups: NDArray[np.int64], rng: np.random.Generator, replicates: int) -> NDArray[np.float64]:
    """(replicates, n) how often each of n queries is drawn when whole groups are drawn with replacement.

    Queries of one class or one original are no independent witnesses; `groups` (n,) numbers theirs from 0.
    """
    return np.asarray(_drawn(int(groups.max()) + 1, rng, replicates)[:, groups], np.float64)


def bootstrap_mean(
    values: NDArray[np.floating], groups: NDArray[np.int64], rng: np.random.Generator, *, replicates: int = 1000
) -> Estimate:
    """The mean of (n,) values, one a query, with its interval [Efron, Bootstrap methods, 1979]."""
    if values.shape != groups.shape or values.ndim != 1 or len(values) == 0:
        raise ValueError(f"values {values.shape} and groups {groups.shape} must be (n,), n > 0")
    count = int(groups.max()) + 1
    sums, sizes = np.bincount(groups, values, count), np.bincount(groups, minlength=count)
    drawn = _drawn(count, rng, replicates)
    return interval(float(values.mean()), (drawn @ sums) / (drawn @ sizes))


def _drawn(groups: int, rng: np.random.Generator, replicates: int) -> NDArray[np.int64]:
    """(replicates, groups) how often each group is drawn when so many are drawn with replacement."""
    return rng.multinomial(groups, np.full(groups, 1 / groups), size=replicates)


def interval(value: float, replicates: NDArray[np.floating]) -> Estimate:
    """`value` with the middle 95 % of its replicates."""
    low, high = np.quantile(replicates, (0.025, 0.975))
    return Estimate(value, min(float(low), value), max(float(high), value))


def permutation_p(
    a: NDArray[np.floating],
    b: NDArray[np.floating],
    units: NDArray[np.int64],
    rng: np.random.Generator,
    *,
    permutations: int = 10_000,
) -> float:
    """Two-sided probability of so large a mean difference of (n,) paired values if names of methods meant nothing.

    The values of one unit (queries made from one picture) change sides together. Never 0: the observed arrangement is
    one of those counted [Phipson & Smyth, Permutation p-values should never be zero, 2010].
    """
    if not a.shape == b.shape == units.shape or a.ndim != 1 or len(a) == 0:
        raise ValueError(f"values {a.shape}, {b.shape} and units {units.shape} must be (n,), n > 0")
    differences = np.bincount(units, np.asarray(a, np.float64) - b)
    observed = abs(differences.sum())
    as_large = 0
    for start in range(0, permutations, 1000):  # blocks bound the memory
        signs = rng.choice((-1.0, 1.0), size=(min(1000, permutations - start), len(differences)))
        as_large += int((abs(signs @ differences) >= observed - 1e-9).sum())
    return (as_large + 1) / (permutations + 1)


def holm(p_values: Mapping[Pair, float]) -> dict[Pair, float]:
    """Each p-value raised so that the chance of even one false difference among them all stays below the level used.

    [Holm, A simple sequentially rejective multiple test procedure, 1979]
    """
    adjusted: dict[Pair, float] = {}
    highest = 0.0
    for rank, (pair, p) in enumerate(sorted(p_values.items(), key=lambda item: item[1])):
        highest = max(highest, min(1.0, p * (len(p_values) - rank)))
        adjusted[pair] = highest
    return {pair: adjusted[pair] for pair in p_values}


def bootstrap_p(a: NDArray[np.float64], b: NDArray[np.float64], value: float) -> float:
    """Two-sided probability of a difference as large as `value`, were there none, from (r,) replicates of two methods.

    The replicates are of the same draws, in the same order; their difference is taken as normal
    [Efron & Tibshirani, An introduction to the bootstrap, 1993].
    """
    spread = float(np.std(a - b))
    if spread == 0:
        return 1.0 if value == 0 else 0.0
    return math.erfc(abs(value) / spread / math.sqrt(2))


def told_apart(
    values: Mapping[str, NDArray[np.floating]],
    pairs: Sequence[tuple[str, str]],
    units: NDArray[np.int64],
    rng: np.random.Generator,
) -> dict[tuple[str, str], float]:
    """For each pair of methods the p-value of their difference on the same queries, held down for their number."""
    return holm({(a, b): permutation_p(values[a], values[b], units, rng) for a, b in pairs})
