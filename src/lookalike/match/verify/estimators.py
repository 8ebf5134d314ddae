"""Models that take points to points, by least squares and by consensus
[MAGSAC++: Barath et al., CVPR 2020, as OpenCV has it]."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from lookalike.match.verify.projection import Points
from lookalike.types import GeometryKind, Matrix

SAMPLE: Final[dict[GeometryKind, int]] = {"similarity": 2, "affine": 3, "homography": 4, "fundamental": 7}
"""Matches that fix a model of each kind."""

PX: Final = 1000.0
"""Factor that a frame is enlarged by: OpenCV's limits are meant for px."""


def least_squares(kind: GeometryKind, a: Points, b: Points) -> Matrix | None:
    """The model that best takes `a` to `b`; None where they do not fix one. Not for fundamental matrices.

    A similarity may mirror: of both, the better one.
    """
    if len(a) < SAMPLE[kind]:
        return None
    if kind == "similarity":
        return _similarity(a, b)
    if kind == "affine":
        return _affine(a, b)
    found, _ = cv2.findHomography(a, b, 0)
    return None if found is None or not np.isfinite(found).all() else np.asarray(found / np.linalg.norm(found))


def consensus(
    kind: GeometryKind, a: Points, b: Points, tolerance: float, *, iterations: int, seed: int
) -> Matrix | None:
    """The model of MAGSAC++ over all matches; None where it finds none. The same seed finds the same."""
    if len(a) < SAMPLE[kind] + 1:
        return None
    options = cv2.UsacParams()
    options.threshold = PX * tolerance
    options.maxIterations = iterations
    options.confidence = 0.999
    options.score = cv2.SCORE_METHOD_MAGSAC
    options.loMethod = cv2.LOCAL_OPTIM_SIGMA
    options.sampler = cv2.SAMPLING_UNIFORM
    options.randomGeneratorState = seed
    try:
        found = _by_opencv(kind, PX * a, PX * b, options)
    except cv2.error:  # points that fix nothing
        return None
    if found is None or found.shape != (3, 3) or not np.isfinite(found).all():
        return None
    enlarged = np.diag([PX, PX, 1.0])
    return enlarged @ found @ enlarged if kind == "fundamental" else np.linalg.inv(enlarged) @ found @ enlarged


def _by_opencv(kind: GeometryKind, a: Points, b: Points, options: cv2.UsacParams) -> Matrix | None:
    if kind in ("fundamental", "homography"):
        find = cv2.findFundamentalMat if kind == "fundamental" else cv2.findHomography
        found, _ = find(a, b, options)
        return None if found is None else np.asarray(found, np.float64)
    # OpenCV has no similarity among its USAC models: the affine one says which matches agree.
    model, inside = cv2.estimateAffine2D(a, b, options)
    if model is None:
        return None
    chosen = np.asarray(inside).ravel() > 0
    return least_squares("similarity", a[chosen], b[chosen]) if kind == "similarity" else _completed(model)


def _similarity(a: Points, b: Points) -> Matrix | None:
    """[Umeyama, Least-squares estimation of transformation parameters between two point patterns, PAMI 1991]"""
    mean_a, mean_b = a.mean(axis=0), b.mean(axis=0)
    centred_a, centred_b = a - mean_a, b - mean_b
    spread = float((centred_a**2).sum())
    if spread < 1e-18:
        return None
    u, strength, vt = np.linalg.svd(centred_b.T @ centred_a)
    linear = (strength.sum() / spread) * (u @ vt)  # (2, 2)
    return _completed(np.column_stack([linear, mean_b - linear @ mean_a]))


def _affine(a: Points, b: Points) -> Matrix | None:
    lifted = np.column_stack([a, np.ones(len(a))])
    solution, _, rank, _ = np.linalg.lstsq(lifted, b, rcond=1e-9)
    return _completed(np.asarray(solution.T, np.float64)) if rank == 3 else None


def _completed(upper: Matrix) -> Matrix:
    return np.vstack([upper, (0, 0, 1)]).astype(np.float64)
