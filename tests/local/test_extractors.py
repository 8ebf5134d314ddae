"""Extractors against what they wrap, and against the formulas they stand for."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from lookalike.local import EXTRACTORS
from lookalike.local.patch import Patch
from lookalike.match.match.nearest import Nearest
from lookalike.pixels.augment import edit
from lookalike.pixels.planes import grey
from lookalike.types import Keypoints, LocalFeatures, Picture

OPENCV: dict[str, Any] = {
    "orb": lambda: cv2.ORB.create(900, 1.2, 8, fastThreshold=10),
    "akaze": lambda: cv2.xfeatures2d.AKAZE.create(),
    "brisk": lambda: cv2.xfeatures2d.BRISK.create(),
}


@pytest.mark.parametrize("name", OPENCV)
def test_rows_are_those_of_opencv(name: str, photos: list[Picture]) -> None:
    picture = photos[3]
    points, rows = OPENCV[name]().detectAndCompute(grey(picture), None)
    features = EXTRACTORS.make(name, {"side": 4000, "max_keypoints": 300 if name == "orb" else 10**6}).extract(picture)
    assert len(features) == (300 if name == "orb" else len(points))
    expected = {
        (round(p.pt[0], 1), round(p.pt[1], 1), round(p.size, 1)): row for p, row in zip(points, rows, strict=True)
    }
    assert features.keypoints.scale is not None
    keys = zip(features.keypoints.xy.tolist(), features.keypoints.scale.tolist(), strict=True)
    pairs = [
        (expected.get((round(x, 1), round(y, 1), round(s, 1))), row)
        for ((x, y), s), row in zip(keys, features.descriptors, strict=True)
    ]
    same = [np.array_equal(one, other) for one, other in pairs if one is not None]
    assert len(same) > 0.9 * len(features)
    assert np.mean(same) > 0.95


def test_the_cosine_of_patches_is_their_correlation(photos: list[Picture]) -> None:
    xy = np.array([(100, 120), (200, 90), (150, 160)], np.float32)
    patch = Patch(cells=15, diameter=15, side=4000)
    picture = photos[3]
    rows = patch.extract(picture, Keypoints(xy, np.ones(3, np.float32), picture.size)).descriptors
    light = grey(picture).astype(float)
    cut = [light[int(y) - 7 : int(y) + 8, int(x) - 7 : int(x) + 8].ravel() for x, y in xy]
    np.testing.assert_allclose(rows @ rows.T, np.corrcoef(cut), atol=1e-4)


def test_lighting_does_not_change_a_patch(photos: list[Picture]) -> None:
    dim = Picture((photos[3].pixels * 0.5 + 20).astype(np.uint8), photos[3].size)
    points = Patch().detect(photos[3])[:100]
    rows, others = (Patch().extract(picture, points) for picture in (photos[3], dim))
    assert len(rows) == len(others)
    assert np.median((rows.descriptors * others.descriptors).sum(axis=1)) > 0.99


def test_a_flat_place_has_no_patch() -> None:
    flat = Picture(np.full((90, 90, 3), 70, np.uint8), (90, 90))
    points = Keypoints(np.array([(40, 40)], np.float32), np.ones(1, np.float32), (90, 90))
    assert len(Patch().extract(flat, points)) == 0


@pytest.mark.parametrize("name", ["sift", "orb", "akaze", "brisk", "beblid", "patch", "self_similarity"])
def test_places_of_a_blurred_copy_are_recognised(name: str, photos: list[Picture]) -> None:
    extractor = EXTRACTORS.make(name, {"side": 400, "max_keypoints": 300})
    copy = edit("gamma", photos[0].pixels, 0, photos[1].pixels).pixels
    a, b = extractor.extract(Picture(copy, photos[0].size)), extractor.extract(photos[0])
    assert right(a, b) > 0.7


@pytest.mark.parametrize("name", ["sift", "orb", "akaze", "brisk", "beblid"])
def test_places_of_a_turned_copy_are_recognised(name: str, photos: list[Picture]) -> None:
    extractor = EXTRACTORS.make(name, {"side": 400, "max_keypoints": 300})
    turned = np.ascontiguousarray(np.rot90(photos[0].pixels))
    a = extractor.extract(Picture(turned, (turned.shape[1], turned.shape[0])))
    b = extractor.extract(photos[0])
    x, y = a.keypoints.xy.T
    back = np.column_stack([photos[0].size[0] - 1 - y, x])
    upright = LocalFeatures(Keypoints(back, a.keypoints.scores, photos[0].size), a.descriptors)
    assert right(upright, b) > 0.7


def right(a: LocalFeatures, b: LocalFeatures) -> float:
    """Share of matches whose ends lie at one place of the original."""
    matches = Nearest().match(a, b)
    assert len(matches) > 30
    ends = a.keypoints.xy[matches.pairs[:, 0]] - b.keypoints.xy[matches.pairs[:, 1]]
    return float(np.mean(np.linalg.norm(ends, axis=1) < 4))
