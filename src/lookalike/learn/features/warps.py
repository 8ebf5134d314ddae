"""Homographies drawn by chance, and pictures and points seen through them, all on one device.

A warp (3, 3) takes places of what is made to places of what it is made of, both in [-1, 1] across and down, where the
outer edges of the outermost px lie [PyTorch's `grid_sample` without aligned corners].
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

SQUARE = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)], np.float32)


@dataclass(frozen=True)
class Views:
    """How far a view may be from another: degrees of turn, logarithm of size, shares of the half side."""

    turn: float = 25.0
    enlarge: float = 0.25
    shift: float = 0.15
    slant: float = 0.2

    def drawn(self, count: int, rng: np.random.Generator) -> Tensor:
        """(count, 3, 3)"""
        return torch.from_numpy(np.stack([self._one(rng) for _ in range(count)]))

    def _one(self, rng: np.random.Generator) -> NDArray[np.float32]:
        turn, size = np.radians(rng.uniform(-self.turn, self.turn)), np.exp(rng.uniform(-self.enlarge, self.enlarge))
        corners = SQUARE + rng.uniform(-self.slant, self.slant, (4, 2))
        turned = corners @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]) * size
        moved = turned + rng.uniform(-self.shift, self.shift, 2)
        return np.asarray(cv2.getPerspectiveTransform(SQUARE, moved.astype(np.float32)), np.float32)


def crops(count: int, share: float, rng: np.random.Generator) -> Tensor:
    """(count, 3, 3) warps that show a part of that share of the side, anywhere."""
    maps = np.tile(np.diag([share, share, 1]).astype(np.float32), (count, 1, 1))
    maps[:, :2, 2] = rng.uniform(-(1 - share), 1 - share, (count, 2))
    return torch.from_numpy(maps)


def moved(points: Tensor, maps: Tensor) -> Tensor:
    """(b, k, 2) points by (b, 3, 3) maps."""
    ones = torch.ones_like(points[..., :1])
    found = torch.cat([points, ones], dim=-1) @ maps.transpose(1, 2)
    depth = found[..., 2:]
    return found[..., :2] / torch.where(depth.abs() < 1e-6, torch.full_like(depth, 1e-6), depth)


def grid(height: int, width: int, device: torch.device | str) -> Tensor:
    """(height * width, 2) middles of cells in [-1, 1], row by row."""
    y, x = ((torch.arange(n, device=device) + 0.5) * 2 / n - 1 for n in (height, width))
    return torch.stack(torch.meshgrid(y, x, indexing="ij")[::-1], dim=-1).reshape(-1, 2)


def seen(pictures: Tensor, maps: Tensor, side: int) -> tuple[Tensor, Tensor]:
    """(b, c, side, side) views of (b, c, h, w) pictures, and (b, side, side) whether a px lies in its picture."""
    places = moved(grid(side, side, pictures.device).expand(len(maps), -1, -1), maps)
    inside = (places.abs() <= 1).all(dim=-1).reshape(-1, side, side)
    found = torch.nn.functional.grid_sample(
        pictures, places.reshape(-1, side, side, 2), padding_mode="border", align_corners=False
    )
    return found, inside


def to_px(places: Tensor, side: int) -> Tensor:
    """px of a square picture, middles at integers."""
    return ((places + 1) * side - 1) / 2


def from_px(px: Tensor, side: int) -> Tensor:
    """Places in [-1, 1]."""
    return (2 * px + 1) / side - 1
