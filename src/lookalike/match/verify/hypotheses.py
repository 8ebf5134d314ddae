"""Models that many matches may agree with: what poses propose, what consensus finds, each fitted ever closer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lookalike.match.verify.estimators import SAMPLE, consensus, least_squares
from lookalike.match.verify.frames import Framed
from lookalike.match.verify.inliers import placed, posed
from lookalike.types import GeometryKind, Matrix

TIGHTER: Final = (4.0, 2.0, 1.4, 1.0, 1.0)
"""Times the tolerance, from round to round."""


def proposed(
    kinds: Sequence[GeometryKind], a: Framed, b: Framed, tolerance: float, proposals: Sequence[NDArray[np.int64]]
) -> Iterator[tuple[GeometryKind, Matrix]]:
    """From each of `proposals`, rows of matches that agree in pose, each kind in turn, fitted from the one before."""
    for rows in proposals:
        model = least_squares("similarity", a.at[rows], b.at[rows])
        for kind in kinds:
            fitted = None if model is None else refined(kind, model, a, b, tolerance)
            if fitted is not None:
                yield kind, fitted
                model = fitted


def agreed(
    kinds: Sequence[GeometryKind], a: Framed, b: Framed, tolerance: float, *, iterations: int, seed: int
) -> Iterator[tuple[GeometryKind, Matrix]]:
    """Model of most support of each kind, found by consensus."""
    for kind in kinds:
        model = consensus(kind, a.at, b.at, tolerance, iterations=iterations, seed=seed)
        fitted = None if model is None else refined(kind, model, a, b, tolerance)
        if fitted is not None:
            yield kind, fitted


def refined(kind: GeometryKind, model: Matrix, a: Framed, b: Framed, tolerance: float) -> Matrix | None:
    """`kind` fitted to what agrees with `model`, then to what agrees with that, ever closer; None where too few do."""
    known: NDArray[np.bool_] | None = None
    errors, alike = placed(model, a.at, b.at), posed(model, a, b)
    for times in TIGHTER:
        near = (errors <= times * tolerance) & alike
        if np.count_nonzero(near) < SAMPLE[kind]:
            return None
        if known is not None and np.array_equal(near, known):
            continue  # what was fitted to these is the model
        fitted = least_squares(kind, a.at[near], b.at[near])
        if fitted is None or abs(np.linalg.det(fitted)) < 1e-12:
            return None
        model, known = fitted, near
        errors, alike = placed(model, a.at, b.at), posed(model, a, b)
    return model
