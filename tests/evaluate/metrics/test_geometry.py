"""Worked by hand, and against slow loops."""

import numpy as np
import pytest

from lookalike.evaluate.metrics import geometry
from lookalike.match.verify.projection import project

SHIFT = np.array([[1.0, 0, 10], [0, 1, 0], [0, 0, 1]])
TILT = np.array([[1.1, 0.05, 3], [-0.02, 0.95, 4], [1e-4, 2e-4, 1]])


def test_points_go_where_the_homography_takes_them():
    points = np.array([[3.0, 4.0], [100, 50]])
    for point, found in zip(points, project(TILT, points), strict=True):
        x, y, w = TILT @ [*point, 1]
        np.testing.assert_allclose(found, [x / w, y / w])


def test_only_points_that_both_pictures_can_show_count_for_repeatability():
    a = np.array([[0.0, 0], [50, 50], [95, 20]])  # the last lands outside b
    b = np.array([[10.0, 0], [60, 50], [5, 5]])  # the last comes from outside a
    assert geometry.repeatability(a, b, SHIFT, (100, 100), (100, 100)) == 1
    assert geometry.repeatability(a, b + np.array([0, 4]), SHIFT, (100, 100), (100, 100), tolerance=3) == 0
    assert geometry.repeatability(a, b + np.array([0, 4]), SHIFT, (100, 100), (100, 100), tolerance=4) == 1


def test_two_points_do_not_repeat_as_one():
    a = np.array([[50.0, 50], [51, 50]])
    assert geometry.repeatability(a, np.array([[60.0, 50], [90, 90]]), SHIFT, (100, 100), (100, 100)) == 0.5


def test_nothing_to_be_seen_twice_is_0():
    none = np.empty((0, 2))
    assert geometry.repeatability(none, none, SHIFT, (9, 9), (9, 9)) == 0
    assert geometry.mean_matching_accuracy(none, none, SHIFT) == (0, 0, 0)


def test_matching_accuracy_counts_matches_within_each_tolerance():
    a = np.array([[0.0, 0], [20, 20], [30, 30], [40, 40]])
    b = project(TILT, a) + np.array([[0, 0], [2, 0], [0, 4.5], [60, 0]])
    assert geometry.mean_matching_accuracy(a, b, TILT) == (0.25, 0.5, 0.75)


def test_a_shift_of_3_4_misplaces_every_corner_by_5():
    moved = np.array([[1.0, 0, 3], [0, 1, 4], [0, 0, 1]]) @ SHIFT
    assert geometry.corner_error(moved, SHIFT, (640, 480)) == pytest.approx(5)
    assert geometry.corner_error(SHIFT * 7, SHIFT, (640, 480)) == pytest.approx(0)  # scale of the matrix says nothing
    assert geometry.corner_error(None, SHIFT, (640, 480)) == np.inf
    assert geometry.corner_error(np.zeros((3, 3)), SHIFT, (640, 480)) == np.inf


def turn(degrees):
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])


def test_the_pose_error_is_the_larger_angle():
    along = np.array([1.0, 0, 0])
    assert geometry.pose_error(turn(30), along, turn(10), along) == pytest.approx(20)
    assert geometry.pose_error(turn(10), turn(40) @ along, turn(10), along) == pytest.approx(40)
    assert geometry.pose_error(turn(10), -3 * along, turn(10), along) == pytest.approx(0, abs=1e-5)
    with pytest.raises(ValueError, match="no direction"):
        geometry.pose_error(turn(0), np.zeros(3), turn(0), along)


def test_the_area_under_the_errors_agrees_with_a_sum_over_fine_thresholds():
    errors = np.random.default_rng(0).exponential(4, 200)
    errors[:20] = np.inf
    for threshold in (1, 3, 5, 20):
        fine = np.linspace(0, threshold, 20_001)
        slow = np.mean([(errors <= t).mean() for t in fine])
        assert geometry.error_auc(errors, threshold) == pytest.approx(slow, abs=1e-3)
        assert geometry.accuracy_at(errors, threshold) == pytest.approx(np.mean([e <= threshold for e in errors]))


def test_errors_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match="no pair"):
        geometry.error_auc(np.array([]), 5)
    with pytest.raises(ValueError, match="infinite"):
        geometry.accuracy_at(np.array([np.nan]), 5)
