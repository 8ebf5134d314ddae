from __future__ import annotations

from math import comb, log

import numpy as np
import pytest

from lookalike.match.verify.frames import Framed
from lookalike.match.verify.nfa import as_probability, clumps, crowded, evenly, log_alarms, log_chance

EYE = np.eye(3)


def places(xy: np.ndarray) -> Framed:
    return Framed(np.asarray(xy, float), None, None)


def test_the_number_of_false_alarms_is_that_of_the_paper() -> None:
    n, k, sample, p = 40, 9, 2, 0.01
    expected = (n - sample) * comb(n, k) * comb(k, sample) * p ** (k - sample)
    assert log_alarms(n, k, sample, p) == pytest.approx(log(expected))


@pytest.mark.parametrize(("n", "sample", "p"), [(30, 2, 0.02), (60, 3, 0.05), (100, 2, 0.01)])
def test_it_bounds_how_often_chance_does_as_well(n: int, sample: int, p: float) -> None:
    """With a model fixed by `sample` matches, the others agree as often as a coin of `p` says."""
    rng = np.random.default_rng(0)
    agreeing = sample + rng.binomial(n - sample, p, 20_000)
    for k in range(sample + 1, agreeing.max() + 1):
        assert np.mean(agreeing >= k) <= min(1.0, np.exp(log_alarms(n, k, sample, p)))


def test_no_evidence_is_certainly_chance() -> None:
    assert as_probability(log_alarms(40, 2, 2, 0.01)) == 1.0
    assert as_probability(5.0) == 1.0
    assert 0 < as_probability(-1e6) < 1e-300


def test_matches_side_by_side_in_both_pictures_count_once() -> None:
    word = np.column_stack([np.linspace(0.005, 0.05, 12), np.full(12, 0.01)])
    assert clumps(word, word + 0.12) == 1
    assert clumps(word, np.linspace(-0.4, 0.4, 24).reshape(12, 2)) > 5  # spread out in b
    assert clumps(10 * word, 10 * word) > 5


def test_a_grid_makes_agreement_cheap() -> None:
    """Where the model puts keypoints on keypoints though their matches disagree, places are no evidence."""
    grid = np.stack(np.meshgrid(np.linspace(-0.4, 0.4, 12), np.linspace(-0.3, 0.3, 12)), axis=-1).reshape(-1, 2)
    free = np.random.default_rng(0).uniform((-0.4, -0.3), (0.4, 0.3), (144, 2))
    agreeing = np.arange(40) < 8
    on_grid = crowded(EYE, places(grid[:40]), agreeing, places(grid), 0.008)
    on_none = crowded(
        EYE, places(np.where(agreeing[:, None], free[:40], free[:40] + 0.03)), agreeing, places(free), 0.008
    )
    assert on_grid > 5 * on_none
    assert on_none < 3 * evenly(places(free), 0.008)


def test_a_pose_that_all_matches_share_is_no_evidence() -> None:
    """As in text, whose letters are all upright and of one size."""
    rng = np.random.default_rng(0)

    def upright(xy: np.ndarray, heading: np.ndarray) -> Framed:
        return Framed(xy, np.zeros(len(xy)), np.column_stack([np.cos(heading), np.sin(heading)]))

    a, b = rng.uniform(-0.5, 0.5, (2, 40, 2))
    b[:8] = a[:8]
    agreeing = np.arange(40) < 8
    turns = np.where(agreeing, 0, rng.uniform(-np.pi, np.pi, 40))
    of_text, of_photo = (
        log_chance(EYE, upright(a, np.zeros(40)), upright(b, turned), agreeing, 2, 1e-3)
        for turned in (np.zeros(40), turns)
    )
    assert of_text > of_photo + 5 * log(3)


def test_a_crowd_makes_agreement_cheap() -> None:
    crowd = np.random.default_rng(0).normal(0, 0.01, (100, 2))
    rest = np.random.default_rng(1).uniform(-0.5, 0.5, (100, 2))
    both = places(np.concatenate([crowd, rest]))
    agreeing = np.ones(20, np.bool_)
    assert crowded(EYE, places(crowd[:20]), agreeing, both, 0.008) > 10 * crowded(
        EYE, places(rest[:20]), agreeing, both, 0.008
    )
