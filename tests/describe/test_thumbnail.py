from __future__ import annotations

import numpy as np
import pytest

from lookalike.describe.reduced import reduced
from lookalike.describe.thumbnail import Thumbnail
from lookalike.types import Picture, Pixels


def picture_of(pixels: Pixels) -> Picture:
    return Picture(pixels, (pixels.shape[1], pixels.shape[0]))


def similarity(a: Picture, b: Picture) -> float:
    rows = Thumbnail().describe([a, b])
    return float(rows[0] @ rows[1])


def noise(low: int, high: int) -> Pixels:
    return np.random.default_rng(0).integers(low, high, size=(16, 16, 3), dtype=np.uint8)


def flat(*colour: int) -> Picture:
    return picture_of(np.full((50, 30, 3), colour, np.uint8))


def test_similarity_is_the_correlation_of_the_tiny_pictures(photos: list[Picture]) -> None:
    astronaut, chelsea = photos[0], photos[3]
    ours, theirs = (reduced(picture, 16, 16).ravel() for picture in (astronaut, chelsea))
    correlation = float(np.asarray(np.corrcoef(ours, theirs))[0, 1])
    assert similarity(astronaut, chelsea) == pytest.approx(correlation, abs=1e-3)


def test_brightness_and_contrast_do_not_matter() -> None:
    pixels = noise(0, 100)
    assert similarity(picture_of(pixels), picture_of(2 * pixels + 30)) == pytest.approx(1, abs=1e-3)


def test_a_negative_is_the_opposite(photos: list[Picture]) -> None:
    assert similarity(photos[0], picture_of(255 - photos[0].pixels)) == pytest.approx(-1, abs=1e-2)


def test_even_greys_equal_one_another_and_resemble_no_photo(photos: list[Picture]) -> None:
    assert similarity(flat(0, 0, 0), flat(255, 255, 255)) == pytest.approx(1, abs=1e-6)
    for photo in photos:
        assert abs(similarity(flat(0, 0, 0), photo)) < 0.25


def test_even_colours_are_told_apart() -> None:
    assert similarity(flat(200, 0, 0), flat(180, 20, 10)) > 0.95
    assert similarity(flat(200, 0, 0), flat(0, 0, 200)) < 0


def test_noise_of_one_level_does_not_hide_that_a_picture_is_flat() -> None:
    assert similarity(flat(127, 127, 127), picture_of(noise(127, 129))) > 0.8


@pytest.mark.parametrize("size", [1, 65])
def test_a_size_out_of_range_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="size must be from 2 to 64"):
        Thumbnail(size=size)


def test_the_drawing_of_equal_pictures_ends_in_a_blank_square(photos: list[Picture]) -> None:
    explanation = Thumbnail().explain(photos[0], photos[0])
    assert "the same light and colours in the same places (correlation 1.00)" in explanation.line
    assert explanation.picture is not None
    assert (explanation.picture[2:-2, -100:-2] == 255).all()


def test_the_line_says_when_there_is_nothing_to_compare() -> None:
    assert "Neither picture has any contrast" in Thumbnail().explain(flat(0, 0, 0), flat(9, 9, 9)).line
    assert "little in common" in Thumbnail().explain(flat(0, 0, 0), picture_of(noise(0, 256))).line
