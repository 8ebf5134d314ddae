"""Two views of the same things brought into one space [Hotelling, Relations between two sets of variates, 1936], with
ridges [Vinod, Canonical ridge and econometrics of joint production, 1976]."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Correlated:
    """Means and maps of both views: (x - x_mean) @ x_map and (y - y_mean) @ y_map are alike, column by column."""

    x_mean: Rows
    x_map: Rows
    y_mean: Rows
    y_map: Rows


def correlated(
    x: NDArray[Any], y: NDArray[Any], *, components: int, parts: int, ridges: tuple[float, float]
) -> Correlated:
    """Canonical correlations of (n, dx) and (n, dy), row by row of one thing, each coordinate by its correlation.

    `parts` principal components of x are looked at; a ridge is a multiple of the mean variance.
    """
    x_mean, y_mean = x.mean(axis=0, dtype=np.float64), y.mean(axis=0, dtype=np.float64)
    axes = _principal(x - x_mean, parts)
    lower = (x - x_mean) @ axes
    x_white, y_white = _whitening(lower, ridges[0]), _whitening(y - y_mean, ridges[1])
    cross = x_white.T @ (lower.T @ (y - y_mean) / len(x)) @ y_white
    left, strengths, right = np.linalg.svd(cross, full_matrices=False)
    kept = slice(min(components, len(strengths)))
    return Correlated(
        x_mean, axes @ x_white @ left[:, kept] * strengths[kept], y_mean, y_white @ right[kept].T * strengths[kept]
    )


def _principal(x: Rows, parts: int) -> Rows:
    """(dx, parts) axes of the largest variance of centred rows."""
    kept = min(parts, len(x) - 1, x.shape[1])
    if len(x) < x.shape[1]:  # fewer rows than columns: their inner products are the smaller matrix
        return np.asarray(np.linalg.svd(x, full_matrices=False)[2][:kept].T)
    return np.asarray(np.linalg.eigh(x.T @ x)[1][:, ::-1][:, :kept])


def _whitening(x: Rows, ridge: float) -> Rows:
    values, vectors = np.linalg.eigh(x.T @ x / len(x))
    return np.asarray(vectors / np.sqrt(values + ridge * values.mean()))
