"""Linear maps that bring the pictures of a class together, each solved at once from labelled rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import scipy  # its parts load when they are first used
from numpy.typing import NDArray

from lookalike.describe.taught_words import unit

Rows = NDArray[np.float32]
Labels = NDArray[np.int64]
Kind = Literal["whitening", "discriminants"]

PARTS: Final = 256
"""Principal components that a map begins with, and the most columns that it ends with."""
LEAST_SPREAD: Final = 1e-6
"""Variances smaller than this share of the greatest are no directions, but rounding."""


@dataclass(frozen=True, eq=False)
class LinearMap:
    """`(rows - mean) @ matrix`, rows (n, d), at unit norm; mean (d,), matrix (d, k)."""

    mean: Rows
    matrix: Rows

    def __call__(self, rows: Rows) -> Rows:
        """(n, k) unit rows; a row that is the mean itself stays 0."""
        return unit((rows - self.mean) @ self.matrix)


def principal(rows: Rows, parts: int = PARTS) -> LinearMap:
    """The directions of the greatest variance, at most `parts` [Pearson 1901]; not scaled."""
    mean = rows.mean(axis=0)
    centred = rows - mean
    d = rows.shape[1]
    values, vectors = scipy.linalg.eigh(
        centred.T @ centred, subset_by_index=(max(0, d - parts), d - 1), check_finite=False
    )
    kept = values > LEAST_SPREAD * max(float(values[-1]), 1e-12)
    return LinearMap(mean, np.asarray(vectors[:, kept][:, ::-1], np.float32))


def whitening(rows: Rows, labels: Labels, shrinkage: float) -> LinearMap:
    """Directions in which pictures of one class differ count the less, the more they do.

    Rows (n, d) with labels (n,). The scatter within classes is mixed with `shrinkage` (0 to 1) of an even one, then its
    inverse root is the map. Source: [Hatch, Kajarekar, Stolcke, Within-class covariance normalization, 2006];
    shrinkage: [Friedman, Regularized discriminant analysis, JASA 1989].
    """
    mean, _, within = _scatters(rows, labels)
    return LinearMap(mean, _inverse_root(within, shrinkage))


def discriminants(rows: Rows, labels: Labels, shrinkage: float) -> LinearMap:
    """The directions in which classes lie apart, measured by how far their pictures do: at most classes - 1 of them.

    Sources: [Fisher 1936], [Rao, The utilization of multiple measurements, JRSS 1948]; arguments as of `whitening`.
    """
    mean, centres, within = _scatters(rows, labels)
    root = _inverse_root(within, shrinkage)
    _, spread, directions = np.linalg.svd((centres - centres.mean(axis=0)) @ root, full_matrices=False)
    kept = spread > LEAST_SPREAD * max(float(spread[0]), 1e-12)
    return LinearMap(mean, root @ directions[kept].T)


def solved(kind: Kind, shrinkage: float, rows: Rows, labels: Labels) -> LinearMap:
    """The map of that kind."""
    return (whitening if kind == "whitening" else discriminants)(rows, labels, shrinkage)


def _scatters(rows: Rows, labels: Labels) -> tuple[Rows, Rows, Rows]:
    """Mean (d,), class centres (c, d), and the covariance (d, d) within classes."""
    classes, at, counts = np.unique(labels, return_inverse=True, return_counts=True)
    by_class = np.asarray(rows[np.argsort(at, kind="stable")], np.float64)
    sums = np.add.reduceat(by_class, np.cumsum(counts) - counts)
    centres = np.asarray(sums / counts[:, None], np.float32)
    apart = rows - centres[at]
    within = np.asarray(apart.T @ apart / np.float32(max(1, len(rows) - len(classes))), np.float32)
    return rows.mean(axis=0), centres, within


def _inverse_root(within: Rows, shrinkage: float) -> Rows:
    d = len(within)
    even = np.float32(max(float(np.trace(within)) / d, 1e-12))
    values, vectors = scipy.linalg.eigh((1 - shrinkage) * within + shrinkage * even * np.eye(d, dtype=np.float32))
    return np.asarray((vectors / np.sqrt(np.maximum(values, 1e-6 * even))) @ vectors.T, np.float32)
