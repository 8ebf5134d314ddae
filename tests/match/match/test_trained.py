"""What all trained matchers have in common; SuperGlue on drawn weights, LightGlue where its weights are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lookalike.errors import BadSetting, WeightsError
from lookalike.local import EXTRACTORS
from lookalike.local.mirror import mirrored
from lookalike.local.sift import Sift
from lookalike.match import MATCHERS
from lookalike.match.match.lightglue import LightGlue
from lookalike.match.match.superglue import SuperGlue
from lookalike.match.match.trained import surest
from lookalike.match.verify.match_and_verify import related
from lookalike.match.verify.planar import Planar
from lookalike.registry import digest
from lookalike.search.match import match
from lookalike.types import Keypoints, LocalFeatures, Picture


def features(k: int, dim: int, seed: int = 0) -> LocalFeatures:
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(k, dim))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    xy, scores = rng.uniform((0, 0), (640, 480), (k, 2)), np.sort(rng.random(k))[::-1]
    return LocalFeatures(Keypoints(xy.astype("f4"), scores.astype("f4"), (640, 480)), rows.astype("f4"))


def test_the_surest_are_those_that_a_slow_loop_finds() -> None:
    assignment = np.random.default_rng(0).random((30, 20)).astype(np.float32)
    expected = {
        (i, j)
        for i in range(30)
        for j in range(20)
        if assignment[i, j] == max(assignment[i]) == max(assignment[:, j]) and assignment[i, j] > 0.9
    }
    matches = surest(assignment, 0.9)
    assert set(map(tuple, matches.pairs.tolist())) == expected
    assert len(expected) > 5
    np.testing.assert_array_equal(matches.scores, np.sort([assignment[pair] for pair in expected])[::-1])


def test_of_two_that_are_equally_sure_there_is_one_match() -> None:
    assert len(surest(np.full((4, 4), 0.5, np.float32), 0.2)) == 1


@pytest.mark.parametrize("shape", [(0, 5), (5, 0), (0, 0)])
def test_nothing_matches_nothing(shape: tuple[int, int], superglue_file: Path) -> None:
    matcher = SuperGlue(weights=str(superglue_file))
    a, b = (features(k, 256) for k in shape)
    assert matcher.assignment(a, b).shape == shape
    assert matcher.match(a, b).pairs.shape == (0, 2)


def test_superglue_finds_what_is_alike_and_leaves_out_what_is_not(superglue_file: Path) -> None:
    a, strangers = features(80, 256), features(30, 256, seed=1)
    order = np.random.default_rng(2).permutation(50)
    both = LocalFeatures(
        Keypoints(
            np.concatenate([a.keypoints.xy[order], strangers.keypoints.xy]),
            np.concatenate([a.keypoints.scores[order], strangers.keypoints.scores]),
            (640, 480),
        ),
        np.concatenate([a.descriptors[order], strangers.descriptors]),
    )
    matches = SuperGlue(weights=str(superglue_file)).match(a, both)
    expected = {(int(i), at) for at, i in enumerate(order)}
    assert set(map(tuple, matches.pairs.tolist())) == expected


@pytest.mark.parametrize("matcher", [SuperGlue(), LightGlue(), LightGlue(features="aliked")])
def test_rows_of_another_kind_are_refused_before_the_weights_are_asked_for(matcher: SuperGlue | LightGlue) -> None:
    for other in (features(5, 32), LocalFeatures(features(5, 32).keypoints, np.zeros((5, 32), np.uint8))):
        with pytest.raises(BadSetting, match=rf"{matcher.name} was trained on rows of {matcher.dim} float32"):
            matcher.match(other, other)


def test_features_of_an_extractor_that_it_was_not_trained_on_are_refused(photo_files: list[Path]) -> None:
    for name, known in (("superglue", "superpoint"), ("lightglue", "aliked, disk, superpoint, xfeat")):
        with pytest.raises(BadSetting, match=f"{name} was trained on features of {known}, not of sift"):
            match(photo_files[0], photo_files[0], local="sift", matcher=name)
    with pytest.raises(BadSetting, match="leave out features=disk"):
        match(photo_files[0], photo_files[0], local="xfeat", matcher="lightglue", matcher_settings={"features": "disk"})


def test_features_say_themselves_what_they_are_of(photos: list[Picture]) -> None:
    """Rows of SIFT are as long as those of DISK, and no more alike to them for that."""
    seen = Sift(side=240).extract(photos[0])
    for some in (seen, seen[:9], mirrored(Sift(), photos[0], seen)):
        with pytest.raises(BadSetting, match="not of sift"):
            LightGlue(features="disk").match(seen, some)
    with pytest.raises(BadSetting, match=r"match these with LightGlue\(.*features='aliked'"):
        LightGlue(features="disk").match(*[replace(features(5, 128), kind="aliked")] * 2)


def test_without_its_weights_it_says_how_to_get_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOOKALIKE_CACHE", str(tmp_path))
    some = features(5, 256)
    with pytest.raises(WeightsError, match=r"official superglue_indoor\.pth"):
        SuperGlue().match(some, some)
    with pytest.raises(WeightsError, match=r"official superpoint_lightglue\.pth"):
        LightGlue(features="superpoint").match(some, some)
    with pytest.raises(WeightsError, match="lookalike models get disk-lightglue"):
        LightGlue(features="disk").match(features(5, 128), features(5, 128))


def test_each_kind_of_features_has_a_digest_of_its_own() -> None:
    assert len({digest(LightGlue(features=kind)) for kind in ("xfeat", "aliked", "disk")}) == 3


@pytest.mark.parametrize("settings", [{"threshold": 1.0}, {"threshold": -0.1}, {"rounds": 0}])
def test_settings_out_of_range_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(BadSetting, match="superglue"):
        MATCHERS.make("superglue", settings)


# where the weights are


@pytest.fixture(scope="module")
def lighterglue(ready: Callable[..., Any]) -> LightGlue:
    found: LightGlue = ready(MATCHERS, "lightglue")
    return found


@pytest.fixture(scope="module")
def seen(ready: Callable[..., Any], photos: list[Picture]) -> list[LocalFeatures]:
    """The astronaut, a part of her, the cat."""
    xfeat = ready(EXTRACTORS, "xfeat", {"side": 400, "max_keypoints": 500})
    part = np.ascontiguousarray(photos[0].pixels[60:420, 80:430])
    return [xfeat.extract(picture) for picture in (photos[0], Picture(part, (350, 360)), photos[3])]


def test_lighterglue_matches_a_part_and_hardly_a_stranger(lighterglue: LightGlue, seen: list[LocalFeatures]) -> None:
    whole, part, cat = seen
    matches = lighterglue.match(part, whole)
    off = part.keypoints.xy[matches.pairs[:, 0]] + (80, 60) - whole.keypoints.xy[matches.pairs[:, 1]]
    assert len(matches) > 150
    assert np.mean(np.linalg.norm(off, axis=1) < 8) > 0.97
    assert related(part, whole, lighterglue, Planar()).geometry is not None
    assert len(lighterglue.match(cat, whole)) < 25
    assert related(cat, whole, lighterglue, Planar()).geometry is None


def test_its_matches_are_the_greatest_of_its_assignment(lighterglue: LightGlue, seen: list[LocalFeatures]) -> None:
    assignment, matches = lighterglue.assignment(seen[1], seen[0]), lighterglue.match(seen[1], seen[0])
    assert assignment.shape == (len(seen[1]), len(seen[0]))
    rows, columns = matches.pairs.T
    np.testing.assert_array_equal(assignment[rows, columns], matches.scores)
    np.testing.assert_array_equal(assignment[rows].max(axis=1), matches.scores)


def test_lightglue_is_symmetric(lighterglue: LightGlue, seen: list[LocalFeatures]) -> None:
    there, back = lighterglue.match(seen[1], seen[0]), lighterglue.match(seen[0], seen[1])
    assert {(i, j) for i, j in there.pairs.tolist()} == {(i, j) for j, i in back.pairs.tolist()}
