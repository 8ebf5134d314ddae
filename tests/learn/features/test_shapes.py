"""Drawn shapes have corners where they say."""

from __future__ import annotations

import cv2
import numpy as np

from lookalike.learn.features.shapes import KINDS, MOST, drawn

SIDE = 96


def test_the_seed_decides_and_corners_lie_in_the_picture() -> None:
    for seed in range(40):
        one, again = (drawn(np.random.default_rng(seed), SIDE) for _ in range(2))
        np.testing.assert_array_equal(one.grey, again.grey)
        np.testing.assert_array_equal(one.corners, again.corners)
        assert one.grey.shape == (SIDE, SIDE)
        assert one.grey.dtype == np.uint8
        assert len(one.corners) <= MOST
        assert ((one.corners >= 0) & (one.corners <= SIDE - 1)).all()


def test_all_kinds_are_drawn_and_what_has_no_corners_has_none() -> None:
    named = {kind.__name__: kind for kind in KINDS}
    for name, kind in named.items():
        counts = [len(kind(np.random.default_rng(seed), np.full((SIDE, SIDE), 128, np.uint8))) for seed in range(10)]
        assert (max(counts) == 0) == (name in ("_ellipses", "_noise")), name


def test_the_light_turns_at_a_corner_more_than_elsewhere() -> None:
    at_corners, elsewhere = [], []
    for seed in range(60):
        shape = drawn(np.random.default_rng(seed), SIDE)
        if not len(shape.corners) or KINDS[int(np.random.default_rng(seed).integers(8))].__name__ == "_noise":
            continue
        strength = cv2.dilate(cv2.cornerMinEigenVal(shape.grey, 3), np.ones((5, 5), np.uint8))
        x, y = np.rint(shape.corners).astype(int).T
        at_corners.append(np.median(strength[y, x]))
        elsewhere.append(np.median(strength))
    assert np.mean(np.array(at_corners) > 10 * np.array(elsewhere)) > 0.9
