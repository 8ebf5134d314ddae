"""The fast search finds what the exact one finds, or says that it cannot tell."""

import cv2
import numpy as np
import pytest
import skimage.data

from lookalike.errors import BadQuery
from lookalike.match.locate.exact import Exact
from lookalike.match.locate.pyramid import Pyramid
from lookalike.match.locate.pyramid_levels import levels
from lookalike.types import Picture

SIZE = (800, 600)


def picture(pixels):
    pixels = np.repeat(pixels[:, :, None], 3, axis=2) if pixels.ndim == 2 else pixels
    return Picture(np.ascontiguousarray(pixels), pixels.shape[1::-1])


def photo(name):
    return cv2.resize(getattr(skimage.data, name)(), SIZE, interpolation=cv2.INTER_CUBIC)


def part(pixels, x, y, width, height, seed=0, sigma=8.0):
    noise = np.random.default_rng(seed).normal(0, sigma, (height, width, 3))
    return np.clip(pixels[y : y + height, x : x + width] * 0.8 + 15 + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("name", ["astronaut", "chelsea", "coffee"])
@pytest.mark.parametrize(("width", "height"), [(48, 64), (100, 80), (200, 160)])
def test_it_answers_as_the_exact_search(name, width, height):
    image = photo(name)
    template = picture(part(image, 301, 217, width, height))
    found, expected = (engine.locate(template, picture(image)) for engine in (Pyramid(), Exact()))
    np.testing.assert_allclose(found.placements[0].box, expected.placements[0].box, atol=0.05)
    assert found.placements[0].score == pytest.approx(expected.placements[0].score, abs=1e-4)
    assert found.certain


def test_a_distinct_template_is_found_without_comparing_every_window():
    image = photo("astronaut")
    found = Pyramid(fall_back=False).locate(picture(part(image, 301, 217, 128, 128)), picture(image))
    assert found.certain
    assert found.response is None
    np.testing.assert_allclose(found.placements[0].box, (301, 217, 128, 128), atol=0.6)


def fine():
    values = np.random.default_rng(0).normal(0, 40, SIZE[::-1])
    return np.clip(128 + values - cv2.GaussianBlur(values, (0, 0), 1.5), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("kind", ["fine", "absent"])
def test_where_it_cannot_tell_it_says_so_and_falls_back(kind):
    image = fine() if kind == "fine" else photo("astronaut")
    source = photo("grass") if kind == "absent" else image
    template = picture(source[217:281, 301:397])
    assert not Pyramid(fall_back=False).locate(template, picture(image)).certain
    found, expected = (engine.locate(template, picture(image)) for engine in (Pyramid(), Exact()))
    assert found.placements == expected.placements
    assert found.certain


def test_several_places_are_those_of_the_exact_search():
    image = photo("astronaut")
    image[400:464, 500:596] = image[217:281, 301:397]
    template = picture(image[217:281, 301:397])
    found, expected = (engine.locate(template, picture(image), k=2).placements for engine in (Pyramid(), Exact()))
    boxes = [sorted(one.box[0] for one in places) for places in (found, expected)]
    np.testing.assert_allclose(boxes[0], boxes[1], atol=0.05)
    np.testing.assert_allclose(boxes[0], [301, 500], atol=0.6)


def test_a_template_at_the_edge_a_small_one_and_one_with_a_mask_are_found():
    image = photo("chelsea")
    height, width = image.shape[:2]
    corner = Pyramid().locate(picture(image[height - 70 :, width - 90 :]), picture(image))
    np.testing.assert_allclose(corner.placements[0].box[:2], (width - 90, height - 70), atol=0.1)
    small = Pyramid().locate(picture(image[100:110, 200:212]), picture(image))
    np.testing.assert_allclose(small.placements[0].box[:2], (200, 100), atol=0.6)
    mask = np.ones((70, 90), bool)
    mask[:, 45:] = False
    spoilt = image[300:370, 400:490].copy()
    spoilt[:, 45:] = 0
    masked = Pyramid().locate(picture(spoilt), picture(image), mask=mask)
    np.testing.assert_allclose(masked.placements[0].box[:2], (400, 300), atol=0.6)


@pytest.mark.parametrize("hole", [0.0, 0.5])
def test_what_a_mask_leaves_out_is_not_looked_at_in_any_halved_picture(hole):
    """Nor are small pixels that show some of it: here black in the template and not in the picture."""
    image = photo("astronaut")
    template = part(image, 301, 217, 128, 96)
    down, across = np.mgrid[:96, :128]
    away = np.hypot((across - 63.5) / 64, (down - 47.5) / 48)
    mask = (away < 1) & (away >= hole)
    template[~mask] = 0
    found = Pyramid(fall_back=False).locate(picture(template), picture(image), mask=mask)
    expected = Exact().locate(picture(template), picture(image), mask=mask)
    assert found.certain
    np.testing.assert_allclose(found.placements[0].box, expected.placements[0].box, atol=0.05)
    assert found.placements[0].score == pytest.approx(expected.placements[0].score, abs=1e-4)
    np.testing.assert_allclose(found.placements[0].box[:2], (301, 217), atol=0.6)


def test_of_a_thin_mask_no_small_picture_is_made():
    image = photo("chelsea")
    mask = np.zeros((90, 120), bool)
    mask[::3] = True  # no two rows beside each other
    assert [one.number for one in levels(picture(image[200:290, 100:220]), picture(image), False, mask)] == [0]
    found = Pyramid().locate(picture(image[200:290, 100:220]), picture(image), mask=mask)
    np.testing.assert_allclose(found.placements[0].box[:2], (100, 200), atol=0.1)


def test_a_template_larger_than_the_picture_is_refused():
    with pytest.raises(BadQuery, match="must not be larger"):
        Pyramid().locate(picture(photo("coffee")), picture(photo("coffee")[:100]))


@pytest.mark.parametrize("comparison", ["sqdiff", "sqdiff-normed", "ccorr-normed", "zsqdiff", "ccoeff"])
def test_the_other_comparisons_agree_with_the_exact_search(comparison):
    image = photo("astronaut")
    template = picture(image[217:297, 301:401])
    found = Pyramid(comparison).locate(template, picture(image)).placements[0]
    expected = Exact(comparison).locate(template, picture(image)).placements[0]
    np.testing.assert_allclose(found.box, expected.box, atol=0.05)


@pytest.mark.parametrize("comparison", ["ccoeff", "ccorr", "sqdiff"])
def test_of_a_comparison_without_a_bound_several_places_are_looked_for_everywhere(comparison):
    image = picture(cv2.resize(skimage.data.gravel(), SIZE))
    template = picture(image.pixels[217:297, 301:401])
    found, expected = (engine(comparison).locate(template, image, k=3) for engine in (Pyramid, Exact))
    assert found.placements == expected.placements
    assert not Pyramid(comparison, fall_back=False).locate(template, image, k=3).certain
