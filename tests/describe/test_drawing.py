from __future__ import annotations

import numpy as np

from lookalike.describe.bars import HEIGHT, WIDTH, back_to_back
from lookalike.describe.drawing import (
    GAP,
    LEAST,
    MARK,
    PAPER,
    captioned,
    fit,
    grid_marked,
    in_rows,
    side_by_side,
    stacked_up,
    tile,
)


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


def test_a_caption_stands_below_its_picture_and_no_word_is_cut_off() -> None:
    dark = np.zeros((20, 60, 3), np.uint8)
    drawn = captioned(dark, "a caption wider than its picture")
    assert drawn.shape[0] > 20
    assert drawn.shape[1] > 60
    assert (drawn[:20, drawn.shape[1] // 2] == 0).all()
    below = drawn[20:]
    assert (below < PAPER).any()
    assert (below[:, [0, -1]] == PAPER).all()


def test_tiles_fill_a_sheet_row_by_row() -> None:
    tiles = [np.full((10, 10, 3), level, np.uint8) for level in (10, 20, 30)]
    sheet = in_rows(tiles, 2)
    assert sheet.shape == (20 + GAP, 20 + GAP, 3)
    assert [int(sheet[5, 5, 0]), int(sheet[5, -5, 0]), int(sheet[-5, sheet.shape[1] // 2, 0])] == [10, 20, 30]
