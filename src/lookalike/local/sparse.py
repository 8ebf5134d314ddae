"""Maps of a network that are only computed where they are read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

AtPx: TypeAlias = Callable[[NDArray[np.int64]], NDArray[np.float32]]
"""(n, d) of a map at (n, 2) px x, y of it."""

_CORNERS: Final = np.array([(0, 0), (1, 0), (0, 1), (1, 1)])


def read_between(at_px: AtPx, places: NDArray[np.floating], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """(k, d) at (k, 2) places x, y between the px of an (h, w) map, bilinear; beyond the border the map is 0.

    Each px is computed once, however many places it is read for.
    """
    at = np.asarray(places, np.float64)
    first = np.floor(at)
    px = first[:, None].astype(np.int64) + _CORNERS  # (k, 4, 2)
    weights = (1 - np.abs(at[:, None] - px)).prod(axis=2)
    is_read = (weights > 0) & is_inside(px, shape)
    rows, index = distinct(at_px, px[is_read], shape)
    nothing = len(rows)
    index_of = np.full(is_read.shape, nothing)
    index_of[is_read] = index
    rows = np.concatenate([rows, np.zeros((1, rows.shape[1]), np.float32)])
    found = np.zeros((len(at), rows.shape[1]), np.float32)
    for corner in range(len(_CORNERS)):
        found += rows[index_of[:, corner]] * weights[:, corner, None].astype(np.float32)
    return found


def distinct(
    at_px: AtPx, px: NDArray[np.int64], shape: tuple[int, ...]
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Rows of the different ones among (n, 2) px, and (n,) which of them each px has."""
    flat, index = np.unique(px[:, 1] * shape[1] + px[:, 0], return_inverse=True)
    return at_px(np.column_stack([flat % shape[1], flat // shape[1]])), index


def is_inside(px: NDArray[np.int64], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """(...) of (..., 2) px x, y."""
    return np.asarray(((px >= 0) & (px < (shape[1], shape[0]))).all(axis=-1))
