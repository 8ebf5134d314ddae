from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from lookalike.match.verify.epipolar import Epipolar, off_line
from lookalike.types import LocalFeatures, Matches

SIZE = (640, 480)
Make = Callable[..., LocalFeatures]


def scene(
    make: Make, inliers: int, outliers: int, *, depth: float, seed: int = 0
) -> tuple[LocalFeatures, LocalFeatures, Matches]:
    """A scene of that depth seen from two places; depth 0 is a wall."""
    rng = np.random.default_rng(seed)
    n = inliers + outliers
    points = np.column_stack([rng.uniform(-2, 2, n), rng.uniform(-1.5, 1.5, n), 6 + depth * rng.uniform(-1, 1, n)])
    turn = np.radians(8)
    rotation = np.array([[np.cos(turn), 0, np.sin(turn)], [0, 1, 0], [-np.sin(turn), 0, np.cos(turn)]])

    def seen(places: np.ndarray) -> np.ndarray:
        return 700 * places[:, :2] / places[:, 2:] + np.array(SIZE) / 2

    first = seen(points) + rng.normal(scale=0.3, size=(n, 2))
    second = seen(points @ rotation.T + (-0.9, 0.1, 0.2)) + rng.normal(scale=0.3, size=(n, 2))
    second[inliers:] = rng.uniform((0, 0), SIZE, (outliers, 2))
    pairs = np.column_stack([np.arange(n), np.arange(n)])
    return make(first), make(second), Matches(pairs, np.ones(n, np.float32))


def test_two_views_of_a_scene_have_a_fundamental_matrix(features: Make) -> None:
    a, b, matches = scene(features, 120, 40, depth=2.5)
    geometry = Epipolar().verify(a, b, matches)
    assert geometry is not None
    assert geometry.kind == "fundamental"
    assert geometry.inliers[:120].mean() > 0.9
    assert geometry.inliers[120:].mean() < 0.3
    assert np.linalg.matrix_rank(geometry.model, tol=1e-6) == 2
    off = off_line(geometry.model, a.keypoints.xy.astype(float), b.keypoints.xy.astype(float))
    assert np.median(off[:120]) < 1.5


def test_a_wall_has_none(features: Make) -> None:
    assert Epipolar().verify(*scene(features, 120, 40, depth=0.0)) is None


def test_neither_have_a_mirror_or_chance(features: Make) -> None:
    a, b, matches = scene(features, 120, 40, depth=2.5)
    assert Epipolar().verify(a, b, matches, mirrored=True) is None
    for seed in range(10):
        assert Epipolar().verify(*scene(features, 0, 150, depth=1.0, seed=seed)) is None


@pytest.mark.parametrize("count", [0, 3, 8, 11])
def test_few_matches_have_none(count: int, features: Make) -> None:
    assert Epipolar().verify(*scene(features, count, 0, depth=2.5)) is None
