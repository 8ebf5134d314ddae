from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from lookalike.evaluate.metrics.geometry import corner_error
from lookalike.local.sift import Sift
from lookalike.match.match.nearest import Nearest
from lookalike.match.verify.frames import of_matches
from lookalike.match.verify.match_and_verify import related
from lookalike.match.verify.planar import Planar
from lookalike.pixels.augment import edit
from lookalike.types import Keypoints, LocalFeatures, Matches, Picture, Pixels

SIZE = (640, 480)
Make = Callable[..., Any]

TURN = np.radians(20)
SIMILARITY = np.array(
    [[0.7 * np.cos(TURN), -0.7 * np.sin(TURN), 150], [0.7 * np.sin(TURN), 0.7 * np.cos(TURN), 20], [0, 0, 1]]
)
SHEARED = np.array([[0.9, 0.25, 20], [-0.05, 0.7, 60], [0, 0, 1]])
SLANTED = np.array([[0.9, 0.1, 30], [0.02, 0.8, 40], [2e-4, 6e-4, 1]])


@pytest.mark.parametrize(("model", "kind"), [(SIMILARITY, "similarity"), (SHEARED, "affine"), (SLANTED, "homography")])
@pytest.mark.parametrize("posed", [True, False], ids=["posed", "places only"])
def test_the_simplest_model_that_explains_is_found(model: np.ndarray, kind: str, posed: bool, views: Make) -> None:
    a, b, matches = views(model, inliers=40, outliers=60, posed=posed)
    geometry = Planar().verify(a, b, matches)
    assert geometry is not None
    assert geometry.kind == kind or (not posed and geometry.kind == "homography")
    assert corner_error(geometry.model, model, SIZE) < 3
    assert geometry.inliers[:40].mean() > 0.9
    assert geometry.inliers[40:].mean() < 0.05
    assert 0 < geometry.nfa < 1e-20
    assert not geometry.mirrored


def test_the_misplacement_of_the_inliers_is_that_of_the_noise(views: Make) -> None:
    median_error = []
    for noise in (0.0, 0.1, 0.5):
        a, b, matches = views(SIMILARITY, inliers=60, outliers=30, noise=noise)
        geometry = Planar().verify(a, b, matches)
        assert geometry is not None
        median_error.append(geometry.median_error * max(SIZE) * 0.7)  # px of b, which shows things smaller
    assert median_error[0] < 1e-3
    median = np.sqrt(2 * np.log(2))  # of the length of a normal offset
    np.testing.assert_allclose(median_error[1:], [0.1 * median, 0.5 * median], rtol=0.25)


def test_few_matches_in_many_are_found(views: Make) -> None:
    a, b, matches = views(SIMILARITY, inliers=9, outliers=150, seed=3)
    geometry = Planar().verify(a, b, matches)
    assert geometry is not None
    assert geometry.inliers[:9].sum() >= 8
    assert corner_error(geometry.model, SIMILARITY, SIZE) < 5


@pytest.mark.parametrize("posed", [True, False])
def test_chance_is_no_geometry(posed: bool, views: Make) -> None:
    for seed in range(40):
        a, b, matches = views(SIMILARITY, inliers=0, outliers=120, seed=seed, posed=posed)
        assert Planar().verify(a, b, matches) is None


def test_the_same_question_has_the_same_answer(views: Make) -> None:
    a, b, matches = views(SLANTED, inliers=30, outliers=90, posed=False)
    first, again = (Planar().verify(a, b, matches) for _ in range(2))
    assert first is not None
    assert again is not None
    np.testing.assert_array_equal(first.model, again.model)
    assert first.nfa == again.nfa


def test_more_evidence_is_less_chance(views: Make) -> None:
    chances = []
    for inliers in (6, 12, 24):
        geometry = Planar(chance=1).verify(*views(SIMILARITY, inliers=inliers, outliers=40))
        assert geometry is not None
        chances.append(geometry.nfa)
    assert chances == sorted(chances, reverse=True)


def test_crowded_keypoints_agree_by_chance(features: Make) -> None:
    """Matches between two crowds agree with whatever joins the crowds, so they prove nothing."""
    rng = np.random.default_rng(0)
    crowd, rest = rng.normal((300, 200), 12, (60, 2)), rng.uniform((0, 0), SIZE, (40, 2))
    a, b = (features(np.concatenate([part, rest]), posed=False) for part in (crowd, rng.permutation(crowd)))
    pairs = np.column_stack([np.arange(60), np.arange(60)])
    assert Planar().verify(a, b, Matches(pairs, np.ones(60, np.float32))) is None


DEGENERATE = {
    "a line": np.column_stack([np.linspace(50, 590, 60), np.linspace(60, 400, 60)]),
    "a spot": np.random.default_rng(0).normal((300, 200), 2, (60, 2)),
    "one place": np.full((60, 2), 100.0),
}


@pytest.mark.parametrize("places", DEGENERATE.values(), ids=DEGENERATE)
@pytest.mark.parametrize("posed", [True, False])
def test_what_rests_on_a_spot_or_a_line_is_no_geometry(places: np.ndarray, posed: bool, features: Make) -> None:
    a = features(places, posed=posed)
    pairs = np.column_stack([np.arange(60), np.arange(60)])
    assert Planar().verify(a, a, Matches(pairs, np.ones(60, np.float32))) is None


UNSOUND = {
    "thin": np.diag([1.0, 0.1, 1]),
    "tiny": np.array([[0.05, 0, 300], [0, 0.05, 200], [0, 0, 1]]),
    "mirrored": np.array([[-1.0, 0, 639], [0, 1, 0], [0, 0, 1]]),
    "through infinity": np.array([[1.0, 0, 0], [0, 1, 0], [4e-3, 0, 0.1]]),
}


@pytest.mark.parametrize("model", UNSOUND.values(), ids=UNSOUND)
def test_what_no_camera_or_editor_does_is_no_geometry(model: np.ndarray, views: Make) -> None:
    a, b, matches = views(model, inliers=60, outliers=5, noise=0.0, posed=False)
    assert Planar().verify(a, b, matches) is None


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_few_matches_are_no_geometry(count: int, views: Make) -> None:
    a, b, matches = views(SIMILARITY, inliers=count, outliers=0)
    assert Planar(chance=1).verify(a, b, matches) is None


def test_two_angles_of_one_place_count_once(views: Make) -> None:
    a, b, matches = views(SIMILARITY, inliers=5, outliers=30)
    twice = Matches(np.repeat(matches.pairs, 2, axis=0), np.repeat(matches.scores, 2))
    once, doubled = (Planar(chance=1).verify(a, b, some) for some in (matches, twice))
    assert once is not None
    assert doubled is not None
    assert doubled.nfa == pytest.approx(once.nfa)
    assert len(doubled.inliers) == 2 * len(once.inliers)


def test_a_size_in_px_does_not_count(views: Make) -> None:
    a, b, matches = views(SIMILARITY, inliers=20, outliers=30)

    def larger(features: LocalFeatures) -> LocalFeatures:
        points = features.keypoints
        assert points.scale is not None
        xy = (points.xy + 0.5) * 7 - 0.5
        return LocalFeatures(
            Keypoints(xy, points.scores, (640 * 7, 480 * 7), points.scale * 7, points.angle), features.descriptors
        )

    plain, big = Planar().verify(a, b, matches), Planar().verify(larger(a), larger(b), matches)
    assert plain is not None
    assert big is not None
    assert big.nfa == pytest.approx(plain.nfa, rel=0.2)
    assert of_matches(a, b, matches)[0].at.max() <= 0.5


def picture_of(pixels: Pixels) -> Picture:
    return Picture(np.ascontiguousarray(pixels), (pixels.shape[1], pixels.shape[0]))


@pytest.mark.parametrize("name", ["jpeg", "crop", "flip", "rotation", "collage", "strong"])
def test_edited_copies_are_found_with_their_transform(name: str, photos: list[Picture]) -> None:
    sift = Sift(side=400, max_keypoints=400)
    found = []
    for seed, at in enumerate((0, 3, 4)):
        copy = edit(name, photos[at].pixels, seed, photos[6].pixels)
        a, b = sift.extract(picture_of(copy.pixels)), sift.extract(photos[at])
        geometry = related(a, b, Nearest(), Planar(), sift.mirrored(a)).geometry
        assert geometry is not None
        assert geometry.mirrored == (np.linalg.det(copy.transform[:2, :2]) < 0)
        found.append(corner_error(geometry.model, copy.transform, picture_of(copy.pixels).size))
    assert np.median(found) < 3


def test_unrelated_photos_share_nothing(photos: list[Picture]) -> None:
    sift = Sift(side=400, max_keypoints=400)
    sets = [sift.extract(picture) for picture in photos]
    for at, a in enumerate(sets):
        for b in sets[at + 1 :]:
            assert related(a, b, Nearest(), Planar(), sift.mirrored(a)).geometry is None
