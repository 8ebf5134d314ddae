from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.kernel_approximation import AdditiveChi2Sampler

from lookalike.describe.feature_maps import chi_square, earth_mover, hellinger


def distributions(n: int, seed: int) -> NDArray[np.float64]:
    values = np.random.default_rng(seed).random((n, 12)) ** 3
    values[:, ::5] = 0
    return values / values.sum(axis=1, keepdims=True)


def moved(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Earth mover's distance by moving: each bin takes what it lacks from the next ones."""
    left, total = a.tolist(), 0.0
    for at in range(len(left) - 1):
        surplus = left[at] - b[at]
        left[at + 1] += surplus
        total += abs(surplus)
    return total


def test_the_chi_square_map_is_that_of_scikit_learn() -> None:
    shares = distributions(5, 0)
    ours, theirs = chi_square(shares), AdditiveChi2Sampler(sample_steps=2).fit_transform(shares)
    np.testing.assert_allclose(ours @ ours.T, theirs @ theirs.T, atol=1e-9)


def test_its_dot_product_is_near_the_chi_square_kernel() -> None:
    a, b = distributions(30, 1), distributions(30, 2)
    exact = (2 * a * b / np.maximum(a + b, 1e-12)).sum(axis=1)
    np.testing.assert_allclose((chi_square(a) * chi_square(b)).sum(axis=1), exact, atol=0.08)


def test_hellinger_rows_have_unit_length() -> None:
    np.testing.assert_allclose(np.linalg.norm(hellinger(distributions(4, 3)), axis=1), 1)


def test_the_l1_distance_of_cumulative_sums_is_what_must_be_moved_how_far() -> None:
    a, b = distributions(10, 4), distributions(10, 5)
    ours = np.abs(earth_mover(a) - earth_mover(b)).sum(axis=1)
    np.testing.assert_allclose(ours, [moved(x, y) for x, y in zip(a, b, strict=True)])
