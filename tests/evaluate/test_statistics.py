"""Intervals that hold the truth as often as they say, and tests that err as seldom as they say."""

import numpy as np
import pytest

from lookalike.evaluate import statistics


def test_an_interval_over_groups_holds_the_truth_about_as_often_as_it_says():
    """Queries of one group agree; an interval over queries would be far too narrow."""
    chance = np.random.default_rng(0)
    held = narrow = 0
    for _ in range(200):
        values = np.repeat(chance.normal(size=30), 10)
        found = statistics.bootstrap_mean(values, np.repeat(np.arange(30), 10), chance, replicates=400)
        alone = statistics.bootstrap_mean(values, np.arange(300), chance, replicates=400)
        held += found.low <= 0 <= found.high
        narrow += alone.low <= 0 <= alone.high
    assert 0.88 <= held / 200 <= 0.99
    assert narrow / 200 < 0.7


def test_groups_of_unequal_size_weigh_by_their_queries():
    values, groups = np.array([1.0, 1, 1, 0]), np.array([0, 0, 0, 1])
    found = statistics.bootstrap_mean(values, groups, np.random.default_rng(0))
    assert (found.value, found.low, found.high) == (0.75, 0, 1)


def test_one_group_gives_no_width():
    found = statistics.bootstrap_mean(np.array([0.2, 0.4]), np.zeros(2, int), np.random.default_rng(0))
    assert found.low == found.value == found.high == pytest.approx(0.3)


def test_a_resample_draws_whole_groups():
    drawn = statistics.resampled(np.array([0, 0, 1, 2]), np.random.default_rng(0), 50)
    assert drawn.shape == (50, 4)
    np.testing.assert_array_equal(drawn[:, 0], drawn[:, 1])
    np.testing.assert_array_equal(drawn[:, 1:].sum(axis=1), 3)


def test_few_pairs_agree_with_every_arrangement_counted():
    a, b = np.array([1.0, 3, 2, 5]), np.array([0.5, 1, 2.5, 1])
    differences = a - b
    signs = np.array(np.meshgrid(*[(-1, 1)] * 4)).reshape(4, -1)
    exact = np.mean([abs(differences @ sign) >= abs(differences.sum()) - 1e-9 for sign in signs.T])
    found = statistics.permutation_p(a, b, np.arange(4), np.random.default_rng(0))
    assert found == pytest.approx(exact, abs=0.02)


def test_methods_that_do_not_differ_are_called_different_as_seldom_as_the_level():
    chance = np.random.default_rng(1)
    found = []
    for _ in range(300):
        a, b = np.repeat(chance.normal(size=(2, 20)), 5, axis=1)  # five queries a picture
        found.append(statistics.permutation_p(a, b, np.repeat(np.arange(20), 5), chance, permutations=400))
    assert np.mean(np.array(found) <= 0.05) <= 0.09
    assert np.mean(np.array(found) <= 0.5) == pytest.approx(0.5, abs=0.1)


def test_equal_methods_have_p_1_and_clear_ones_a_small_but_never_0():
    values, units, chance = np.arange(50.0), np.arange(50), np.random.default_rng(0)
    assert statistics.permutation_p(values, values, units, chance) == 1
    assert 0 < statistics.permutation_p(values + 1, values, units, chance) < 0.001


def test_holm_agrees_with_its_table():
    found = statistics.holm({"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.005})
    assert found == pytest.approx({"a": 0.03, "b": 0.06, "c": 0.06, "d": 0.02})
    assert statistics.holm({"a": 0.6, "b": 0.7}) == {"a": 1, "b": 1}


def test_pairs_of_methods_are_told_apart_on_the_same_queries():
    chance = np.random.default_rng(0)
    good = chance.random(80)
    values = {"good": good, "same": chance.permutation(good), "bad": good - 0.4}
    found = statistics.told_apart(values, [("good", "same"), ("good", "bad")], np.arange(80), chance)
    assert found["good", "bad"] < 0.01
    assert found["good", "same"] > 0.05


def test_shapes_that_disagree_are_refused():
    with pytest.raises(ValueError, match="must be"):
        statistics.permutation_p(np.ones(2), np.ones(3), np.arange(2), np.random.default_rng(0))
    with pytest.raises(ValueError, match="must be"):
        statistics.bootstrap_mean(np.ones(0), np.ones(0, int), np.random.default_rng(0))


def test_a_bootstrap_difference_is_called_chance_when_there_is_none_and_real_when_it_is_large():
    chance = np.random.default_rng(0)
    common = chance.normal(size=2000)
    a, b = common + 0.1 * chance.normal(size=2000), common + 0.1 * chance.normal(size=2000)
    assert statistics.bootstrap_p(a, b, 0.0) == 1
    assert statistics.bootstrap_p(a, b, 0.1) == pytest.approx(0.48, abs=0.03)  # z = .1 / (.1 sqrt 2)
    assert statistics.bootstrap_p(a, b, 1.0) < 1e-6
    assert statistics.bootstrap_p(a, a, 0.0) == 1
    assert statistics.bootstrap_p(a, a + 1, 1.0) < 1e-6
