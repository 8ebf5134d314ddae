"""How much of a picture another shows: textures and skies are no bars, paper and bars lack nothing."""

import cv2
import numpy as np
import pytest

from lookalike.match.difference.coverage import shares
from lookalike.pixels.resize import outline
from lookalike.search.ranking.relation import RelationClassifier, Seen
from lookalike.types import Picture

CLASSIFIER = RelationClassifier()


def picture(pixels):
    return Picture(np.ascontiguousarray(pixels), pixels.shape[1::-1])


def proved(part, original):
    a, b = picture(part), picture(original)
    return CLASSIFIER.prove(Seen.of(a), CLASSIFIER.ask(a), Seen.of(b), CLASSIFIER.extract(b))


def within(pixels, box):
    """Shares of a picture, of which another shows what lies in `box`."""
    x, y, width, height = box
    corners = outline((width, height)) + np.array((x, y))
    return shares(picture(pixels), corners, picture(pixels[y : y + height, x : x + width]), np.eye(3))


@pytest.mark.parametrize("name", ["brick", "camera", "page", "grass", "gravel", "astronaut"])
def test_half_of_a_photo_is_a_part_whatever_it_shows(name):
    skimage_data = pytest.importorskip("skimage.data")
    pixels = getattr(skimage_data, name)()
    pixels = pixels if pixels.ndim == 3 else np.stack([pixels] * 3, axis=-1)
    height, width = pixels.shape[:2]
    for half in (pixels[:, : width // 2], pixels[height // 2 :]):
        found = proved(half, pixels)
        assert found.relation == "part"
        assert 0.45 < found.coverage[1] < 0.65  # an even sky is told from paper by nothing


def test_margins_and_bars_take_nothing_away(photos):
    photo = cv2.resize(photos[0].pixels, (120, 120), interpolation=cv2.INTER_AREA)
    for colour in ((255, 255, 255), (0, 0, 0), (40, 80, 120)):
        framed = np.full((200, 260, 3), colour, np.uint8)
        framed[40:160, 70:190] = photo
        found = within(framed, (70, 40, 120, 120))
        assert found.more == 0
        assert found.shown == pytest.approx(120 * 120 / (200 * 260), abs=0.06)


def test_a_thin_border_is_plain(photos):
    photo = cv2.resize(photos[0].pixels, (200, 200), interpolation=cv2.INTER_AREA)
    framed = cv2.copyMakeBorder(photo, 3, 3, 3, 3, cv2.BORDER_CONSTANT, value=(200, 30, 30))
    assert within(framed, (3, 3, 200, 200)).more < 0.01


def test_paper_that_is_shown_counts_no_more_than_paper_that_is_not(photos):
    """A half of a thing on white, with much white, is no more of it than that half."""
    sheet = np.full((200, 200, 3), 255, np.uint8)
    sheet[70:130, 70:130] = cv2.resize(photos[0].pixels, (60, 60), interpolation=cv2.INTER_AREA)
    found = within(sheet, (0, 0, 100, 200))
    assert found.shown / (found.shown + found.more) == pytest.approx(0.5, abs=0.08)


def test_tiles_of_a_texture_are_not_paper():
    tiles = np.kron(np.random.default_rng(0).integers(90, 170, (10, 10)), np.ones((20, 20)))
    wall = np.stack([tiles] * 3, axis=-1).astype(np.uint8)
    found = within(wall, (0, 0, 100, 200))
    assert found.more == pytest.approx(0.5, abs=0.02)
