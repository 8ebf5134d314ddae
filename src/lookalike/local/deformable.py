"""Rows from places around each keypoint that are learned from its patch: the sparse deformable head of ALIKED
[Zhao et al., TIM 2023]."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lookalike.local.dense import Places
from lookalike.local.interpolated import interpolated
from lookalike.local.sparse import distinct, read_between
from lookalike.models.aliked import PATCH, Head

SELU: Final = (1.0507009873554805, 1.6732632423543772)
"""Gain and reach below 0 [Klambauer et al., Self-normalizing neural networks, NeurIPS 2017]."""
Rows = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Maps:
    """The maps of a picture, finest first; enlarged and of unit length they are the one map that rows are read of."""

    levels: tuple[Rows, ...]
    """(d / 4, h / c, w / c)"""
    shape: tuple[int, int]
    """h, w of the picture; the maps may go on beyond it."""

    def at_px(self, px: NDArray[np.int64]) -> Rows:
        """(n, d) at (n, 2) px x, y: never the whole map, which is large."""
        height, width = self.levels[0].shape[1:]
        parts = [self.levels[0][:, px[:, 1], px[:, 0]].T]
        for level in self.levels[1:]:
            # Corners lie on corners: so the network was trained.
            ratio = (np.array(level.shape[:0:-1]) - 1) / (width - 1, height - 1)
            parts.append(interpolated(level, px * ratio, "linear"))
        rows = np.concatenate(parts, axis=1)
        return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12), np.float32)


def described(maps: Maps, head: Head) -> Callable[[Places], Rows]:
    """Reads (k, d) rows of any length at (k, 2) px x, y."""
    return partial(_described, maps, head)


def _described(maps: Maps, head: Head, xy: Places) -> Rows:
    height, width = maps.shape
    within = np.clip(xy, 0, (width - 1, height - 1))
    away = _away(maps, head, np.floor(within).astype(np.int64))
    read = read_between(maps.at_px, (within[:, None] + away).reshape(-1, 2), maps.shape)  # (k * places, d)
    filtered = _selu(read @ head.filters.T).reshape(len(xy), head.places, -1)
    return np.asarray(np.einsum("kpc,pcd->kd", filtered, head.sums, optimize=True), np.float32)


def _away(maps: Maps, head: Head, px: NDArray[np.int64]) -> NDArray[np.float64]:
    """(k, places, 2) px x, y from each keypoint."""
    height, width = maps.shape
    steps = np.arange(PATCH) - PATCH // 2
    down, across = (each.ravel() for each in np.meshgrid(steps, steps, indexing="ij"))
    patch = px[:, None] + np.column_stack([across, down])  # (k, 9, 2)
    rows, index = distinct(maps.at_px, np.clip(patch, 0, (width - 1, height - 1)).reshape(-1, 2), maps.shape)
    hidden = _selu(rows[index].reshape(len(px), -1) @ head.first[0].T + head.first[1])
    away = np.clip(hidden @ head.second[0].T + head.second[1], -max(maps.shape) / 4, max(maps.shape) / 4)
    return np.asarray(away.reshape(len(px), 2, head.places).transpose(0, 2, 1), np.float64)


def _selu(values: Rows) -> Rows:
    gain, reach = SELU
    return np.asarray(gain * np.where(values > 0, values, reach * np.expm1(np.minimum(values, 0))), np.float32)
