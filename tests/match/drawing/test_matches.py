from __future__ import annotations

import numpy as np

from lookalike.describe.drawing import GAP
from lookalike.match.drawing.matches import AGREES, DISAGREES, MOST, OUTLINE, SIDE, draw
from lookalike.match.verify.match_and_verify import Related
from lookalike.types import Geometry, Keypoints, LocalFeatures, Matches, Picture

SIZE = (640, 480)
WHITE = Picture(np.full((480, 640, 3), 255, np.uint8), SIZE)


def features(xy: np.ndarray) -> LocalFeatures:
    k = len(xy)
    return LocalFeatures(
        Keypoints(np.asarray(xy, np.float32), np.ones(k, np.float32), SIZE), np.ones((k, 1), np.float32)
    )


def drawn(xy: np.ndarray, agrees: np.ndarray, model: np.ndarray) -> np.ndarray:
    found = features(xy)
    matches = Matches(np.column_stack([np.arange(len(xy))] * 2), np.ones(len(xy), np.float32))
    return draw(WHITE, WHITE, found, found, Related(found, matches, Geometry("similarity", model, agrees, 1e-9)))


def has(pixels: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    return np.argwhere(np.abs(pixels.astype(int) - colour).max(axis=2) < 40)


def test_lines_say_by_their_colour_whether_they_agree() -> None:
    sheet = drawn(np.array([(100, 100), (100, 300)]), np.array([True, False]), np.eye(3))
    assert set(has(sheet, AGREES)[:, 0]) <= set(range(98, 103))
    assert set(has(sheet, DISAGREES)[:, 0]) <= set(range(298, 303))


def test_the_outline_of_a_stays_on_the_side_of_b() -> None:
    far_left = np.array([[1, 0, -300], [0, 1, 0], [0, 0, 1]], np.float64)
    sheet = drawn(np.array([(100, 100)]), np.array([True]), far_left)
    assert has(sheet, OUTLINE)[:, 1].min() >= SIDE + GAP


def test_no_more_lines_are_drawn_than_can_be_told_apart() -> None:
    rows = np.linspace(5, 470, 3 * MOST)
    sheet = drawn(np.column_stack([np.full(len(rows), 320), rows]), np.ones(len(rows), bool), np.eye(3))
    drawn_rows = np.unique(has(sheet[:, 645:650], AGREES)[:, 0])
    assert 0 < drawn_rows.max() < 480 / 3 + 10
