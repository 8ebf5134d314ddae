"""Where two pictures differ, drawn."""

from __future__ import annotations

import numpy as np

from lookalike.match.drawing.difference import COLOURS, SIDE, draw_difference, said
from lookalike.types import Difference, Picture


def test_a_place_keeps_its_colours_and_the_rest_is_paled() -> None:
    pixels = np.full((300, 400, 3), (200, 30, 30), np.uint8)
    picture = Picture(pixels, (400, 300))
    place = Difference((100.0, 80.0, 60.0, 50.0), (100.0, 80.0, 60.0, 50.0), 0.025, "content")
    sheet = draw_difference(picture, picture, [place])
    factor = SIDE / 400
    inside, outside = sheet[round(105 * factor), round(130 * factor)], sheet[round(250 * factor), round(300 * factor)]
    assert inside.tolist() == [200, 30, 30]
    assert np.ptp(outside.astype(int)) == 0
    assert (sheet == COLOURS["content"]).all(axis=2).sum() > 100


def test_pictures_of_other_sizes_stand_side_by_side() -> None:
    a = Picture(np.zeros((300, 400, 3), np.uint8), (400, 300))
    b = Picture(np.zeros((400, 200, 3), np.uint8), (200, 400))
    sheet = draw_difference(a, b, [])
    assert sheet.dtype == np.uint8
    assert sheet.shape[0] >= SIDE
    assert sheet.shape[1] > SIDE + SIDE / 2


def test_a_place_at_the_border_is_drawn_within_the_picture() -> None:
    picture = Picture(np.zeros((30, 40, 3), np.uint8), (40, 30))
    place = Difference((0.0, 0.0, 40.0, 30.0), (0.0, 0.0, 40.0, 30.0), 1.0, "laid on the hit")
    assert draw_difference(picture, picture, [place]).ndim == 3


def test_how_much_differs_is_said() -> None:
    box = (0.0, 0.0, 1.0, 1.0)
    assert said(()) == "nothing differs"
    assert said((Difference(box, box, 0.03, "content"),)) == "differs in 1 place, 3 % of what both show"
    assert said((Difference(box, box, 1e-6, "speck"),) * 2) == "differs in 2 places, less than 0.01 % of what both show"
