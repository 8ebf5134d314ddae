from __future__ import annotations

import numpy as np
import pytest

from lookalike.errors import LibraryDamaged
from lookalike.local import EXTRACTORS
from lookalike.store.packing import Rows, as_kept, packed, packed_array, rows_kept, unpacked, unpacked_array
from lookalike.store.rows import local_of
from lookalike.types import Keypoints, LocalFeatures, Picture


@pytest.mark.parametrize(
    ("rows", "bytes_a_keypoint", "least"),
    [("float32", 521, 0.9999999), ("float16", 265, 0.99999), ("uint8", 137, 0.999), ("uint4", 73, 0.98)],
)
def test_sift_comes_back_nearly_as_it_was(
    rows: Rows, bytes_a_keypoint: int, least: float, photos: list[Picture]
) -> None:
    features = EXTRACTORS.make("sift", {"side": 320, "max_keypoints": 300}).extract(photos[0])
    data = packed(features, rows)
    again = unpacked(data)
    assert len(data) < bytes_a_keypoint * len(features) + 200
    assert again.keypoints.size == features.keypoints.size
    np.testing.assert_allclose(again.keypoints.xy, features.keypoints.xy, atol=0.01)
    assert features.keypoints.scale is not None
    assert features.keypoints.angle is not None
    np.testing.assert_allclose(again.keypoints.scale, features.keypoints.scale, rtol=1e-3)
    turn = np.angle(np.exp(1j * (again.keypoints.angle - features.keypoints.angle)))
    assert np.abs(turn).max() < np.pi / 250
    assert (again.descriptors * features.descriptors).sum(axis=1).min() > least


def test_bits_come_back_as_they_were(photos: list[Picture]) -> None:
    features = EXTRACTORS.make("orb", {"side": 200}).extract(photos[0])
    np.testing.assert_array_equal(unpacked(packed(features)).descriptors, features.descriptors)


def test_halves_of_bytes_come_back_where_they_were() -> None:
    rows = np.array([[0, 15, 3, 7, 1], [2, 0, 14, 9, 15], [15, 1, 0, 8, 4]], np.float32)  # an odd number of values
    keypoints = Keypoints(np.zeros((3, 2), np.float32), np.ones(3, np.float32), (9, 9))
    again = unpacked(packed(LocalFeatures(keypoints, rows), "uint4")).descriptors
    np.testing.assert_allclose(again, rows / np.linalg.norm(rows, axis=1, keepdims=True), atol=1e-6)


def test_nothing_comes_back_as_nothing_and_what_is_unknown_stays_so(photos: list[Picture]) -> None:
    patch = EXTRACTORS.make("patch", {"side": 200})
    assert unpacked(packed(patch.extract(photos[0]))).keypoints.angle is None
    none = patch.extract(Picture(np.zeros((40, 40, 3), np.uint8), (40, 40)))
    for rows in ("uint8", "uint4"):
        assert unpacked(packed(none, rows)).descriptors.shape == (0, patch.space.columns)


@pytest.mark.parametrize("name", ["sift", "orb", "patch"])
def test_what_a_worker_sends_is_kept_as_if_it_had_been_made_here(name: str, photos: list[Picture]) -> None:
    extractor = EXTRACTORS.make(name, {"side": 200})
    features = extractor.extract(photos[0])
    by_a_worker = packed_array(features, rows_kept(extractor.space)).tobytes()
    assert as_kept(by_a_worker, extractor.space) == as_kept(features, extractor.space)
    sent = unpacked_array(packed_array(features))
    here, there = (unpacked(packed(each, rows_kept(extractor.space))) for each in (features, sent))
    np.testing.assert_array_equal(there.keypoints.xy, here.keypoints.xy)
    np.testing.assert_allclose(there.descriptors, here.descriptors, atol=1e-4)


def test_features_that_cannot_be_read_are_named(photos: list[Picture]) -> None:
    extractor = EXTRACTORS.make("sift", {"side": 200})
    data = packed(extractor.extract(photos[0]))
    with pytest.raises(LibraryDamaged, match=r"sift features of content 7 .*lookalike"):
        local_of(extractor.space, 7, data[:-1])


def test_bytes_that_are_no_features_of_the_space_are_not_kept(photos: list[Picture]) -> None:
    extractor = EXTRACTORS.make("sift", {"side": 200})
    features = extractor.extract(photos[0])
    kept = as_kept(features, extractor.space)
    for other in (kept[:-1], kept + b"0", packed(features, "uint8")):
        with pytest.raises(ValueError, match="sift"):
            as_kept(other, extractor.space)
