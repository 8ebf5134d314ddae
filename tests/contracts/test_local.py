"""What every detector and extractor of local features promises: each test runs over every row of both tables."""

from __future__ import annotations

import dataclasses
import inspect
import json
import pickle
from collections.abc import Callable
from typing import Any, get_args, get_type_hints

import numpy as np
import pytest

from lookalike.local import DETECTORS, EXTRACTORS
from lookalike.local.mirror import flipped, mirrored
from lookalike.protocols import Detector, Extractor
from lookalike.registry import configuration, digest
from lookalike.types import Keypoints, LocalFeatures, Picture, Pixels


def odd_pictures() -> dict[str, Pixels]:
    rng = np.random.default_rng(0)
    squares = (np.indices((256, 256)) // 16).sum(axis=0)[..., None] % 2 * 255
    return {
        "one px": np.full((1, 1, 3), 77, np.uint8),
        "few px": (np.arange(48).reshape(4, 4, 3) * 5).astype(np.uint8),
        "20,000 x 10": rng.integers(0, 256, (10, 20_000, 3), dtype=np.uint8),
        "10 x 3,000": rng.integers(0, 256, (3000, 10, 3), dtype=np.uint8),
        "flat": np.full((300, 200, 3), 130, np.uint8),
        "noise": rng.integers(0, 256, (240, 320, 3), dtype=np.uint8),
        "checkerboard": np.repeat(squares, 3, axis=2).astype(np.uint8),
    }


ODD = odd_pictures()
SMALL = {name: {"side": 160} for name in ("aliked", "disk", "r2d2", "superpoint")}
"""Settings of what would take too long."""
Ready = Callable[..., Any]


@pytest.fixture(scope="module", params=DETECTORS)
def detector(request: pytest.FixtureRequest, ready: Ready) -> Detector:
    return ready(DETECTORS, request.param, SMALL.get(request.param))


@pytest.fixture(scope="module", params=EXTRACTORS)
def extractor(request: pytest.FixtureRequest, ready: Ready) -> Extractor:
    return ready(EXTRACTORS, request.param, SMALL.get(request.param))


@pytest.fixture(scope="module")
def scene() -> Picture:
    """A photo, small so that all methods are quick."""
    from skimage import data

    pixels = np.ascontiguousarray(data.astronaut()[:300, 100:420])
    return Picture(pixels, (320, 300))


def picture_of(pixels: Pixels) -> Picture:
    return Picture(np.ascontiguousarray(pixels), (pixels.shape[1], pixels.shape[0]))


def assert_keypoints(keypoints: Keypoints, size: tuple[int, int]) -> None:
    assert keypoints.size == size
    assert keypoints.xy.dtype == keypoints.scores.dtype == np.float32
    assert (np.diff(keypoints.scores) <= 0).all()
    for values in (keypoints.xy, keypoints.scores, keypoints.scale, keypoints.angle, keypoints.affine):
        assert values is None or (np.isfinite(values).all() and values.dtype == np.float32)
    assert ((keypoints.xy >= -1) & (keypoints.xy <= np.array(size))).all()
    assert keypoints.scale is None or (keypoints.scale > 0).all()


def assert_features(features: LocalFeatures, extractor: Extractor, size: tuple[int, int]) -> None:
    assert_keypoints(features.keypoints, size)
    space = extractor.space
    assert features.descriptors.shape == (len(features), space.columns)
    assert features.descriptors.dtype == space.dtype
    assert features.kind == extractor.name
    if space.metric == "cosine":
        np.testing.assert_allclose(np.linalg.norm(features.descriptors, axis=1), 1, atol=1e-5)


def test_both_say_what_they_are(detector: Detector, extractor: Extractor) -> None:
    assert isinstance(detector, Detector)
    assert isinstance(extractor, Extractor)
    assert DETECTORS.load(detector.name) is type(detector)
    assert EXTRACTORS.load(extractor.name) is type(extractor)
    assert extractor.space.name == extractor.name
    assert extractor.space.digest == digest(extractor)
    for component in (detector, extractor):
        assert component.source.strip()
        assert component.revision >= 1
        assert component.min_side >= 1
        assert inspect.getdoc(type(component))
        assert type(component).__dataclass_params__.frozen  # type: ignore[attr-defined]
        assert pickle.loads(pickle.dumps(component)) == component


def test_both_come_back_from_their_configuration(detector: Detector, extractor: Extractor) -> None:
    assert DETECTORS.restore(json.dumps(json.loads(configuration(detector)))) == detector
    assert EXTRACTORS.restore(json.dumps(json.loads(configuration(extractor)))) == extractor


def test_a_photo_has_places_best_first(detector: Detector, scene: Picture) -> None:
    keypoints = detector.detect(scene)
    assert_keypoints(keypoints, scene.size)
    assert len(keypoints) >= 20
    assert len(np.unique(keypoints.xy, axis=0)) >= 0.7 * len(keypoints)


def test_a_budget_keeps_some_of_all(detector: Detector, scene: Picture) -> None:
    all_found = dataclasses.replace(detector, max_keypoints=10**5).detect(scene)  # type: ignore[type-var]
    few = dataclasses.replace(detector, max_keypoints=10).detect(scene)  # type: ignore[type-var]
    assert len(few) == 10
    if detector.name != "orb":  # it shares its max_keypoints out over its pyramid
        assert {tuple(xy) for xy in few.xy.tolist()} <= {tuple(xy) for xy in all_found.xy.tolist()}
        assert few.scores[0] == all_found.scores[0]


def test_a_photo_has_rows(extractor: Extractor, scene: Picture) -> None:
    features = extractor.extract(scene)
    assert_features(features, extractor, scene.size)
    assert len(features) >= 20
    assert len(np.unique(features.descriptors, axis=0)) > 0.9 * len(features)


@pytest.mark.parametrize("kind", ODD)
def test_odd_pictures_have_defined_answers(detector: Detector, kind: str) -> None:
    picture = picture_of(ODD[kind])
    keypoints = detector.detect(picture)
    assert_keypoints(keypoints, picture.size)
    if kind in ("one px", "few px", "flat"):
        assert len(keypoints) == 0


@pytest.mark.parametrize("kind", ODD)
def test_odd_pictures_have_defined_rows(extractor: Extractor, kind: str) -> None:
    picture = picture_of(ODD[kind])
    assert_features(extractor.extract(picture), extractor, picture.size)


@pytest.mark.parametrize("kind", ["one px", "flat", "noise"])
def test_no_keypoints_have_no_rows(extractor: Extractor, kind: str) -> None:
    picture = picture_of(ODD[kind])
    none = Keypoints(np.zeros((0, 2), np.float32), np.zeros(0, np.float32), picture.size)
    features = extractor.extract(picture, none)
    assert_features(features, extractor, picture.size)
    assert len(features) == 0


@pytest.mark.parametrize("kind", ["few px", "10 x 3,000", "flat", "noise"])
def test_keypoints_at_the_corners_have_defined_rows_or_none(extractor: Extractor, kind: str) -> None:
    picture = picture_of(ODD[kind])
    width, height = picture.size
    xy = np.array([(0, 0), (width - 1, 0), (-0.4, height - 0.6), (width - 0.6, height - 0.6)], np.float32)
    fours = np.full(4, 4, np.float32)
    features = extractor.extract(picture, Keypoints(xy, np.ones(4, np.float32), picture.size, fours))
    assert_features(features, extractor, picture.size)


def test_the_same_picture_has_the_same_features_and_is_not_written_to(extractor: Extractor, scene: Picture) -> None:
    before = scene.pixels.copy()
    first, again = (extractor.extract(Picture(scene.pixels, scene.size)) for _ in range(2))
    np.testing.assert_array_equal(first.keypoints.xy, again.keypoints.xy)
    np.testing.assert_array_equal(first.descriptors, again.descriptors)
    np.testing.assert_array_equal(scene.pixels, before)


def test_places_are_px_of_the_original(detector: Detector, scene: Picture) -> None:
    """Decoded at a half or whole: what is told is in px of the whole, wherever the working size lies."""
    small = dataclasses.replace(detector, side=160)  # type: ignore[type-var]
    whole = small.detect(scene)
    half = np.ascontiguousarray(scene.pixels.reshape(150, 2, 160, 2, 3).mean(axis=(1, 3)).round().astype(np.uint8))
    reduced = small.detect(Picture(half, scene.size))
    assert reduced.size == scene.size
    apart = np.linalg.norm(whole.xy[:, None] - reduced.xy, axis=2).min(axis=1)
    assert np.median(apart) < 1.0


def test_rows_of_given_keypoints_are_those_of_these(extractor: Extractor, scene: Picture) -> None:
    own = extractor.extract(scene)
    again = extractor.extract(scene, own.keypoints)
    assert len(again) >= 0.95 * len(own)
    at = {tuple(np.round(xy, 1)): row for xy, row in zip(again.keypoints.xy.tolist(), again.descriptors, strict=True)}
    pairs = [
        (row, at[key])
        for xy, row in zip(own.keypoints.xy.tolist(), own.descriptors, strict=True)
        if (key := tuple(np.round(xy, 1))) in at
    ]
    same = [np.array_equal(a, b) if a.dtype == np.uint8 else float(a @ b) > 0.98 for a, b in pairs]
    assert np.mean(same) > 0.7


def test_keypoints_of_others_have_rows(extractor: Extractor, scene: Picture) -> None:
    for name in ("harris", "mser", "log", "sift"):
        keypoints = DETECTORS.make(name, {"max_keypoints": 50}).detect(scene)
        features = extractor.extract(scene, keypoints)
        assert_features(features, extractor, scene.size)
        assert len(features) >= 10


def test_mirrored_rows_match_the_mirrored_picture(extractor: Extractor, scene: Picture) -> None:
    image = picture_of(scene.pixels[:, ::-1])
    features = extractor.extract(scene)
    expected = extractor.extract(image, flipped(features.keypoints))
    found = mirrored(extractor, scene, features)
    assert found.kind == extractor.name
    assert len(found) >= 0.9 * len(features)
    there = flipped(expected.keypoints).xy
    nearest = np.linalg.norm(found.keypoints.xy[:, None] - there, axis=2).argmin(axis=1)
    rows, others = found.descriptors, expected.descriptors[nearest]
    if rows.dtype == np.uint8:
        alike = 1 - np.bitwise_count(rows ^ others).mean(axis=1) / 8
    else:
        alike = (rows * others).sum(axis=1)
    assert np.median(alike) > 0.98


def test_each_compared_field_moves_the_digest(extractor: Extractor) -> None:
    kinds = get_type_hints(type(extractor))
    for field in (field for field in dataclasses.fields(extractor) if field.compare):  # type: ignore[arg-type]
        value, choices = getattr(extractor, field.name), get_args(kinds[field.name])
        if isinstance(value, str):
            other: object = next(choice for choice in (*choices, "fast") if choice != value)
        else:
            other = (not value) if isinstance(value, bool) else value * 2 or 1
        assert digest(dataclasses.replace(extractor, **{field.name: other})) != digest(extractor)  # type: ignore[type-var]
