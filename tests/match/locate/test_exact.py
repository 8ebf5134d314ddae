"""Every comparison against its definition in double precision, and where OpenCV has no good answer."""

import cv2
import numpy as np
import pytest
import skimage.data
from skimage.feature import match_template

from lookalike.errors import BadPicture, BadQuery
from lookalike.match.locate import exact
from lookalike.match.locate.comparisons import COMPARISONS, of_window
from lookalike.match.locate.exact import Exact
from lookalike.match.locate.pyramid import Pyramid
from lookalike.types import Picture

NORMED = [name for name in COMPARISONS if name.endswith("-normed")]
PLAIN = [name for name in COMPARISONS if not name.endswith("-normed")]


def lengths(a, b):
    return float(np.sqrt(np.square(a).sum() * np.square(b).sum()))


def defined(name, window, template, mask):
    """One score, from the definition, in double precision."""
    weights = mask[:, :, None].astype(float)
    if name.startswith(("z", "ccoeff")):
        window = window - (weights * window).sum(axis=(0, 1)) / weights.sum()
        template = template - (weights * template).sum(axis=(0, 1)) / weights.sum()
    window, template = weights * window, weights * template
    if abs(window).max() < 1e-9:
        window = 0 * window
    if abs(template).max() < 1e-9:
        template = 0 * template
    both, scale = float((window * template).sum()), lengths(window, template)
    if "cc" in name:
        return both if not name.endswith("-normed") else both / scale if scale else 0.0
    apart = float(np.square(window - template).sum())
    if not name.endswith("-normed"):
        return -apart
    return -min(1.0, apart / scale) if scale else -float(apart > 0)


def slow(name, template, image, mask):
    height, width = template.shape[:2]
    template, image = template.astype(float), image.astype(float)
    return np.array(
        [
            [
                defined(name, image[y : y + height, x : x + width], template, mask)
                for x in range(image.shape[1] - width + 1)
            ]
            for y in range(image.shape[0] - height + 1)
        ]
    )


@pytest.fixture(scope="module")
def scene():
    """A corner of a photo, with a flat patch, a black one, and one of a single grey level's difference."""
    photo = cv2.resize(skimage.data.astronaut(), (64, 48), interpolation=cv2.INTER_AREA)
    photo[:16, :16] = 90
    photo[:12, 40:56] = 0
    photo[30:46, 2:18] = 200
    photo[35, 9] = 201
    return photo


def templates(scene):
    return {
        "photo": scene[20:29, 30:41],
        "flat": np.full((9, 11, 3), 120, np.uint8),
        "black": np.zeros((9, 11, 3), np.uint8),
        "weak": scene[31:40, 3:14],
        "one px": scene[20:21, 30:31],
    }


@pytest.mark.parametrize("kind", ["photo", "flat", "black", "weak", "one px"])
@pytest.mark.parametrize("name", COMPARISONS)
@pytest.mark.parametrize(("masked", "channels"), [(False, 1), (False, 3), (True, 3)])
def test_every_window_scores_as_defined(scene, kind, name, masked, channels):
    image, template = scene[:, :, :channels], templates(scene)[kind][:, :, :channels]
    mask = np.ones(template.shape[:2], bool)
    if masked:
        mask = np.add.outer(np.arange(template.shape[0]), np.arange(template.shape[1])) % 3 > 0
        mask[0, 0] = True
    found = Exact(name).response(template, image, mask if masked else None)
    expected = slow(name, template, image, mask)
    assert found.dtype == np.float32
    scale = 1.0 if name in NORMED else max(abs(expected).max(), 1.0)
    np.testing.assert_allclose(found / scale, expected / scale, atol=1e-5)
    if name in NORMED:
        assert abs(found).max() <= 1


@pytest.mark.parametrize("side", [8, 33, 120])
def test_it_agrees_with_scikit_image_on_a_photo(side):
    photo = cv2.cvtColor(skimage.data.astronaut(), cv2.COLOR_RGB2GRAY)
    template = photo[100 : 100 + side, 200 : 200 + side]
    found = Exact(threads=2).response(template[:, :, None], photo[:, :, None])
    expected = match_template(photo.astype(np.float64), template.astype(np.float64))
    textured = cv2.sqrBoxFilter(photo, cv2.CV_64F, (side, side), anchor=(0, 0), normalize=False)[
        : found.shape[0], : found.shape[1]
    ]
    mean = cv2.boxFilter(photo, cv2.CV_64F, (side, side), anchor=(0, 0), normalize=False)[
        : found.shape[0], : found.shape[1]
    ]
    varied = textured - mean**2 / side**2 > 0.5  # scikit-image calls others flat, each by its own measure
    np.testing.assert_allclose(found[varied], expected[varied], atol=1e-5)


@pytest.mark.parametrize(
    ("name", "method"),
    [
        ("sqdiff", cv2.TM_SQDIFF),
        ("ccorr", cv2.TM_CCORR),
        ("ccorr-normed", cv2.TM_CCORR_NORMED),
        ("ccoeff", cv2.TM_CCOEFF),
    ],
)
def test_it_agrees_with_opencv_where_opencv_is_right(name, method):
    photo = skimage.data.astronaut()[:200, :240]
    template = photo[60:100, 80:130]
    found, theirs = Exact(name, colour=True).response(template, photo), cv2.matchTemplate(photo, template, method)
    theirs = -theirs if name == "sqdiff" else theirs
    np.testing.assert_allclose(found / abs(theirs).max(), theirs / abs(theirs).max(), atol=1e-4)


def test_windows_of_little_contrast_beside_much_are_as_exact_as_the_others():
    chance = np.random.default_rng(0)
    image = np.full((300, 400), 30, np.uint8)
    image[::7] += 1
    image[chance.random(image.shape) < 0.01] += 1
    image[:, 200:] = cv2.resize(cv2.cvtColor(skimage.data.astronaut(), cv2.COLOR_RGB2GRAY), (200, 300))
    template = image[100:132, 60:92]
    found = Exact().response(template[:, :, None], image[:, :, None])
    values, centred = image.astype(np.float64), template - template.mean()
    for y, x in [(100, 60), (100, 160), (3, 5), (250, 170), (10, 180), (40, 150)]:
        window = values[y : y + 32, x : x + 32]
        window = window - window.mean()
        assert found[y, x] == pytest.approx((window * centred).sum() / lengths(window, centred), abs=1e-5)


@pytest.mark.parametrize("side", [255, 300, 520])
def test_large_bright_windows_do_not_overflow(side):
    chance = np.random.default_rng(0)
    image = np.clip(220 + 20 * cv2.GaussianBlur(chance.normal(0, 9, (540, 550)), (0, 0), 3), 0, 255).astype(np.uint8)
    template = np.clip(image[7 : 7 + side, 5 : 5 + side] * 0.9 + chance.normal(0, 9, (side, side)), 0, 255).astype(
        np.uint8
    )
    found = Exact().response(template[:, :, None], image[:, :, None])
    centred = template - template.mean()
    for y, x in [(7, 5), (0, 0), (20, 29)]:
        window = image[y : y + side, x : x + side] - image[y : y + side, x : x + side].mean()
        assert found[y, x] == pytest.approx((window * centred).sum() / lengths(window, centred), abs=1e-5)


@pytest.mark.parametrize("name", NORMED)
def test_the_last_windows_of_a_picture_of_many_squares_score_as_the_first(name):
    photo = np.tile(cv2.resize(skimage.data.astronaut(), (400, 300)), (2, 2, 1))
    template = photo[40:64, 50:82]
    found = Exact(name, threads=2).response(template, photo)
    np.testing.assert_allclose(found[:200, :300], found[300:500, 400:700], atol=2e-5)
    np.testing.assert_allclose([found[340, 450], found[40, 50]], [found.max()] * 2, atol=5e-6)


def test_a_flat_template_is_found_nowhere_and_not_everywhere():
    photo, flat = skimage.data.astronaut()[:100, :100, :1], np.full((9, 9, 1), 77, np.uint8)
    assert (Exact("ccoeff-normed").response(flat, photo) == 0).all()
    assert (cv2.matchTemplate(photo, flat, cv2.TM_CCOEFF_NORMED) == 1).all()


def picture(pixels):
    return Picture(np.ascontiguousarray(pixels), pixels.shape[1::-1])


@pytest.mark.parametrize("colour", [False, True])
def test_a_part_of_a_photo_is_where_it_was_cut_out_whatever_the_light(colour):
    photo = skimage.data.coffee()
    part = np.clip(photo[150:210, 220:300].astype(float) * 0.6 + 40, 0, 255).astype(np.uint8)
    (found,) = Exact(colour=colour).locate(picture(part), picture(photo)).placements
    np.testing.assert_allclose(found.box, (220, 150, 80, 60), atol=0.6)
    assert found.score > 0.99


def test_places_are_px_of_the_original_of_a_picture_that_was_decoded_smaller():
    photo = skimage.data.coffee()
    (found,) = Exact().locate(picture(photo[150:210, 220:300]), Picture(photo, (1200, 1200))).placements
    np.testing.assert_allclose(found.box, (440, 450, 160, 180), atol=2)


@pytest.mark.parametrize(
    ("size", "mask", "message"),
    [
        ((50, 700), None, "700 x 50 px and the picture 600 x 400"),
        ((401, 5), None, "must not be larger"),
        ((5, 5), np.zeros((5, 5), bool), "mask is empty"),
        ((5, 5), np.ones((5, 6), bool), "must agree"),
    ],
)
def test_what_cannot_be_searched_for_is_refused(size, mask, message):
    with pytest.raises(BadQuery, match=message):
        Exact().locate(picture(np.zeros((*size, 3), np.uint8)), picture(skimage.data.coffee()), mask=mask)


def test_a_template_as_large_as_the_picture_and_one_of_one_pixel_have_their_answers():
    photo = skimage.data.coffee()
    whole = Exact().locate(picture(photo), picture(photo), k=5)
    assert [one.box for one in whole.placements] == [(0, 0, 600, 400)]
    single = Exact("sqdiff").locate(picture(photo[7:8, 9:10]), picture(photo))
    assert single.placements[0].score == 0
    assert np.isfinite(Exact().locate(picture(photo[7:8, 9:10]), picture(photo)).response).all()


@pytest.mark.parametrize("name", ["sqdiff", "sqdiff-normed", "zsqdiff", "zsqdiff-normed"])
@pytest.mark.parametrize("engine", [Exact, Pyramid])
@pytest.mark.parametrize("colour", [False, True])
def test_what_is_equal_differs_by_nothing_at_all(engine, name, colour):
    image = np.ascontiguousarray(skimage.data.astronaut())
    template = np.ascontiguousarray(image[60:250, 180:330])
    (place,) = engine(name, colour=colour).locate(picture(template), picture(image)).placements
    np.testing.assert_allclose(place.box[:2], (180, 60), atol=0.5)
    assert str(place.score) == "0.0"


@pytest.mark.parametrize("name", ["sqdiff", "sqdiff-normed", "zsqdiff", "zsqdiff-normed"])
@pytest.mark.parametrize("masked", [False, True])
def test_the_difference_of_one_window_is_as_defined(name, masked):
    rng = np.random.default_rng(0)
    template, window = rng.integers(0, 256, (2, 9, 11, 3), dtype=np.uint8)
    mask = rng.random((9, 11)) < 0.6 if masked else None
    expected = defined(name, window, template, np.ones((9, 11), bool) if mask is None else mask)
    assert of_window(name, template, window, mask) == pytest.approx(expected)
    assert of_window("ccoeff", template, window) is None
    flat = np.full((9, 11, 3), 7, np.uint8)
    assert str(of_window("zsqdiff-normed", flat, flat)) == "0.0"
    assert of_window("zsqdiff-normed", template, flat) == -1


def test_a_search_that_memory_has_no_room_for_is_too_large(photos, monkeypatch):
    template, image = (photos[0].pixels[:side, :side, :1] for side in (40, 300))
    expected = Exact(threads=4).response(template, image)
    monkeypatch.setattr(exact, "MEMORY", 60 * 384**2)  # room for one thread
    np.testing.assert_array_equal(Exact(threads=4).response(template, image), expected)
    monkeypatch.setattr(exact, "MEMORY", 1_000_000)
    with pytest.raises(BadPicture, match="too_large: to compare a template of 40 x 40 px exactly"):
        Exact().response(template, image)
