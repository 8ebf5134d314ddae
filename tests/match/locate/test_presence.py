"""Whether a template is where it fits best."""

import cv2
import numpy as np
import pytest
import skimage.data

from lookalike.match import LOCATORS
from lookalike.match.locate.presence import CLEAR, detail, is_there, is_there_of_many, there_first
from lookalike.types import Picture, Placement

COFFEE, CAT = skimage.data.coffee(), skimage.data.chelsea()
CUP = np.s_[80:200, 200:330]


def picture(pixels: np.ndarray) -> Picture:
    return Picture(np.ascontiguousarray(pixels), (pixels.shape[1], pixels.shape[0]))


def noise(seed: int, shape=(60, 80), blur: float = 0.0) -> np.ndarray:
    values = np.random.default_rng(seed).normal(128, 30, shape).astype(np.float32)
    return cv2.GaussianBlur(values, (0, 0), blur) if blur else values


@pytest.mark.parametrize("engine", ["fast", "exact", "poses"])
def test_a_smooth_part_of_one_photo_is_not_found_in_another(engine):
    found = LOCATORS.make(engine).locate(picture(COFFEE[CUP]), picture(CAT))
    assert not is_there(found.placements[0])


@pytest.mark.parametrize("engine", ["fast", "exact"])
def test_a_part_in_other_light_and_noise_is_found(engine):
    noisy = np.clip(COFFEE * 0.5 + np.random.default_rng(0).normal(0, 12, COFFEE.shape), 0, 255).astype(np.uint8)
    (place,) = LOCATORS.make(engine).locate(picture(COFFEE[CUP]), picture(noisy)).placements
    assert is_there(place)
    np.testing.assert_allclose(place.box[:2], (200, 80), atol=1)


def test_a_part_that_is_half_covered_is_found_although_it_scores_little():
    covered = COFFEE.copy()
    covered[80:140, 200:330] = (200, 30, 30)
    (place,) = LOCATORS.make("exact").locate(picture(COFFEE[CUP]), picture(covered)).placements
    assert is_there(place)
    np.testing.assert_allclose(place.box[:2], (200, 80), atol=1)


@pytest.mark.parametrize("blur", [0.0, 2.0, 6.0])
def test_chance_gives_textures_a_spread_of_one_however_smooth(blur):
    told = [detail(noise(at, blur=blur), noise(1000 + at, blur=blur)) for at in range(60)]
    assert abs(np.mean(told)) < 0.5
    assert 0.6 < np.std(told) < 1.5
    assert max(np.abs(told)) < CLEAR


def test_what_is_the_same_is_clear_and_the_light_does_not_matter():
    assert detail(noise(0), 0.3 * noise(0) + 100) > 2 * CLEAR


def test_what_is_flat_or_outside_tells_nothing():
    flat = np.full((60, 80), 7, np.float32)
    assert detail(flat, flat) == 0
    assert detail(flat, noise(0)) == 0
    inside = np.zeros((60, 80), bool)
    inside[:, :30] = True
    half = noise(1)
    half[:, :30] = noise(0)[:, :30]
    assert detail(noise(0), half, inside) > CLEAR
    assert detail(noise(0), half, ~inside) < CLEAR


def test_a_large_template_is_told_by_a_reduced_one():
    large = noise(0, (900, 1200), blur=3.0)
    assert detail(large, large + noise(1, large.shape) - 128) > 2 * CLEAR


def test_one_row_one_column_and_one_pixel_have_an_answer():
    for shape in ((1, 1), (1, 50), (50, 1)):
        assert np.isfinite(detail(noise(0, shape), noise(1, shape)))


def test_those_that_are_there_come_first_and_unknown_counts_as_there():
    there, high, unknown = (
        Placement((0, 0, 1, 1), 0.5, detail=9.0),
        Placement((0, 0, 1, 1), 0.9, detail=1.0),
        Placement((0, 0, 1, 1), 0.1),
    )
    assert sorted([high, there, unknown], key=there_first, reverse=True) == [there, unknown, high]


@pytest.mark.parametrize("side", [8, 12])
def test_a_small_piece_is_found_in_the_picture_that_it_was_cut_from_and_not_in_another(side):
    piece = picture(COFFEE[80 : 80 + side, 200 : 200 + side])
    (here,), (there,) = (LOCATORS.make("exact").locate(piece, picture(image)).placements for image in (COFFEE, CAT))
    assert here.detail < CLEAR
    assert is_there(here)
    assert not is_there(there)


def test_of_many_pictures_more_is_asked_and_less_where_nearly_nothing_differs():
    def there(score, detail, scale=1.0):
        return is_there_of_many(Placement((0, 0, 9, 9), score, scale, 0.0, detail))

    assert there(0.8, 6)
    assert not there(0.8, 5.9)
    assert not there(0.7, 30)
    assert there(0.98, 3.5)
    assert not there(0.98, 3.4)
    assert not there(0.98, 3.5, scale=1.02)  # a size was fitted
    assert there(0.1, None)


def test_an_outline_before_an_even_ground_is_not_another_one_that_lies_along_it():
    def outlined(middle, axes, ink):
        drawn = np.full((320, 320), 235, np.uint8)
        cv2.ellipse(drawn, middle, axes, 4, 0, 360, (ink,), -1, cv2.LINE_AA)
        return cv2.resize(drawn, (96, 96), interpolation=cv2.INTER_AREA).astype(np.float32)

    disc, other = outlined((150, 400), (290, 290), 60), outlined((165, 380), (330, 262), 90)
    assert detail(disc, other) < CLEAR
    assert detail(disc, outlined((150, 400), (290, 290), 120)) > CLEAR
