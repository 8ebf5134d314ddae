"""Pictures on a device with the places that are to be found in them: batches are views of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from torch import Tensor

from lookalike.learn.features.light import relit
from lookalike.learn.features.shapes import MOST, drawn
from lookalike.learn.features.warps import from_px, moved, seen, to_px
from lookalike.models.cells import CELL

NOWHERE: Final = 9.0
"""Place of a point that there is not: far outside of every view."""
NONE: Final = CELL * CELL
"""Class of a cell without a point."""
UNKNOWN: Final = -100
"""Class of a cell that a picture does not fill: a loss passes over it."""
GREY: Final = (0.299, 0.587, 0.114)


@dataclass(frozen=True, eq=False)
class View:
    """Light (b, c, side, side), whether a px lies in its picture (b, side, side), and points (b, k, 2) in px."""

    light: Tensor
    inside: Tensor
    points: Tensor


@dataclass(frozen=True, eq=False)
class Pool:
    """Square pictures (n, c, s, s) uint8 and points (n, k, 2) in [-1, 1]; rows that are `NOWHERE` fill up."""

    pictures: Tensor
    points: Tensor

    def __len__(self) -> int:
        return len(self.pictures)

    def to(self, device: str) -> Pool:
        return Pool(self.pictures.to(device), self.points.to(device))

    def view(self, chosen: Tensor, maps: Tensor, side: int, generator: torch.Generator) -> View:
        """Chosen (b,) pictures through (b, 3, 3) warps, in another light each."""
        light, inside = seen(self.pictures[chosen].to(torch.float32) / 255, maps, side)
        points = moved(self.points[chosen], torch.linalg.inv(maps))
        return View(relit(light, generator), inside, to_px(points, side))


def of_shapes(count: int, side: int, rng: np.random.Generator) -> Pool:
    """Drawn shapes with their corners."""
    shapes = [drawn(rng, side) for _ in range(count)]
    points = np.full((count, MOST, 2), NOWHERE, np.float32)
    for row, shape in zip(points, shapes, strict=True):
        row[: len(shape.corners)] = from_px(torch.from_numpy(shape.corners), side).numpy()
    return Pool(torch.from_numpy(np.stack([shape.grey for shape in shapes])[:, None]), torch.from_numpy(points))


def grey_of(pictures: Tensor) -> Tensor:
    """(n, 1, s, s) of (n, 3, s, s) uint8."""
    weights = torch.tensor(GREY, device=pictures.device)[None, :, None, None]
    parts = [(part.to(torch.float32) * weights).sum(dim=1, keepdim=True).round() for part in pictures.split(256)]
    return torch.cat(parts).to(torch.uint8)


def classes_of(view: View) -> Tensor:
    """(b, h/8, w/8) of each cell: which of its px, row by row, is a point, `NONE`, or `UNKNOWN`.

    Of several points in one cell one counts.
    """
    side = view.light.shape[-1]
    cells = side // CELL
    x, y = view.points.round().long().unbind(dim=-1)  # (b, k)
    there = (x >= 0) & (x < side) & (y >= 0) & (y < side)
    found = torch.full((len(x), cells * cells + 1), NONE, device=x.device)  # the last is for those that are not there
    cell = torch.where(there, (y // CELL) * cells + x // CELL, cells * cells)
    found.scatter_(1, cell, (y % CELL) * CELL + x % CELL)
    classes = found[:, :-1].reshape(-1, cells, cells)
    whole = view.inside.reshape(-1, cells, CELL, cells, CELL).all(dim=4).all(dim=2)
    return torch.where(whole, classes, torch.full_like(classes, UNKNOWN))
