from __future__ import annotations

import numpy as np
import pytest

import lookalike
from lookalike.search.ranking.plain import colour_likeness, plain_colour
from lookalike.types import Picture


def flat(colour: tuple[int, int, int], size: tuple[int, int] = (40, 30)) -> np.ndarray:
    return np.full((size[1], size[0], 3), colour, np.uint8)


def compared(a: np.ndarray, b: np.ndarray) -> tuple[str, float, str]:
    found = lookalike.compare(a, b, describers=["phash"])
    return found.relation, found.score, found.why


def test_a_picture_is_plain_when_no_channel_strays() -> None:
    pixels = flat((10, 200, 30))
    assert plain_colour(Picture(pixels, (40, 30))) == (10, 200, 30)
    pixels[5, 5] = (12, 200, 29)
    assert plain_colour(Picture(pixels, (40, 30))) is not None
    pixels[5, 5] = (10, 200, 60)
    assert plain_colour(Picture(pixels, (40, 30))) is None


def test_a_plain_picture_and_one_with_detail_have_nothing_in_common_where_no_channel_sees_colours() -> None:
    detailed = np.random.default_rng(0).integers(0, 256, (30, 40, 3), dtype=np.uint8)
    assert compared(flat((128, 128, 128)), detailed)[:2] == ("similar", 0.0)


def test_likeness_of_colours_follows_the_eye() -> None:
    assert colour_likeness((9, 99, 199), (9, 99, 199)) == 1
    assert colour_likeness((0, 0, 0), (255, 255, 255)) == pytest.approx(0, abs=1e-3)
    near, far = colour_likeness((200, 30, 30), (205, 35, 30)), colour_likeness((200, 30, 30), (30, 200, 30))
    assert far < 0.2 < 0.9 < near < 1


def test_plain_pictures_are_compared_by_their_colour() -> None:
    assert compared(flat((200, 30, 30)), flat((30, 200, 30)))[:2] == ("similar", pytest.approx(0, abs=0.1))
    relation, score, why = compared(flat((200, 30, 30)), flat((203, 30, 30)))
    assert relation == "similar"
    assert 0.9 < score < 1
    assert why == "both of one colour: #c81e1e and #cb1e1e"
    assert compared(flat((200, 30, 30)), flat((200, 30, 30), (80, 20)))[1:] == (1.0, "both of one colour: #c81e1e")
    assert compared(flat((200, 30, 30)), flat((200, 30, 30)))[0] == "identical"
