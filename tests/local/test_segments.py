"""Hashes of segments."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from lookalike.index.votes import HammingVotes
from lookalike.local.segments import FREQUENCIES, TILE, Segments, _signs
from lookalike.types import LocalFeatures, Picture


def part(picture: Picture, left: float, top: float, right: float, bottom: float, scale: float = 1.0) -> Picture:
    """Edges as shares of the sides."""
    height, width = picture.pixels.shape[:2]
    pixels = picture.pixels[round(top * height) : round(bottom * height), round(left * width) : round(right * width)]
    resized = np.asarray(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    return Picture(np.ascontiguousarray(resized), (resized.shape[1], resized.shape[0]))


def shared(a: LocalFeatures, b: LocalFeatures, near: int = 8) -> int:
    """Rows of a that some row of b is near to."""
    apart = np.bitwise_count(np.bitwise_xor(a.descriptors[:, None], b.descriptors[None])).sum(axis=2)
    return int((apart.min(axis=1) <= near).sum())


def test_signs_are_those_of_the_cosine_transform() -> None:
    tile = np.random.default_rng(0).normal(128, 40, (TILE, TILE)).astype(np.float32)
    expected = cv2.dct(tile)[:FREQUENCIES, :FREQUENCIES] > 0
    expected[0, 0] = False
    np.testing.assert_array_equal(np.unpackbits(_signs(tile)), expected.ravel())


def test_a_crop_keeps_segments_and_a_stranger_shares_none(photos: list[Picture]) -> None:
    whole, stranger = (Segments().extract(photos[at]) for at in (0, 3))
    cropped = Segments().extract(part(photos[0], 0.15, 0.1, 0.9, 0.95, scale=0.8))
    assert shared(cropped, whole) >= 5
    assert shared(cropped, stranger) <= 1


def test_crops_are_found_by_votes(photos: list[Picture]) -> None:
    detailed = [photos[at] for at in (0, 2, 3, 4)]  # a smooth sky has no segments
    index = HammingVotes().build(Segments().space, np.empty((0, 8), np.uint8))
    index.add(np.arange(4), [Segments().extract(picture) for picture in detailed])
    for at, picture in enumerate(detailed):
        hits = index.search(Segments().extract(part(picture, 0.1, 0.1, 0.8, 0.9, scale=0.7)), 2)
        assert hits.ids[0] == at
        assert len(hits) == 1 or hits.scores[0] > 3 * hits.scores[1]


def test_no_segment_reaches_the_border(photos: list[Picture]) -> None:
    found = Segments().detect(photos[0])
    assert found.affine is not None
    halves = found.affine[:, [0, 1], [0, 1]]
    assert len(found) > 20
    assert (found.xy - halves > -0.5).all()
    assert (found.xy + halves < np.array(photos[0].size) - 0.5).all()


@pytest.mark.parametrize("margin", [-0.1, 2.5])
def test_a_margin_that_is_none_is_refused(margin: float) -> None:
    with pytest.raises(ValueError, match="margin"):
        Segments(margin=margin)
