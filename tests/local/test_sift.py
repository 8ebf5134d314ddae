from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from lookalike.local import EXTRACTORS
from lookalike.local.sift import Sift
from lookalike.pixels.planes import grey
from lookalike.pixels.resize import resize
from lookalike.registry import configuration, digest
from lookalike.types import Keypoints, Picture


def test_it_is_the_sift_of_opencv(photos: list[Picture]) -> None:
    picture = photos[3]
    points, rows = cv2.SIFT.create(contrastThreshold=0.02, enable_precise_upscale=True).detectAndCompute(
        grey(picture), None
    )
    features = Sift(side=4000, max_keypoints=10**6, root=False).extract(picture)
    ours = {
        tuple(np.round(key, 2)): row
        for key, row in zip(
            np.column_stack([features.keypoints.xy, features.keypoints.scale]), features.descriptors, strict=True
        )
    }
    assert len(features) == len(points)
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    at = np.array([(*p.pt, p.size) for p in points])
    found = [
        ours[tuple(np.round(key, 2).astype(np.float32))] @ row
        for key, row in zip(at, unit, strict=True)
        if tuple(np.round(key, 2).astype(np.float32)) in ours
    ]
    assert len(found) > 0.9 * len(points)
    assert np.mean(np.array(found) > 0.999) > 0.8  # the rest are places with several angles


@pytest.mark.parametrize("doubled", [True, False])
def test_a_root_row_is_the_root_of_shares(photos: list[Picture], doubled: bool) -> None:
    plain, root = (Sift(side=320, root=root, doubled=doubled).extract(photos[0]).descriptors for root in (False, True))
    shares = plain / plain.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(root**2, shares, atol=1e-6)


@pytest.mark.parametrize("doubled", [True, False])
def test_a_spot_is_found_where_it_is_at_any_size(doubled: bool) -> None:
    for factor in (1, 3):
        y, x = np.mgrid[: 90 * factor, : 120 * factor]
        light = 40 + 180 * np.exp(-((x - 60.3 * factor) ** 2 + (y - 40.6 * factor) ** 2) / (2 * (4.0 * factor) ** 2))
        picture = Picture(np.repeat(light.astype(np.uint8)[:, :, None], 3, axis=2), (120 * factor, 90 * factor))
        best = Sift(side=120, doubled=doubled).detect(picture)
        np.testing.assert_allclose(best.xy[0], np.array([60.3, 40.6]) * factor, atol=0.12 * factor)
        assert best.scale is not None
        assert 4 * factor < best.scale[0] < 12 * factor


@pytest.mark.parametrize("doubled", [True, False])
def test_rows_of_given_keypoints_are_those_of_its_own(photos: list[Picture], doubled: bool) -> None:
    sift = Sift(side=400, max_keypoints=300, doubled=doubled)
    own = sift.extract(photos[0])
    given = sift.extract(photos[0], sift.detect(photos[0]))
    np.testing.assert_allclose(own.keypoints.xy, given.keypoints.xy, atol=1e-3)
    assert np.abs(own.descriptors - given.descriptors).max() < 0.02


@pytest.mark.parametrize("doubled", [True, False])
def test_the_mirrored_rows_are_those_of_the_mirrored_picture(photos: list[Picture], doubled: bool) -> None:
    sift = Sift(side=400, doubled=doubled)
    picture = photos[3]
    turned = Picture(np.ascontiguousarray(picture.pixels[:, ::-1]), picture.size)
    features, mirrored = sift.extract(picture), sift.extract(turned)
    cosine = sift.mirrored(features).descriptors @ mirrored.descriptors.T
    there = mirrored.keypoints.xy * (-1, 1) + (picture.size[0] - 1, 0)
    distance = np.linalg.norm(there[cosine.argmax(axis=1)] - features.keypoints.xy, axis=1)
    assert np.mean(distance < 1) > 0.9
    assert np.median(cosine.max(axis=1)) > 0.99


def test_mirroring_twice_changes_nothing(photos: list[Picture]) -> None:
    sift = Sift(side=200)
    features = sift.extract(photos[0])
    np.testing.assert_array_equal(sift.mirrored(sift.mirrored(features)).descriptors, features.descriptors)


@pytest.mark.parametrize("factor", [1.0, 0.7, 0.4])
def test_a_smaller_copy_is_recognised_as_well_without_doubling(photos: list[Picture], factor: float) -> None:
    def recognised(sift: Sift) -> int:
        found = 0
        for picture in photos:
            width, height = (round(factor * length) for length in picture.size)
            copy = Picture(resize(picture.pixels, (width, height)), (width, height))
            kept, asked = sift.extract(picture), replace(sift, max_keypoints=500).extract(copy)
            nearest = (kept.descriptors @ asked.descriptors.T).argmax(axis=1)
            there = (asked.keypoints.xy[nearest] + 0.5) * (np.array(picture.size) / copy.size) - 0.5
            away = np.linalg.norm(there - kept.keypoints.xy, axis=1) / max(picture.size)
            found += int((away < 0.01).sum())
        return found

    doubled, single = (
        recognised(Sift(side=320, max_keypoints=250, contrast=0.01, doubled=doubled)) for doubled in (True, False)
    )
    assert single > 0.9 * doubled


@pytest.mark.parametrize("doubled", [True, False])
def test_rows_of_one_place_agree_from_one_octave_to_the_next(photos: list[Picture], doubled: bool) -> None:
    sift, cosines = Sift(side=320, contrast=0.01, doubled=doubled), []
    for picture in photos:
        width, height = (length * 160 // max(picture.size) for length in picture.size)
        small = Picture(resize(picture.pixels, (width, height)), (width, height))
        kept, asked = sift.extract(picture), replace(sift, max_keypoints=80).extract(small)
        there = (asked.keypoints.xy + 0.5) * (np.array(picture.size) / small.size) - 0.5
        away = np.linalg.norm(there[:, None] - kept.keypoints.xy, axis=2) / kept.keypoints.scale
        best = np.where(away < 0.25, asked.descriptors @ kept.descriptors.T, 0).max(axis=1)
        cosines += best[best > 0.5].tolist()
    assert len(cosines) > 40 * len(photos)
    assert np.median(cosines) > 0.99


@pytest.mark.parametrize("side", [8, 16, 24, 150])
def test_a_small_picture_has_keypoints_within_it(photos: list[Picture], side: int) -> None:
    picture = Picture(resize(photos[0].pixels, (side, side)), (side, side))
    found = Sift(side=320, contrast=0.01, doubled=False).extract(picture).keypoints
    assert (found.xy >= -0.5).all()
    assert (found.xy <= side - 0.5).all()
    assert len(found) >= (50 if side == 150 else 0)


def test_a_keypoint_larger_than_the_picture_has_a_row(photos: list[Picture]) -> None:
    picture = photos[0]
    keypoints = Keypoints(np.full((1, 2), 90, np.float32), np.ones(1, np.float32), picture.size, np.full(1, 1e5))
    assert len(Sift(side=320, doubled=False).extract(picture, keypoints)) <= 1


def test_libraries_of_before_keep_their_rows() -> None:
    before = '{"fields": {"budget": 250, "contrast": 0.01, "root": true, "side": 320}, "name": "sift"}'
    sift = Sift(side=320, max_keypoints=250, contrast=0.01)
    assert EXTRACTORS.restore(before) == sift
    assert configuration(sift) == before
    assert digest(sift) == "4b74e837852cb683"
    assert digest(replace(sift, doubled=False)) != digest(sift)


@pytest.mark.parametrize("fields", [{"side": 8}, {"max_keypoints": 0}])
def test_a_setting_that_finds_nothing_is_refused(fields: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="side is 16 px"):
        Sift(**fields)
