"""Matching again under a model: near where it says, no second nearest is needed to tell right from wrong."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lookalike.match.verify.frames import framed
from lookalike.match.verify.inliers import agree
from lookalike.match.verify.projection import project
from lookalike.types import LocalFeatures, Matches, Matrix


def rematched(model: Matrix, a: LocalFeatures, b: LocalFeatures, known: Matches, tolerance: float) -> Matches:
    """Most similar features that agree with `model`, a map between frames, one-to-one; best first.

    They are as alike as the least alike of the `known`, or more; scores are similarities.
    """
    ours, theirs = framed(a.keypoints), framed(b.keypoints)
    near = np.linalg.norm(project(model, ours.at)[:, None] - theirs.at, axis=2) <= tolerance  # (ka, kb)
    pairs = np.argwhere(near)
    pairs = pairs[agree(model, ours[pairs[:, 0]], theirs[pairs[:, 1]], tolerance)]
    alike = similarities(a, b, pairs)
    least = similarities(a, b, known.pairs).min(initial=1)
    order = np.argsort(-alike, kind="stable")
    order = order[alike[order] >= least]
    for side in (0, 1):
        _, first = np.unique(pairs[order, side], return_index=True)
        order = order[np.sort(first)]
    return Matches(pairs[order].astype(np.int64), alike[order])


def similarities(a: LocalFeatures, b: LocalFeatures, pairs: NDArray[np.int64]) -> NDArray[np.float32]:
    """(m,) in [0, 1]: the cosine, or the share of bits that are equal."""
    rows, others = a.descriptors[pairs[:, 0]], b.descriptors[pairs[:, 1]]
    if rows.dtype == np.uint8:
        differing = np.bitwise_count(np.bitwise_xor(rows, others)).sum(axis=1)
        return np.asarray(1 - differing / (8 * max(rows.shape[1], 1)), np.float32)
    return np.asarray(np.clip(np.einsum("md,md->m", rows, others), 0, 1), np.float32)
