"""Made-up features with known geometry: places, poses and rows that belong together, and some that do not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from lookalike.types import Keypoints, LocalFeatures, Matches, Matrix, Size

SIZE: Size = (640, 480)


def project(model: Matrix, xy: NDArray[np.floating]) -> NDArray[np.float64]:
    lifted = np.column_stack([xy, np.ones(len(xy))]) @ model.T
    return lifted[:, :2] / lifted[:, 2:]


def features_at(
    xy: NDArray[np.floating],
    *,
    scale: float | NDArray[np.floating] = 8.0,
    angle: float | NDArray[np.floating] = 0.0,
    posed: bool = True,
) -> LocalFeatures:
    k = len(xy)
    rows = np.zeros((k, 2), np.float32)
    poses = (np.broadcast_to(np.asarray(value, np.float32), k) for value in (scale, angle))
    keypoints = Keypoints(np.asarray(xy, np.float32), np.ones(k, np.float32), SIZE, *(poses if posed else (None, None)))
    return LocalFeatures(keypoints, rows)


def two_views(
    model: Matrix, *, inliers: int, outliers: int, noise: float = 0.3, seed: int = 0, posed: bool = True
) -> tuple[LocalFeatures, LocalFeatures, Matches]:
    """Features of a and b of which the first `inliers` match under the similarity or homography `model`."""
    rng = np.random.default_rng(seed)
    n = inliers + outliers
    xy = rng.uniform((60, 60), (580, 420), (n, 2))
    there = project(model, xy) + rng.normal(scale=noise, size=(n, 2))
    there[inliers:] = rng.uniform((0, 0), SIZE, (outliers, 2))
    angle = rng.uniform(-np.pi, np.pi, n)
    ahead = project(model, xy + np.column_stack([np.cos(angle), np.sin(angle)])) - project(model, xy)
    turned = np.arctan2(ahead[:, 1], ahead[:, 0])
    turned[inliers:] = rng.uniform(-np.pi, np.pi, outliers)
    grown = 8 * np.linalg.norm(ahead, axis=1)
    pairs = np.column_stack([np.arange(n), np.arange(n)])
    a, b = features_at(xy, angle=angle, posed=posed), features_at(there, scale=grown, angle=turned, posed=posed)
    return a, b, Matches(pairs, np.linspace(1, 0.1, n).astype(np.float32))


@pytest.fixture(scope="session")
def features() -> Callable[..., LocalFeatures]:
    """`features(xy, scale, angle, posed)`."""
    return features_at


@pytest.fixture(scope="session")
def views() -> Callable[..., tuple[LocalFeatures, LocalFeatures, Matches]]:
    """`views(model, inliers, outliers, noise, seed, posed)`."""
    return two_views
