"""Shifts found by phase alone, against OpenCV and against what is known of made pairs."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import skimage.data

from lookalike.errors import BadQuery
from lookalike.match.locate.phase_correlation import Phase, phase_correlation
from lookalike.pixels.colour import rgb_of_grey
from lookalike.types import Picture

PHOTOS = [skimage.data.camera(), skimage.data.brick(), cv2.cvtColor(skimage.data.astronaut(), cv2.COLOR_RGB2GRAY)]


def of(grey) -> Picture:
    return Picture(rgb_of_grey(np.ascontiguousarray(grey, np.uint8)), (grey.shape[1], grey.shape[0]))


def part(grey, x, y, side=320):
    return grey[y : y + side, x : x + side]


@pytest.mark.parametrize("grey", PHOTOS, ids=["camera", "brick", "astronaut"])
@pytest.mark.parametrize(("dx", "dy"), [(0, 0), (40, -25), (-120, 90), (7, 150)])
def test_the_shift_between_two_views_of_one_scene_is_found(grey, dx: int, dy: int) -> None:
    x, y = (130 - max(dx, 0), 110 - max(dy, 0) * 3 // 5)
    noise = np.random.default_rng(0).normal(0, 8, (320, 320))
    other = np.clip(0.6 * part(grey, x, y) + 40 + noise, 0, 255)
    found = Phase().locate(of(part(grey, x + dx, y + dy)), of(other))
    assert found.certain
    assert found.placements[0].box == pytest.approx((dx, dy, 320, 320), abs=0.3)


def test_a_fraction_of_a_pixel_is_found() -> None:
    halves = [cv2.resize(part(PHOTOS[2], x, 100), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA) for x in (80, 91)]
    x, y, *_ = Phase().locate(of(halves[1]), of(halves[0])).placements[0].box
    assert (x, y) == pytest.approx((5.5, 0), abs=0.15)
    (theirs, _), _ = cv2.phaseCorrelate(
        *(half.astype(np.float64) for half in halves), cv2.createHanningWindow((160, 160), cv2.CV_64F)
    )
    assert x == pytest.approx(-theirs, abs=0.2)


def test_a_response_is_that_of_its_definition() -> None:
    rng = np.random.default_rng(0)
    template, image = (rng.normal(size=shape).astype(np.float32) for shape in ((8, 8), (16, 12)))
    found = phase_correlation(template, image)
    cross = np.fft.fft2(image, (24, 20)) * np.conj(np.fft.fft2(template, (24, 20)))
    v, u = np.fft.fftfreq(24)[:, None], np.fft.fftfreq(20)[None]
    weights = np.exp(-0.5 * (u**2 + v**2) / 0.2**2)
    expected = np.fft.ifft2(weights * cross / np.abs(cross)).real / weights.mean()
    np.testing.assert_allclose(found, np.roll(expected, (8, 8), (0, 1)), atol=1e-4)


def test_the_picture_itself_is_found_in_its_place() -> None:
    placement = Phase().locate(of(PHOTOS[0]), of(PHOTOS[0])).placements[0]
    assert placement.box == pytest.approx((0, 0, 512, 512), abs=0.05)
    assert 0.3 < placement.score < 1


def test_a_part_is_found_and_what_is_not_there_is_not_certain() -> None:
    template = part(PHOTOS[2], 200, 40, 128)
    found = Phase().locate(of(template), of(PHOTOS[2]), k=3)
    assert found.placements[0].box == pytest.approx((200, 40, 128, 128), abs=0.3)
    assert [one.score for one in found.placements] == sorted((one.score for one in found.placements), reverse=True)
    assert not Phase().locate(of(template), of(PHOTOS[1])).certain


def test_what_a_mask_leaves_out_does_not_count() -> None:
    template = part(PHOTOS[2], 150, 60, 200).copy()
    mask = np.zeros((200, 200), bool)
    mask[20:180, 20:180] = True
    template[~mask] = np.random.default_rng(0).integers(0, 256, np.count_nonzero(~mask))
    found = Phase().locate(of(template), of(PHOTOS[2]), mask=mask)
    assert found.placements[0].box == pytest.approx((150, 60, 200, 200), abs=0.3)


def test_places_are_in_px_of_the_original() -> None:
    small = of(part(PHOTOS[0], 100, 60, 256))
    image = Picture(of(PHOTOS[0]).pixels, (1024, 1024))
    assert Phase().locate(small, image).placements[0].box == pytest.approx((200, 120, 512, 512), abs=0.3)


@pytest.mark.parametrize("grey", [np.zeros((64, 64)), np.full((64, 64), 200), np.full((1, 1), 7)])
def test_an_even_picture_agrees_with_nothing(grey) -> None:
    found = Phase().locate(of(grey), of(PHOTOS[0]))
    assert not found.certain
    assert found.placements[0].score == 0


def test_what_cannot_be_is_told() -> None:
    with pytest.raises(BadQuery, match="more than 20% of it would stick out"):
        Phase(outside=0.2).locate(of(np.zeros((100, 500))), of(np.zeros((100, 200))))
    with pytest.raises(BadQuery, match="mask is empty"):
        Phase().locate(of(np.zeros((10, 10))), of(np.zeros((20, 20))), mask=np.zeros((10, 10), bool))
    for wrong in ({"outside": 1.0}, {"outside": -0.1}, {"overlap": 1.0}):
        with pytest.raises(ValueError, match="is a share below 1"):
            Phase(**wrong)
