from __future__ import annotations

import numpy as np
import pytest

from lookalike.describe.drawing import MARK
from lookalike.match.drawing.keypoints import LEAST, marked
from lookalike.types import Keypoints, Picture

SIZE = (200, 100)
WHITE = Picture(np.full((100, 200, 3), 255, np.uint8), SIZE)


def inked(keypoints: Keypoints, side: int = 200) -> np.ndarray:
    """(n, 2) x, y of what is drawn, less the frame."""
    drawn = marked(WHITE, keypoints, side)
    shade = np.abs(drawn[1:-1, 1:-1].astype(int) - MARK).max(axis=2)
    return np.argwhere(shade < 60)[:, ::-1] + 1


def one(**pose: float) -> Keypoints:
    values = {name: np.array([value], np.float32) for name, value in pose.items()}
    return Keypoints(np.array([[100, 50]], np.float32), np.ones(1, np.float32), SIZE, **values)


def test_a_circle_is_as_large_as_its_keypoint_and_about_it() -> None:
    places = inked(one(scale=40.0))
    assert np.linalg.norm(places - (100, 50), axis=1) == pytest.approx(20, abs=1.5)
    assert (places.min(axis=0) <= (81, 31)).all()
    assert (places.max(axis=0) >= (119, 69)).all()


def test_a_keypoint_is_drawn_at_its_place_in_a_reduced_picture() -> None:
    places = inked(one(scale=40.0), side=100)
    assert np.linalg.norm(places - (49.75, 24.75), axis=1) == pytest.approx(10, abs=1.5)


def test_a_direction_points_from_the_middle_the_y_axis_downwards() -> None:
    places = inked(one(scale=40.0, angle=np.pi / 2))
    within = places[np.linalg.norm(places - (100, 50), axis=1) < 17]
    assert len(within) >= 10
    assert (np.abs(within[:, 0] - 100) <= 1).all()
    assert (within[:, 1] >= 49).all()


def test_a_region_is_drawn_as_its_ellipse() -> None:
    shape = np.array([[[30, 0], [0, 10]]], np.float32)
    places = inked(Keypoints(np.array([[100, 50]], np.float32), np.ones(1, np.float32), SIZE, affine=shape))
    assert np.linalg.norm((places - (100, 50)) / (30, 10), axis=1) == pytest.approx(1, abs=0.12)


def test_a_keypoint_without_a_size_can_be_seen() -> None:
    assert np.linalg.norm(inked(one()) - (100, 50), axis=1).max() >= LEAST - 1


def test_no_keypoints_leave_the_picture_pale() -> None:
    none = Keypoints(np.zeros((0, 2), np.float32), np.zeros(0, np.float32), SIZE)
    assert len(inked(none)) == 0
