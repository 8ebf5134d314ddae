"""Every kind of near miss: made alike by one seed, of one size, and different only inside its boxes."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
import skimage.data
from PIL import Image

from lookalike.errors import BadQuery, UnknownName
from lookalike.evaluate.near_misses import KINDS, Family, Photos, difference_boxes, family

OF_PHOTOS = {
    "meme",
    "camera",
    "photographed colourway",
    "badge",
    "scoreboard",
    "shelf",
    "retouched",
    "animation",
    "pasted",
    "post",
}
WITHOUT_PHOTOS = [kind for kind in KINDS if kind not in OF_PHOTOS]


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Photos:
    folder = tmp_path_factory.mktemp("photos")
    for name in ("astronaut", "coffee", "chelsea", "rocket"):
        Image.fromarray(getattr(skimage.data, name)()).save(folder / f"{name}.png")
    return Photos.below([folder])


@cache
def made(kind: str, seed: int, photos: Photos) -> Family:
    return family(kind, seed, photos)


@pytest.mark.parametrize("kind", KINDS)
def test_a_pair_differs_inside_its_boxes_and_is_equal_outside_them(kind: str, photos: Photos) -> None:
    found = made(kind, 0, photos)
    for variant in found.variants:
        outside = np.ones(found.base[0].shape[:2], bool)
        for x, y, w, h in difference_boxes(found.base, variant):
            inside = slice(int(y), int(y + h)), slice(int(x), int(x + w))
            outside[inside] = False
            assert any((a[inside] != b[inside]).any() for a, b in zip(found.base, variant, strict=False))
        assert not outside.all()
        for a, b in zip(found.base, variant, strict=True):
            hidden = (a[..., 3] == 0) & (b[..., 3] == 0) if a.shape[2] == 4 else np.zeros(a.shape[:2], bool)
            assert (a == b)[outside & ~hidden].all()


@pytest.mark.parametrize("kind", KINDS)
def test_a_family_has_one_size_and_three_variants_of_its_own(kind: str, photos: Photos) -> None:
    found = made(kind, 0, photos)
    members = [found.base, *found.variants]
    assert len(found.variants) == 3
    assert len({frame.shape for member in members for frame in member}) == 1
    assert 400 <= max(found.base[0].shape[:2]) <= 1800
    assert len({b"".join(frame.tobytes() for frame in member) for member in members}) == 4


@pytest.mark.parametrize("kind", KINDS)
def test_a_seed_makes_the_same_pictures_again(kind: str, photos: Photos) -> None:
    found, again = made(kind, 0, photos), family(kind, 0, photos)
    for one, two in zip((found.base, *found.variants), (again.base, *again.variants), strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))


@pytest.mark.parametrize("kind", WITHOUT_PHOTOS)
def test_a_drawn_kind_needs_no_photos_and_another_seed_makes_others(kind: str, photos: Photos) -> None:
    found, other = made(kind, 0, photos).base[0], family(kind, 3, Photos(())).base[0]
    assert found.shape != other.shape or not np.array_equal(found, other)


@pytest.mark.parametrize("kind", ["form", "document", "receipt", "calendar", "screen"])
def test_the_first_variant_of_text_differs_in_less_than_a_hundredth(kind: str, photos: Photos) -> None:
    found = made(kind, 0, photos)
    area = sum(w * h for _, _, w, h in difference_boxes(found.base, found.variants[0]))
    assert area < 0.01 * found.base[0].shape[0] * found.base[0].shape[1]


def test_an_unknown_kind_is_refused_with_a_hint(photos: Photos) -> None:
    with pytest.raises(UnknownName, match="did you mean 'form'"):
        family("forn", 0, photos)


def test_a_kind_of_photos_without_any_says_what_to_do() -> None:
    with pytest.raises(BadQuery, match="name a folder"):
        family("meme", 0, Photos(()))


def test_a_file_that_is_no_picture_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff no picture")
    Image.fromarray(skimage.data.coffee()).save(tmp_path / "coffee.png")
    photos = Photos.below([tmp_path])
    assert photos.fitted(np.random.default_rng(0), (300, 200)).size == (300, 200)


def test_colours_that_alpha_hides_are_no_difference() -> None:
    a = np.zeros((40, 60, 4), np.uint8)
    b = a.copy()
    b[..., 0] = 200
    assert difference_boxes((a,), (b,)) == ()
    b[10:12, 20:25, 3] = 255
    assert difference_boxes((a,), (b,)) == ((20.0, 10.0, 5.0, 2.0),)


def test_a_frame_that_only_one_has_differs_all_over() -> None:
    a = np.zeros((40, 60, 3), np.uint8)
    assert difference_boxes((a,), (a, a)) == ((0.0, 0.0, 60.0, 40.0),)
