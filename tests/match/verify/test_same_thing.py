"""What tells one thing in two photos from two things before one ground."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from lookalike.match.verify.same_thing import Shared
from lookalike.search.ranking.relation import RelationClassifier, Seen
from lookalike.types import Picture

CLASSIFIER = RelationClassifier()
ASIDE = np.array([[0.9, 0.05, 20], [-0.04, 0.88, 30], [1.5e-4, 1e-4, 1]])
"""As another camera sees it."""
SIZE = 640, 480
SIDE = 160


@pytest.fixture(scope="module")
def pixels(photos, photo_files):
    named = {file.stem: photo.pixels for file, photo in zip(photo_files, photos, strict=True)}
    return {name: named[name] for name in ("astronaut", "chelsea", "coffee")}


def holding(ground, thing, at):
    """The photo `ground` with `thing` in it."""
    made = cv2.resize(ground, SIZE, interpolation=cv2.INTER_AREA)
    x, y = at
    made[y : y + SIDE, x : x + SIDE] = cv2.resize(thing, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return made


def proved(first, second):
    """Evidence on a photo and on another that is seen from aside."""
    aside = cv2.warpPerspective(second, ASIDE, SIZE, borderMode=cv2.BORDER_REFLECT)
    a, b = (Picture(np.ascontiguousarray(each), SIZE) for each in (first, aside))
    return CLASSIFIER.prove(Seen.of(a), CLASSIFIER.ask(a), Seen.of(b), CLASSIFIER.extract(b))


def test_a_thing_in_the_middle_makes_a_scene_and_the_same_in_a_corner_does_not(pixels):
    middle, corner = (
        proved(*(holding(pixels[ground], pixels["astronaut"], at) for ground in ("coffee", "chelsea")))
        for at in ((240, 160), (0, 0))
    )
    assert (middle.relation, corner.relation) == ("scene", "similar")
    assert middle.strength > corner.strength
    assert "same thing" in middle.why
    assert "around it" in corner.why


def test_a_thing_of_other_colours_is_not_told_as_the_same(pixels):
    other = pixels["astronaut"][..., ::-1]
    found = proved(
        *(holding(pixels[g], thing, (240, 160)) for g, thing in (("coffee", pixels["astronaut"]), ("chelsea", other)))
    )
    assert found is None or found.relation == "similar"


@pytest.mark.parametrize("better", [{"central": -2.0}, {"extent": -2.0}, {"light": 0.95}, {"colour": 2.0}])
def test_whatever_agrees_more_makes_it_likelier(better):
    shared = Shared(central=-5.0, extent=-5.0, light=0.5, colour=12.0)
    assert replace(shared, **better).probability > shared.probability


def test_places_alone_serve_where_no_pixels_are_seen():
    little, much = Shared(central=-8.0, extent=-8.0), Shared(central=-2.0, extent=-2.0)
    assert little.probability < 0.5 < 0.9 < much.probability


def test_other_goods_on_the_same_shelf_are_no_scene_and_the_same_goods_are(shared_data):
    from lookalike.pixels.decode import decode

    packages = shared_data / "grocery" / "test" / "Packages"
    goods = [
        sorted((packages / name).glob("*.jpg"))[:8]
        for name in ("Oatghurt/Oatly-Natural-Oatghurt", "Soyghurt/Alpro-Vanilla-Soyghurt")
    ]
    views = [[decode(file.read_bytes(), min_side=CLASSIFIER.min_side).picture for file in files] for files in goods]
    features = [[CLASSIFIER.ask(view) for view in each] for each in views]

    def told(first, second):
        pairs = [
            (i, j) for i in range(len(views[first])) for j in range(len(views[second])) if (first, i) != (second, j)
        ]
        found = [
            CLASSIFIER.prove(
                Seen.of(views[first][i]), features[first][i], Seen.of(views[second][j]), features[second][j]
            )
            for i, j in pairs
        ]
        return [each.relation for each in found if each is not None]

    same, others = told(0, 0), told(0, 1)
    assert same.count("scene") > 5
    assert others.count("scene") + others.count("copy") <= 0.02 * 64
