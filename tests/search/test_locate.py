"""Templates from wherever they come, several at once, and what of them counts."""

import cv2
import numpy as np
import pytest
import skimage.data
from PIL import Image

from lookalike.errors import BadPicture, BadQuery
from lookalike.match import LOCATORS
from lookalike.match.locate.exact import Exact
from lookalike.match.locate.planes import at_scale_of
from lookalike.pixels.limits import Limits
from lookalike.search.locate import locate, locate_each
from lookalike.types import Picture

PHOTO = np.ascontiguousarray(skimage.data.coffee())
PART = PHOTO[150:214, 220:300]


def encoded(pixels, extension=".png"):
    return cv2.imencode(extension, pixels)[1].tobytes()


def spoilt():
    """A part of which a third is gone, (64, 80, 4): there it is transparent."""
    alpha = np.full(PART.shape[:2], 255, np.uint8)
    alpha[:, 50:] = 0
    return np.dstack([np.where(alpha[:, :, None] > 0, PART, 0), alpha])


def test_several_templates_are_found_as_each_alone():
    other = PHOTO[20:70, 400:470]
    both = locate_each([PART, other], PHOTO)
    assert [one.located.placements for one in both] == [locate(one, PHOTO).located.placements for one in (PART, other)]
    np.testing.assert_allclose([one.located.placements[0].box[:2] for one in both], [(220, 150), (400, 20)], atol=0.6)


@pytest.mark.parametrize("kind", ["array", "float array", "image", "png"])
def test_what_is_transparent_in_a_template_does_not_count(kind):
    clear = spoilt()
    source = {
        "array": clear,
        "float array": clear / 255,
        "image": Image.fromarray(clear),
        "png": encoded(clear[:, :, [2, 1, 0, 3]]),
    }[kind]
    (place,) = locate(source, PHOTO, locator=Exact()).located.placements
    assert place.score > 0.999
    np.testing.assert_allclose(place.box, (220, 150, 80, 64), atol=0.6)


def test_pixels_that_are_true_or_false_may_be_transparent_as_well():
    scene = PHOTO > 110
    clear = np.dstack([scene[150:214, 220:300], np.ones((64, 80, 1), bool)])
    clear[:, 50:] = False
    (place,) = locate(clear, scene, locator=Exact()).located.placements
    assert place.score > 0.999
    np.testing.assert_allclose(place.box, (220, 150, 80, 64), atol=0.6)


def test_a_large_jpeg_is_as_good_a_template_as_without_the_question_of_what_is_opaque():
    """It is decoded at half of its size, and looked for at its own."""
    limits = Limits(pixels=4000)
    (place,) = locate(encoded(PART[:, :, ::-1], ".jpg"), PHOTO, limits=limits).located.placements
    np.testing.assert_allclose(place.box, (220, 150, 80, 64), atol=1)
    assert place.score > 0.9


def test_a_mask_that_is_given_counts_in_place_of_what_is_transparent():
    (place,) = locate(
        spoilt(), PHOTO, mask=np.full((64, 80), 255, np.uint8), least=0, locator=Exact()
    ).located.placements
    assert place.score < 0.99


def test_a_template_of_which_nothing_is_left_is_refused():
    clear = spoilt()
    clear[:, :, 3] = 0
    with pytest.raises(BadQuery, match="no pixel of the template is left"):
        locate(clear, PHOTO)
    with pytest.raises(BadQuery, match="no pixel of the template is left"):
        locate(PART, PHOTO, mask=np.zeros((64, 80), np.uint8))


def test_pixels_that_are_no_numbers_are_refused_and_in_a_file_are_black(tmp_path):
    values = np.full((40, 50), 0.5, np.float32)
    values[3, 4] = np.nan
    for template, image in ((values, PHOTO), (PART, np.pad(values, 60, constant_values=0.5))):
        with pytest.raises(BadQuery, match=r"float pixels must lie in \[0, 1\]"):
            locate(template, image)
    scene = np.random.default_rng(0).random((90, 120)).astype(np.float32)
    scene[:10, :10] = np.nan
    Image.fromarray(scene).save(tmp_path / "float.tif")
    found = locate(encoded(PART[:20, :20]), tmp_path / "float.tif", locator=Exact()).located
    assert np.isfinite(found.response).all()


@pytest.mark.parametrize("method", ["ccoeff-normed", "ccorr-normed", "sqdiff-normed", "zsqdiff-normed"])
def test_constant_pictures_have_defined_scores(method):
    flat = np.full((90, 120, 3), 77, np.uint8)
    expected = {"ccoeff-normed": 0, "ccorr-normed": 1, "sqdiff-normed": 0, "zsqdiff-normed": 0}[method]
    for template in (flat[:20, :30], flat[:1, :1], flat):
        place = locate(template, flat, least=-1, locator=Exact(method)).located.placements[0]
        assert place.score == pytest.approx(expected, abs=1e-6)
    assert locate(PART[:50, :50], flat, least=0).located.placements[0].score == 0


def test_a_template_larger_than_the_picture_and_a_damaged_one_are_refused():
    with pytest.raises(BadQuery, match="must not be larger"):
        locate(PHOTO, PART)
    with pytest.raises(BadPicture):
        locate(encoded(PART)[:50], PHOTO)


def test_a_map_wants_every_window_compared(tmp_path):
    large = cv2.resize(PHOTO, (1200, 800), interpolation=cv2.INTER_CUBIC)
    found = locate(large[100:260, 200:420], large)
    assert found.located.response is None
    with pytest.raises(BadQuery, match="'exact' or 'poses'"):
        found.save_map(tmp_path / "map.png")


def test_errors_say_which_of_several_files_they_are_of(tmp_path):
    Image.fromarray(PART).save(tmp_path / "part.png")
    Image.fromarray(PHOTO).save(tmp_path / "photo.png")
    (tmp_path / "broken.png").write_bytes((tmp_path / "photo.png").read_bytes()[:500])
    files = {file.stem: str(file) for file in tmp_path.iterdir()}
    with pytest.raises(BadPicture, match=r"broken\.png': truncated"):
        locate_each([files["part"], files["broken"]], files["photo"])
    with pytest.raises(BadPicture, match=r"broken\.png': truncated"):
        locate(files["part"], files["broken"])
    with pytest.raises(BadQuery, match=r"photo\.png': the template has 600 x 400 px"):
        locate_each([files["part"], files["photo"]], PHOTO[:300])


@pytest.mark.parametrize("settings", [{}, {"smallest": 0.9, "largest": 1.1, "least_angle": -5, "most_angle": 5}])
@pytest.mark.parametrize("masked", [False, True])
def test_in_a_picture_too_large_to_be_decoded_whole_a_template_has_its_own_size(settings, masked):
    """The picture is decoded at half of its size, the template whole."""
    large = cv2.resize(PHOTO, (1200, 800), interpolation=cv2.INTER_CUBIC)
    template = np.ascontiguousarray(large[300:460, 440:640])
    mask = np.full(template.shape[:2], 255, np.uint8)
    mask[:, 150:] = 0
    limits = Limits(pixels=500_000)
    (place,) = locate(
        template,
        encoded(large[:, :, ::-1], ".jpg"),
        mask=mask if masked else None,
        locator=LOCATORS.make("poses", settings) if settings else None,
        limits=limits,
    ).located.placements
    np.testing.assert_allclose(place.box, (440, 300, 200, 160), atol=2)
    assert place.scale == pytest.approx(1, abs=0.01)
    assert place.score > 0.98


def test_a_mask_of_another_size_is_refused_also_where_the_picture_is_decoded_at_a_fraction():
    large = cv2.resize(PHOTO, (1200, 800), interpolation=cv2.INTER_CUBIC)
    template = np.ascontiguousarray(large[300:460, 440:640])
    with pytest.raises(BadQuery, match="must agree"):
        locate(
            template,
            encoded(large[:, :, ::-1], ".jpg"),
            mask=np.full((33, 44), 255, np.uint8),
            limits=Limits(pixels=500_000),
        )


def test_a_template_that_would_have_to_grow_beyond_all_limits_is_too_large():
    """A JPEG of 20000 x 20000 px is decoded at a fraction; at the scale of a small picture it would take 1.2 GB."""
    template = Picture(np.zeros((100, 100, 3), np.uint8), (20_000, 20_000))
    image = Picture(np.zeros((200, 300, 3), np.uint8), (300, 200))
    with pytest.raises(BadPicture, match="too_large: 20000 x 20000 px"):
        at_scale_of(image, template)


def test_what_is_absent_has_no_place_and_a_reason_in_python_as_on_the_command_line():
    found = locate(skimage.data.astronaut()[20:90, 180:260], PHOTO)
    assert found.located.placements == ()
    assert "no more than chance would have it" in found.why
    assert locate(PART, PHOTO).why is None


def test_what_is_merely_like_it_is_given_where_that_is_asked_for():
    page = np.full((80, 200, 3), 255, np.uint8)
    for x, sign in ((10, "8"), (110, "3")):
        cv2.putText(page, sign, (x, 50), 0, 1, (0, 0, 0), 2, cv2.LINE_AA)
    three = page[20:60, 105:140].copy()
    assert [place.kind for place in locate(three, page, k=5).located.placements] == ["exact"]
    page[:, 100:] = 255
    absent = locate(three, page, k=5)
    assert absent.located.placements == ()
    assert "--like shows it" in absent.why
    (place,) = locate(three, page, k=1, like=True).located.placements
    assert place.kind == "like"
    assert "something else at" in place.why
