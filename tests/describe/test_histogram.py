from __future__ import annotations

import cv2
import numpy as np
import pytest

from lookalike.describe.histogram import ColourHistogram
from lookalike.describe.reduced import SIDE
from lookalike.types import Picture, Pixels


def picture_of(pixels: Pixels) -> Picture:
    return Picture(pixels, (pixels.shape[1], pixels.shape[0]))


def stripes(*colours: tuple[int, int, int]) -> Picture:
    """Equal upright stripes."""
    columns = np.array(colours, np.uint8)[np.arange(SIDE) * len(colours) // SIDE]
    return picture_of(np.ascontiguousarray(np.broadcast_to(columns, (SIDE, SIDE, 3))))


def similarity(a: Picture, b: Picture) -> float:
    rows = ColourHistogram().describe([a, b])
    return float(rows[0] @ rows[1])


RED, BLUE, WHITE, BLACK = (220, 20, 30), (30, 60, 200), (255, 255, 255), (0, 0, 0)


@pytest.mark.parametrize("bins", [2, 3, 8, 10, 16, 31])
def test_counts_are_those_of_the_cells_that_explanations_name(bins: int) -> None:
    pixels = np.random.default_rng(0).integers(256, size=(SIDE, SIDE, 3), dtype=np.uint8)
    describer = ColourHistogram(bins=bins)
    levels = np.minimum(pixels.reshape(-1, 3).astype(np.float64) * bins // 256, bins - 1).astype(np.int64)
    cells = levels @ [bins**2, bins, 1]
    np.testing.assert_array_equal(describer._cells(pixels.reshape(-1, 3)), cells)
    counts = np.bincount(cells, minlength=bins**3)
    row = describer.describe([picture_of(pixels)])[0]
    np.testing.assert_allclose(np.square(row), counts / counts.sum(), atol=1e-6)


@pytest.mark.parametrize("bins", [3, 10, 31])
def test_every_level_falls_into_one_of_the_bins(bins: int) -> None:
    greys = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    cells = ColourHistogram(bins=bins)._cells(greys.reshape(-1, 3))
    diagonal = (cells // bins**2).tolist()
    assert diagonal == sorted(diagonal)
    assert set(diagonal) == set(range(bins))


def test_similarity_is_the_bhattacharyya_coefficient() -> None:
    assert similarity(stripes(RED, BLUE), stripes(RED, WHITE)) == pytest.approx(0.5, abs=0.02)
    assert similarity(stripes(RED), stripes(RED, WHITE)) == pytest.approx(0.5**0.5, abs=0.02)
    assert similarity(stripes(RED), stripes(BLUE)) == pytest.approx(0, abs=1e-6)


def test_where_a_colour_lies_does_not_matter() -> None:
    assert similarity(stripes(RED, BLUE), stripes(BLUE, RED)) == pytest.approx(1, abs=1e-6)


def test_a_picture_keeps_its_colours_at_half_and_double_size(photos: list[Picture]) -> None:
    for photo in photos:
        width, height = photo.size
        for scale in (0.5, 2):
            size = round(width * scale), round(height * scale)
            resized = picture_of(cv2.resize(photo.pixels, size, interpolation=cv2.INTER_AREA))
            assert similarity(photo, resized) > 0.97


@pytest.mark.parametrize("bins", [1, 33])
def test_too_few_or_too_many_bins_are_refused(bins: int) -> None:
    with pytest.raises(ValueError, match="bins must be from 2 to 32"):
        ColourHistogram(bins=bins)


def test_the_line_names_the_common_colours_and_their_share() -> None:
    line = ColourHistogram().explain(stripes(RED, RED, WHITE, BLACK), stripes(RED, RED, WHITE, BLUE)).line
    assert line == "Both are mostly red and white: 75 % of the colours agree."


def test_the_line_names_what_differs_where_nothing_agrees() -> None:
    line = ColourHistogram().explain(stripes(WHITE), stripes(BLACK)).line
    assert line == "The one is mostly white, the other mostly black: 0 % of the colours agree."


def test_the_drawing_holds_the_common_colour() -> None:
    picture = ColourHistogram().explain(stripes(RED, BLUE), stripes(RED, WHITE)).picture
    assert picture is not None
    below_the_photos = picture[-60:].reshape(-1, 3).tolist()
    assert list(RED) in below_the_photos
