from __future__ import annotations

import numpy as np
import pytest

from lookalike.describe.colour_pyramid import ColourPyramid
from lookalike.describe.histogram import ColourHistogram
from lookalike.describe.reduced import SIDE
from lookalike.types import Picture


def halves(top: tuple[int, int, int], bottom: tuple[int, int, int]) -> Picture:
    pixels = np.empty((SIDE, SIDE, 3), np.uint8)
    pixels[: SIDE // 2], pixels[SIDE // 2 :] = top, bottom
    return Picture(pixels, (SIDE, SIDE))


RED, BLUE = (220, 20, 30), (30, 60, 200)


def similarity(describer: ColourPyramid, a: Picture, b: Picture) -> float:
    rows = describer.describe([a, b])
    return float(rows[0] @ rows[1])


def test_one_hard_joint_level_of_rgb_is_the_colour_histogram(photos: list[Picture]) -> None:
    pyramid = ColourPyramid(colours="rgb", bins=8, joint=True, soft=False, levels=1)
    np.testing.assert_allclose(pyramid.describe(photos), ColourHistogram(bins=8).describe(photos), atol=1e-6)


def test_a_row_holds_the_whole_then_the_quarters_with_their_weights(photos: list[Picture]) -> None:
    """The rows of the five parts, described one by one, make up the row of two levels."""
    one = ColourPyramid(levels=1, soft=False)
    two = ColourPyramid(levels=2, soft=False).describe([photos[0]])[0]
    pixels = np.random.default_rng(0).integers(256, size=(SIDE, SIDE, 3), dtype=np.uint8)
    picture = Picture(pixels, (SIDE, SIDE))
    two = ColourPyramid(levels=2, soft=False).describe([picture])[0]
    h = SIDE // 2
    expected = [np.sqrt(1 / 2) * one.describe([picture])[0]]
    for y, x in ((0, 0), (0, h), (h, 0), (h, h)):
        # Each px twice as large each way, so that the quarter is not reduced.
        quarter = np.repeat(np.repeat(pixels[y : y + h, x : x + h], 2, axis=0), 2, axis=1)
        expected.append(np.sqrt(1 / 8) * one.describe([Picture(np.ascontiguousarray(quarter), (SIDE, SIDE))])[0])
    np.testing.assert_allclose(two, np.concatenate(expected), atol=1e-6)


def test_where_colours_lie_matters_from_two_levels_on() -> None:
    upright, turned = halves(RED, BLUE), halves(BLUE, RED)
    assert similarity(ColourPyramid(levels=1), upright, turned) == pytest.approx(1, abs=1e-6)
    assert similarity(ColourPyramid(levels=2), upright, turned) < 0.75


@pytest.mark.parametrize("distance", ["hellinger", "chi2"])
@pytest.mark.parametrize("joint", [False, True])
def test_equal_pictures_have_similarity_1(distance: str, joint: bool, photos: list[Picture]) -> None:
    pyramid = ColourPyramid(colours="lab", bins=6, levels=2, distance=distance, joint=joint)
    assert similarity(pyramid, photos[0], photos[0]) == pytest.approx(1, abs=1e-5)


def test_emd_is_the_number_of_bins_by_which_light_moves() -> None:
    """A picture of one grey against another two bins brighter, in a space with one channel."""
    grey = ColourPyramid(colours="grey", bins=16, levels=1, distance="emd", soft=False)
    dark, bright = (halves((v, v, v), (v, v, v)) for v in (72, 104))
    rows = grey.describe([dark, bright])
    assert grey.space.metric == "l1"
    assert np.abs(rows[0] - rows[1]).sum() == pytest.approx(2, abs=1e-6)


def test_emd_without_an_order_of_bins_is_refused() -> None:
    with pytest.raises(ValueError, match="emd needs bins in order"):
        ColourPyramid(colours="hsv", distance="emd")
    with pytest.raises(ValueError, match="emd needs bins in order"):
        ColourPyramid(colours="lab", joint=True, distance="emd")


def test_more_bins_than_an_index_should_hold_are_refused() -> None:
    with pytest.raises(ValueError, match=r"these would be \d+ bins, more than 131072"):
        ColourPyramid(joint=True, bins=32, levels=3)


def test_the_line_tells_how_much_agrees_part_by_part() -> None:
    same = ColourPyramid().explain(halves(RED, BLUE), halves(RED, BLUE)).line
    assert same == "100% of the colours (hsv) agree part by part, in 4 x 4 parts."
    half = ColourPyramid(levels=2, joint=True, bins=4, soft=False).explain(halves(RED, BLUE), halves(RED, RED)).line
    assert half == "50% of the colours (hsv) agree part by part, in 2 x 2 parts."
