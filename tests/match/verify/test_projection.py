"""Planes that end at a horizon, against points of a fine grid that are projected one by one."""

from __future__ import annotations

import numpy as np
import pytest

from lookalike.match.verify.projection import facing, in_front, project, warped_outline, whole
from lookalike.pixels.resize import outline

SIZE, OTHER = (1200, 800), (640, 480)
BEYOND = np.array([[0.5, 0, 0], [0, 0.5, 0], [-0.0011, 0, 1]])
"""The right quarter of a picture 1,200 px wide lies beyond the horizon."""
MODELS = {
    "beyond on the right": BEYOND,
    "beyond on the left, the upper left corner among it": np.array([[0.9, 0, -400], [0, 0.5, 0], [0.0012, 0, -0.4]]),
    "a corner beyond": np.array([[0.6, 0.1, -20], [0.05, 0.7, 0], [-0.0006, -0.0007, 1]]),
    "before the horizon": np.array([[0.5, 0.1, 30], [-0.1, 0.6, 90], [1e-4, 2e-4, 1]]),
    "turned over": np.array([[-0.5, 0, 620], [0, 0.5, 10], [0, 0, 1.0]]),
}


def seen_by_points(model: np.ndarray) -> np.ndarray:
    """Points of a fine grid over the first picture that lie before the horizon and inside of the other one."""
    x, y = np.meshgrid(np.linspace(-0.5, SIZE[0] - 0.5, 1501), np.linspace(-0.5, SIZE[1] - 0.5, 1001))
    there = np.column_stack([x.ravel(), y.ravel(), np.ones(x.size)]) @ facing(model, outline(SIZE)).T
    there = there[there[:, 2] > 0]
    places = there[:, :2] / there[:, 2:]
    return places[((places >= -0.5) & (places <= np.array(OTHER) - 0.5)).all(axis=1)]


@pytest.mark.parametrize("model", MODELS.values(), ids=list(MODELS))
def test_an_outline_is_about_all_that_is_seen_and_no_more(model: np.ndarray) -> None:
    places = seen_by_points(model)  # near the horizon the grid is coarse
    found = warped_outline(facing(model, outline(SIZE)), SIZE, whole(OTHER))
    np.testing.assert_allclose(found.min(axis=0), places.min(axis=0), atol=6)
    np.testing.assert_allclose(found.max(axis=0), places.max(axis=0), atol=6)


def test_the_scale_of_a_model_and_its_sign_say_nothing() -> None:
    found = [warped_outline(facing(by * BEYOND, outline(SIZE)), SIZE, whole(OTHER)) for by in (1, -1, 7e3, -2e-4)]
    for other in found[1:]:
        np.testing.assert_allclose(other, found[0], atol=1e-6)


def test_the_way_back_is_clipped_as_the_way_there() -> None:
    model = facing(BEYOND, outline(SIZE))
    there = warped_outline(model, SIZE, whole(OTHER))
    back = warped_outline(np.linalg.inv(model), OTHER, whole(SIZE))
    np.testing.assert_allclose(np.sort(project(np.linalg.inv(model), there), axis=0), np.sort(back, axis=0), atol=1e-6)


def test_pictures_that_do_not_meet_have_no_outline() -> None:
    away = np.array([[1.0, 0, 5000], [0, 1, 0], [0, 0, 1]])
    assert warped_outline(away, SIZE, whole(OTHER)).shape == (0, 2)


def test_no_plane_is_seen_in_the_sky() -> None:
    model = np.linalg.inv(np.array([[1.0, 0, 0], [0, 1, 0], [0, 0.004, -0.5]]))  # the lower part is ground
    ground = in_front(model, SIZE, OTHER)
    assert ground is not None
    assert not ground[:120].any()
    assert ground[130:].all()
    assert in_front(np.eye(3), SIZE, OTHER) is None
