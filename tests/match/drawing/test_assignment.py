from __future__ import annotations

import numpy as np

from lookalike.describe.drawing import MARK
from lookalike.match.drawing.assignment import FAINT, matrix, strands
from lookalike.types import Keypoints, LocalFeatures, Matches, Picture

SIZE = (640, 480)
WHITE = Picture(np.full((480, 640, 3), 255, np.uint8), SIZE)


def features(rows: list[float]) -> LocalFeatures:
    """At these heights of the picture."""
    xy = np.column_stack([np.full(len(rows), 320), rows]).astype(np.float32)
    return LocalFeatures(Keypoints(xy, np.ones(len(rows), np.float32), SIZE), np.ones((len(rows), 1), np.float32))


def test_a_matrix_has_its_features_from_top_to_bottom() -> None:
    sureness = np.array([[0, 1, 0], [0.5, 0, 0]])
    drawn = matrix(sureness, features([400, 50]), features([300, 10, 200]), cell=20)
    assert drawn.shape == (40, 60, 3)
    assert tuple(drawn[30, 10]) == MARK  # a's lower feature, b's uppermost
    halfway = (np.array(MARK) + 255) / 2
    assert np.abs(drawn[10, 50] - halfway).max() <= 1
    assert (drawn[10, 10] == 255).all()


def test_a_line_is_the_stronger_the_surer() -> None:
    a = b = features([100, 200, 300])
    matches = Matches(np.array([(0, 0), (1, 1), (2, 2)]), np.array([1, 0.5, 0], np.float32))
    sheet = strands(WHITE, WHITE, a, b, matches)
    sure, half, faint = (sheet[row - 3 : row + 4, 640].astype(int) for row in (100, 200, 300))
    assert np.abs(sure - MARK).max(axis=1).min() < 40
    assert np.abs(half - (np.array(MARK) + FAINT) / 2).max(axis=1).min() < 40
    assert np.abs(faint - FAINT).max(axis=1).min() < 40
