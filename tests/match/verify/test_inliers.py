from __future__ import annotations

import numpy as np

from lookalike.match.verify.frames import Framed, framed, in_px, to_frame
from lookalike.match.verify.inliers import placed, posed, slope
from lookalike.match.verify.projection import project
from lookalike.types import Keypoints

SLANTED = np.array([[0.9, 0.1, 0.05], [0.02, 0.8, 0.1], [0.1, 0.3, 1]])
POINTS = np.random.default_rng(0).uniform(-0.5, 0.5, (20, 2))


def test_the_slope_is_that_of_small_steps() -> None:
    step = 1e-6
    ahead = [(project(SLANTED, POINTS + offset) - project(SLANTED, POINTS)) / step for offset in step * np.eye(2)]
    np.testing.assert_allclose(slope(SLANTED, POINTS), np.stack(ahead, axis=2), atol=1e-5)


def test_a_place_is_judged_where_the_error_is_larger() -> None:
    smaller = np.diag([0.1, 0.1, 1.0])
    there = project(smaller, POINTS) + np.array([0.001, 0])
    np.testing.assert_allclose(placed(smaller, POINTS, there), 0.01)
    np.testing.assert_allclose(placed(np.linalg.inv(smaller), there, POINTS), 0.01)


def test_a_pose_agrees_when_it_is_turned_and_scaled_as_the_model_does() -> None:
    turn, angles = 0.7, np.linspace(-3, 3, 20)
    model = 2 * np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 0.5]])

    def poses(angle: np.ndarray, log_scale: float) -> Framed:
        return Framed(POINTS, np.full(20, log_scale), np.column_stack([np.cos(angle), np.sin(angle)]))

    a = poses(angles, 0.0)
    assert posed(model, a, poses(angles + turn, 1.0)).all()
    assert posed(model, a, poses(angles + turn + np.radians(30), 1.5)).all()
    assert not posed(model, a, poses(angles + turn + np.radians(40), 1.0)).any()
    assert not posed(model, a, poses(angles + turn, 0.0)).any()


def test_a_mirror_turns_a_pose_over() -> None:
    mirror, angles = np.diag([-1.0, 1, 1]), np.linspace(-3, 3, 20)
    a, b = (
        Framed(POINTS, np.zeros(20), np.column_stack([np.cos(angle), np.sin(angle)]))
        for angle in (angles, np.pi - angles)
    )
    assert posed(mirror, a, b).all()


def test_a_frame_is_centred_and_its_longer_side_is_1() -> None:
    corners = np.array([(-0.5, -0.5), (799.5, 399.5)], np.float32)
    points = framed(Keypoints(corners, np.ones(2, np.float32), (800, 400)))
    np.testing.assert_allclose(points.at, [(-0.5, -0.25), (0.5, 0.25)], atol=1e-7)


def test_a_model_between_frames_is_one_between_px() -> None:
    between = in_px(SLANTED, (800, 400), (300, 600))
    xy = np.array([(10.0, 20), (700, 350), (400, 100)])
    expected = project(np.linalg.inv(to_frame((300, 600))), project(SLANTED, project(to_frame((800, 400)), xy)))
    np.testing.assert_allclose(project(between, xy), expected)
