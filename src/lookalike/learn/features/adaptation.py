"""Keypoints of photos by a detector that knows drawn shapes alone: the mean over many views
[DeTone et al., SuperPoint, CVPRW 2018, section 5: homographic adaptation]."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from lookalike.learn.features.pool import NOWHERE
from lookalike.learn.features.superpoint import heat_of
from lookalike.learn.features.warps import Views, from_px, moved, seen
from lookalike.models.cells import CELL

APART: Final = 4
"""px within which there is one keypoint."""
LEAST: Final = 0.015
"""Mean probability of a keypoint."""


def adapted(network: Any, pictures: Tensor, views: int, most: int, rng: np.random.Generator) -> Tensor:
    """(n, most, 2) places in [-1, 1] of grey pictures (n, 1, s, s) uint8, the surest first; `NOWHERE` fills up.

    The first of the views is the picture itself.
    """
    network.eval()
    with torch.no_grad():
        return torch.cat([_of_one(network, picture[None], views, most, rng) for picture in pictures])


def _of_one(network: Any, picture: Tensor, views: int, most: int, rng: np.random.Generator) -> Tensor:
    heat = mean_heat(network, picture, Views().drawn(views - 1, rng))
    return best_places(heat[None], most)


def mean_heat(network: Any, picture: Tensor, maps: Tensor) -> Tensor:
    """(s, s) mean probability over the views (v, 3, 3) and the picture (1, 1, s, s) itself, where these show a px."""
    side = picture.shape[-1]
    maps = torch.cat([torch.eye(3)[None], maps]).to(picture.device)
    light, inside = seen(picture.to(torch.float32).expand(len(maps), -1, -1, -1) / 255, maps, side)
    outside = functional.max_pool2d((~inside)[:, None].to(torch.float32), 2 * APART + 1, 1, APART)
    whole = 1 - outside  # at the edge of a picture there is none, and a detector sees one
    back, there = seen(heat_of(network(light)[0])[:, None] * whole, torch.linalg.inv(maps), side)
    shown, _ = seen(whole, torch.linalg.inv(maps), side)
    counted = shown[:, 0] * there
    return (back[:, 0] * there).sum(dim=0) / counted.sum(dim=0).clamp(min=1e-6)


def best_places(heat: Tensor, most: int, least: float = LEAST) -> Tensor:
    """(b, most, 2) places in [-1, 1] of the greatest within `APART` px in (b, s, s) maps, best first."""
    side = heat.shape[-1]
    greatest = functional.max_pool2d(heat[:, None], 2 * APART + 1, 1, APART)[:, 0]
    kept = torch.where((heat == greatest) & (heat > least), heat, torch.zeros_like(heat))
    values, at = kept.flatten(1).topk(min(most, side * side), dim=1)
    px = torch.stack([at % side, at // side], dim=-1).to(torch.float32)
    places = from_px(px, side)
    return torch.where(values[..., None] > 0, places, torch.full_like(places, NOWHERE))


def repeated(heat: Callable[[Tensor], Tensor], pictures: Tensor, maps: Tensor, count: int, near: float = 3.0) -> Tensor:
    """(n,) share of the best `count` keypoints that both a picture (n, c, s, s) and its view show, found in both.

    Each is the other's nearest, within `near` px of the view [Schmid, Mohr & Bauckhage, IJCV 2000]. `heat` rates
    each px (b, s, s) of light (b, c, s, s).
    """
    side = pictures.shape[-1] // CELL * CELL
    with torch.no_grad():
        shares = []
        for picture, one in zip(pictures, maps.to(pictures.device), strict=True):
            light = picture[None, :, :side, :side].to(torch.float32) / 255
            view, _ = seen(light, one[None], side)
            heats = heat(torch.cat([light, view]))
            shares.append(share_found_twice(best_places(heats, count, 0.0).unbind(), one, side, near))
    return torch.stack(shares)


def share_found_twice(places: Sequence[Tensor], map_: Tensor, side: int, near: float = 3.0) -> Tensor:
    """Share of the places (k, 2) in a picture and in its view that both can show and that are found in both."""
    ours, theirs = (each[(each.abs() <= 1).all(dim=1)] for each in places)
    in_view, in_ours = moved(ours[None], torch.linalg.inv(map_)[None])[0], moved(theirs[None], map_[None])[0]
    ours, theirs = in_view[(in_view.abs() <= 1).all(dim=1)], theirs[(in_ours.abs() <= 1).all(dim=1)]
    fewer = min(len(ours), len(theirs))
    if fewer == 0:
        return torch.zeros((), device=map_.device)
    distances = torch.cdist(ours, theirs) * side / 2
    nearest = distances.argmin(dim=1)
    mutual = distances.argmin(dim=0)[nearest] == torch.arange(len(ours), device=map_.device)
    return (mutual & (distances.min(dim=1).values <= near)).sum() / fewer
