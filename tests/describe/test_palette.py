from __future__ import annotations

import numpy as np
import pytest

from lookalike.describe.dominant import dominant
from lookalike.describe.palette import Palette
from lookalike.search.query.colours import picture_of
from lookalike.types import Picture

BLUE, WHITE, RED = (42, 111, 151), (255, 255, 255), (200, 30, 40)


def of(*areas: tuple[tuple[int, int, int], int]) -> Picture:
    """Bands of so many rows of 128."""
    rows = np.concatenate([np.full((count, 128, 3), colour, np.uint8) for colour, count in areas])
    return Picture(rows, (128, len(rows)))


def test_a_picture_of_few_colours_gives_them_back_with_their_shares() -> None:
    found = dominant(of((WHITE, 32), (BLUE, 80), (RED, 16)), 8)
    assert found.colours.tolist() == [list(BLUE), list(WHITE), list(RED)]
    np.testing.assert_allclose(found.shares, [0.625, 0.25, 0.125])


def test_the_largest_colours_are_kept_and_shades_of_one_are_one() -> None:
    shade = (44, 113, 153)
    found = dominant(of((WHITE, 32), (BLUE, 40), (shade, 40), (RED, 16)), 2)
    assert np.abs(found.colours.astype(int) - [[43, 112, 152], WHITE]).max() <= 1
    np.testing.assert_allclose(found.shares, [80 / 112, 32 / 112])


def test_more_of_a_colour_is_nearer_to_it() -> None:
    asked = Palette().describe([picture_of("colour:#2a6f97")])[0]
    pictures = [of((BLUE, share), (WHITE, 128 - share)) for share in (128, 96, 64, 32)] + [of((RED, 128))]
    scores = Palette().describe(pictures) @ asked
    assert (np.diff(scores) < 0).all()
    assert scores[0] == pytest.approx(1)
    assert scores[-1] < 0.3


def test_a_row_is_the_sum_of_what_its_colours_say() -> None:
    found = Palette().describe([of((BLUE, 96), (RED, 32))])[0].astype(np.float64)
    alone = [Palette().describe([of((colour, 128))])[0].astype(np.float64) for colour in (BLUE, RED)]
    # Unit rows: their directions add up, by shares and lengths.
    weights = np.linalg.lstsq(np.stack(alone, axis=1), found, rcond=None)[0]
    np.testing.assert_allclose(np.stack(alone, axis=1) @ weights, found, atol=1e-6)
    assert weights[0] > weights[1] > 0


def test_photos_are_mostly_of_their_own_colours(photos: list[Picture]) -> None:
    for picture in photos:
        palette = dominant(picture, 8)
        assert palette.shares.sum() == pytest.approx(1)
        assert (np.diff(palette.shares) <= 0).all()
        assert len(palette.colours) <= 8
