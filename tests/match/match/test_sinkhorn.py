"""Optimal transport against a slow loop, and what every plan has."""

from __future__ import annotations

from math import exp, log

import numpy as np

from lookalike.match.match.sinkhorn import assigned


def slow(similarities: np.ndarray, bin_score: float, rounds: int) -> np.ndarray:
    """One number at a time, in double precision."""
    ka, kb = similarities.shape
    plan = [
        [float(similarities[i, j]) if i < ka and j < kb else bin_score for j in range(kb + 1)] for i in range(ka + 1)
    ]
    mass_a, mass_b = [1.0] * ka + [float(kb)], [1.0] * kb + [float(ka)]
    of_a, of_b = [0.0] * (ka + 1), [0.0] * (kb + 1)
    for _ in range(rounds):
        for i in range(ka + 1):
            of_a[i] = log(mass_a[i]) - log(sum(exp(plan[i][j] + of_b[j]) for j in range(kb + 1)))
        for j in range(kb + 1):
            of_b[j] = log(mass_b[j]) - log(sum(exp(plan[i][j] + of_a[i]) for i in range(ka + 1)))
    return np.array([[exp(plan[i][j] + of_a[i] + of_b[j]) for j in range(kb)] for i in range(ka)])


def test_it_is_what_a_slow_loop_finds() -> None:
    similarities = np.random.default_rng(0).normal(0, 4, (7, 11)).astype(np.float32)
    for bin_score, rounds in ((1.0, 1), (1.0, 30), (-3.0, 100)):
        found = assigned(similarities, bin_score, rounds)
        np.testing.assert_allclose(found, slow(similarities, bin_score, rounds), atol=1e-5)


def test_no_row_gives_more_than_itself_and_a_high_bin_takes_all() -> None:
    similarities = np.random.default_rng(1).normal(0, 5, (40, 60)).astype(np.float32)
    plan = assigned(similarities, 0.0, 100)
    assert (plan >= 0).all()
    assert max(plan.sum(axis=1).max(), plan.sum(axis=0).max()) <= 1 + 1e-4
    assert assigned(similarities, 60.0, 100).max() < 1e-3


def test_great_similarities_do_not_overflow() -> None:
    plan = assigned(500 * np.eye(5, dtype=np.float32), 1.0, 50)
    np.testing.assert_allclose(plan, np.eye(5), atol=0.02)
