from __future__ import annotations

import numpy as np

from lookalike.describe.bars import HEIGHT, WIDTH, back_to_back
from lookalike.describe.drawing import GAP, LEAST, MARK, fit, grid_marked, side_by_side, stacked_up, tile


def test_a_picture_fits_with_its_shape() -> None:
    assert fit((400, 200), 100) == (100, 50)
    assert fit((10, 20), 100) == (50, 100)


def test_a_hair_stays_visible() -> None:
    assert fit((3000, 1), 100) == (100, LEAST)
    assert tile(np.zeros((3000, 1, 3), np.uint8), (1, 3000), 100).shape == (100, 100, 3)


def test_tiles_stand_side_by_side_and_on_top_of_one_another() -> None:
    small, tall = np.zeros((10, 20, 3), np.uint8), np.zeros((40, 30, 3), np.uint8)
    assert side_by_side([small, tall]).shape == (40, 20 + GAP + 30, 3)
    assert stacked_up([small, tall]).shape == (10 + GAP + 40, 30, 3)


def test_only_the_cells_that_are_set_are_marked() -> None:
    grey = np.full((80, 80, 3), 128, np.uint8)
    cells = np.zeros((8, 8), bool)
    cells[0, 7] = True
    marked = grid_marked(grey, cells)
    assert tuple(marked[0, 79]) == MARK
    changed = (marked != grey).any(axis=2)
    assert changed[:10, 70:].all()
    assert np.count_nonzero(changed) == 100
    assert (grey == 128).all()


def test_bars_are_as_long_as_their_shares() -> None:
    red, blue = (200, 0, 0), (0, 0, 200)
    drawn = back_to_back(np.array([1.0, 0.5]), np.array([0.25, 0.0]), np.array([red, blue], np.uint8))
    assert drawn.shape == (2 * HEIGHT, WIDTH, 3)
    left = [
        np.count_nonzero((drawn[row * HEIGHT + HEIGHT // 2, : WIDTH // 2 - 20] == colour).all(axis=1))
        for row, colour in enumerate((red, blue))
    ]
    assert 0.45 < left[1] / left[0] < 0.55
    assert (drawn[HEIGHT:, WIDTH // 2 + 20 :] == 255).all()
