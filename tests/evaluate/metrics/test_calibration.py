import numpy as np
import pytest

from lookalike.evaluate.metrics.calibration import expected_calibration_error, reliability


def test_bins_hold_what_was_stated_and_what_came_true():
    found = reliability(np.array([0.11, 0.13, 0.95, 1.0]), np.array([False, True, True, True]))
    np.testing.assert_allclose(found.stated, [0.12, 0.975])
    np.testing.assert_allclose(found.true, [0.5, 1])
    np.testing.assert_array_equal(found.count, [2, 2])


def test_the_error_is_the_mean_distance_over_pairs():
    stated, happened = np.array([0.11, 0.13, 0.95, 1.0]), np.array([False, True, True, True])
    assert expected_calibration_error(stated, happened) == pytest.approx((0.38 + 0.025) / 2)


def test_probabilities_that_come_true_as_often_have_hardly_an_error():
    chance = np.random.default_rng(0)
    stated = chance.random(100_000)
    assert expected_calibration_error(stated, chance.random(100_000) < stated) < 0.01
    assert expected_calibration_error(stated, chance.random(100_000) < stated**2) > 0.1


@pytest.mark.parametrize("stated", [[-0.1], [1.1], [np.nan], []])
def test_what_is_no_probability_is_refused(stated):
    with pytest.raises(ValueError, match=r"must be|lies in"):
        reliability(np.array(stated), np.ones(len(stated), bool))
