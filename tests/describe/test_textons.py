from __future__ import annotations

import numpy as np
import pytest

from lookalike.describe.mr8 import ANSWERS, answers
from lookalike.describe.textons import Textons
from lookalike.types import Picture


@pytest.fixture(scope="module")
def textons(photos: list[Picture]) -> Textons:
    return Textons(components=12).fit(Textons().seen.describe(photos))


def parts_of(picture: Picture) -> list[Picture]:
    """Its quarters."""
    height, width = (side // 2 for side in picture.pixels.shape[:2])
    return [
        Picture(np.ascontiguousarray(picture.pixels[top : top + height, left : left + width]), (width, height))
        for top in (0, height)
        for left in (0, width)
    ]


def test_shares_are_those_of_the_nearest_texton(textons: Textons, photos: list[Picture]) -> None:
    centres = textons.arrays["textons"].astype(np.float64)
    places = answers(photos[0]).reshape(-1, ANSWERS)
    nearest = [np.linalg.norm(place - centres, axis=1).argmin() for place in places]
    expected = np.sqrt(np.bincount(nearest, minlength=12) / len(places))
    np.testing.assert_allclose(textons.describe([photos[0]])[0], expected, atol=0.02)


def test_textons_lie_where_answers_are(textons: Textons, photos: list[Picture]) -> None:
    places = textons.seen.describe(photos).reshape(-1, ANSWERS)
    apart = np.linalg.norm(places[:, None] - textons.arrays["textons"][None], axis=2).min(axis=1)
    assert np.square(apart).mean() < 0.4 * places.var(axis=0).sum()
    assert textons == Textons(components=12).fit(textons.seen.describe(photos))


def test_textons_of_leung_and_malik_tell_textures_apart_too(photos: list[Picture]) -> None:
    learned = Textons(components=12, bank="lm").fit(Textons(bank="lm").seen.describe(photos))
    assert learned.arrays["textons"].shape == (12, 48)
    brick, page = (learned.describe(parts_of(picture)) for picture in (photos[1], photos[5]))
    assert (brick @ brick.T).min() > (brick @ page.T).max()


def test_parts_of_one_texture_are_nearer_than_others(textons: Textons, photos: list[Picture]) -> None:
    brick, page = (textons.describe(parts_of(picture)) for picture in (photos[1], photos[5]))
    assert (brick @ brick.T).min() > (brick @ page.T).max()
    assert (page @ page.T).min() > (brick @ page.T).max()
