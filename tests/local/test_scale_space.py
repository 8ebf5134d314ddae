"""The scale space against slow loops that are obviously right, and against pictures whose light is known."""

from __future__ import annotations

from itertools import product

import cv2
import numpy as np
import pytest

from lookalike.local.scale_space import BORDER, FINEST, LAYERS, MORE, MOVES, OFF, STEP, Extrema, ScaleSpace
from lookalike.pixels.planes import small_grey
from lookalike.types import Picture


def grey_of(picture: Picture) -> np.ndarray:
    return small_grey(picture, 90, 64)


def test_extrema_are_those_of_a_slow_loop(photos: list[Picture]) -> None:
    grey = grey_of(photos[0])
    light = grey.astype(np.float32)
    levels = [
        cv2.GaussianBlur(light, (41, 41), np.sqrt((FINEST * STEP**level) ** 2 - 0.25)).astype(float)
        for level in range(2 * LAYERS + MORE)
    ]
    differences = np.diff(levels, axis=0)
    height, width = grey.shape
    expected = set()
    inner = product(range(1, 2 * LAYERS + 1), range(BORDER, height - BORDER), range(BORDER, width - BORDER))
    for layer, y, x in inner:
        block = differences[layer - 1 : layer + 2, y - 1 : y + 2, x - 1 : x + 2]
        here = block[1, 1, 1]
        if abs(here) > 3 and here in (block.max(), block.min()):
            expected.add((layer, y, x))
    found = ScaleSpace(grey).extrema(0.01)
    first = found[np.flatnonzero(found.octave == 0)]
    strongest = first[np.argsort(-first.contrast)[:30]]
    steps = [
        min(max(abs(level - layer), abs(x - px), abs(y - py)) for layer, py, px in expected)
        for level, (x, y) in zip(strongest.level, strongest.xy, strict=True)
    ]
    assert len(expected) > 30
    assert max(steps) <= MOVES + OFF
    assert np.mean(np.array(steps) <= 0.75) > 0.8


@pytest.mark.parametrize("deviation", [1.5, 2.0, 5.0, 9.0])
def test_a_spot_is_found_at_its_place_and_size(deviation: float) -> None:
    y, x = np.mgrid[:160, :200]
    spot = 200 * np.exp(-((x - 90.3) ** 2 + (y - 70.6) ** 2) / (2 * deviation**2))
    found = ScaleSpace((20 + spot).astype(np.uint8)).extrema(0.05)
    best = int(np.argmax(found.contrast))
    np.testing.assert_allclose(found.xy[best], (90.3, 70.6), atol=0.05 * deviation + 0.05)
    # The difference is greatest where the spot's deviation is the geometric mean of those of its two levels.
    assert found.sigma[best] == pytest.approx(deviation / np.sqrt(STEP), rel=0.12)


@pytest.mark.parametrize("degrees", [0.0, 37.0, 145.0, 250.0, 359.0])
def test_a_direction_is_that_in_which_light_grows(degrees: float) -> None:
    y, x = np.mgrid[:80, :100].astype(float)
    turn = np.radians(degrees)
    ramp = 128 + 1.2 * ((x - 50) * np.cos(turn) + (y - 40) * np.sin(turn))
    at = Extrema(np.array([[50.0, 40.0]]), np.array([2.5]), np.ones(1), np.array([0]), np.array([4]))
    rows, angles = ScaleSpace(ramp.astype(np.uint8)).directions(at)
    assert rows.tolist() == [0]
    assert (angles[0] - degrees + 180) % 360 - 180 == pytest.approx(0, abs=3)


def test_a_corner_has_two_directions() -> None:
    grey = np.full((80, 80), 60, np.uint8)
    grey[40:, :40] = 180
    at = Extrema(np.array([[36.0, 43.0]]), np.array([1.6]), np.ones(1), np.array([0]), np.array([1]))
    rows, angles = ScaleSpace(grey).directions(at)
    assert rows.tolist() == [0, 0]
    np.testing.assert_allclose(sorted(angles), (90, 180), atol=6)


@pytest.mark.parametrize("shape", [(8, 8), (8, 300), (9, 15), (17, 33)])
def test_small_pictures_have_few_octaves_and_no_fault(shape: tuple[int, int]) -> None:
    grey = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    space = ScaleSpace(grey)
    found = space.extrema(0.01)
    rows, angles = space.directions(found)
    assert (found.xy >= 0).all()
    assert (found.xy <= np.array(shape[::-1]) - 1).all()
    assert len(rows) == len(angles) >= len(found)


def test_an_even_picture_and_one_without_an_octave_have_none() -> None:
    for grey in (np.full((60, 80), 90, np.uint8), np.zeros((7, 7), np.uint8)):
        space = ScaleSpace(grey)
        found = space.extrema(0.01)
        assert len(found) == 0
        assert [len(each) for each in space.directions(found)] == [0, 0]


def test_an_edge_is_no_extremum() -> None:
    grey = np.full((60, 80), 60, np.uint8)
    grey[:, 40:] = 200
    assert len(ScaleSpace(grey).extrema(0.01)) == 0
