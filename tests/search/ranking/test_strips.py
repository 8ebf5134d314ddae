"""Scrolls and panoramas: their keypoints lie all along, and a part or a half of the size is found in them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from lookalike.local.limited import STRIP, TILES, Limited
from lookalike.search.components import DEFAULT_EXTRACTOR
from lookalike.search.ranking.relation import Evidence, RelationClassifier, Seen
from lookalike.types import Picture, Pixels

PANELS = 16
PANEL = 150


def panel(seed: int) -> Pixels:
    """Noise of several octaves."""
    rng = np.random.default_rng(seed)
    light = sum(
        cv2.resize(rng.normal(0, 70 / octave, (2**octave, 2**octave, 3)), (PANEL, PANEL), interpolation=cv2.INTER_CUBIC)
        for octave in range(2, 6)
    )
    return np.clip(128 + light, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def strip() -> Pixels:
    return np.concatenate([panel(seed) for seed in range(PANELS)])


def picture(pixels: Pixels) -> Picture:
    return Picture(np.ascontiguousarray(pixels), (pixels.shape[1], pixels.shape[0]))


def related(a: Pixels, b: Pixels) -> Evidence | None:
    classifier = RelationClassifier()
    one, other = picture(a), picture(b)
    return classifier.prove(Seen.of(one), classifier.ask(one), Seen.of(other), classifier.extract(other))


def test_only_a_strip_is_seen_larger_and_no_larger_than_its_tiles() -> None:
    limited = Limited(side=320, max_keypoints=250)
    assert limited.fitted((320 * STRIP, 320)) == limited
    assert limited.fitted((100, 1000)) == Limited(side=1600, max_keypoints=1250)
    assert limited.fitted((3, 65500)) == Limited(side=320 * TILES, max_keypoints=250 * TILES)


def test_keypoints_lie_all_along_a_strip(strip: Pixels) -> None:
    found = DEFAULT_EXTRACTOR.extract(picture(strip)).keypoints.xy[:, 1]
    assert (np.bincount((found // PANEL).astype(int), minlength=PANELS) >= 20).all()


def test_half_the_size_is_a_copy_and_some_panels_are_a_part(strip: Pixels) -> None:
    half = np.asarray(cv2.resize(strip, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
    found = related(half, strip)
    assert found is not None
    assert found.relation == "copy"
    for first, count in ((4, 4), (8, 1)):
        some = related(strip[first * PANEL : (first + count) * PANEL], strip)
        assert some is not None
        assert (some.relation, some.coverage[0] > 0.95) == ("part", True)
        assert some.coverage[1] == pytest.approx(count / PANELS, rel=0.1)
        assert some.box[1] == pytest.approx(first * PANEL, abs=2)


def test_another_strip_is_nothing(strip: Pixels) -> None:
    other = np.concatenate([panel(seed) for seed in range(100, 100 + PANELS)])
    assert related(other, strip) is None
