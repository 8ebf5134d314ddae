"""SuperPoint as a module that learns, and its two losses [DeTone et al., SuperPoint, CVPRW 2018].

Batch norms stand between convolutions and what cuts off the negative, where the paper has them after it: they are
folded into the convolutions when weights are written, so that these are of the authors' layout. Where in its cell a
keypoint lies is hard to learn behind three poolings: each stage has a companion that is asked as well while it learns
[Lee et al., Deeply-supervised nets, AISTATS 2015].
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from lookalike.learn.features.pool import UNKNOWN
from lookalike.learn.features.warps import from_px, grid, moved, to_px
from lookalike.models.cells import CELL
from lookalike.models.superpoint import DIM

STAGES: Final = (("conv1a", "conv1b"), ("conv2a", "conv2b"), ("conv3a", "conv3b"), ("conv4a", "conv4b"))
WIDTHS: Final = (64, 64, 128, 128)
HIDDEN: Final = 256
MOSTLY_NONE: Final = 6.0
"""Logit of no keypoint in a cell at the beginning, beside those of 64 px: most cells have none."""
PULL: Final = 1.0
"""Cosine that two rows of one place are to have."""
PUSH: Final = 0.2
"""Cosine that two rows of different places may have."""


class SuperPoint(nn.Module):  # type: ignore[misc]  # torch has no types here
    """Light (b, 1, h, w) in [0, 1] to logits (b, 65, h/8, w/8) of a cell's px, and rows (b, 256, h/8, w/8)."""

    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            layers, inward = {}, 1
            for names, width in zip(STAGES, WIDTHS, strict=True):
                for name in names:
                    layers[name] = _layer(inward, width, 3)
                    inward = width
            layers |= {"convPa": _layer(inward, HIDDEN, 3), "convDa": _layer(inward, HIDDEN, 3)}
            layers |= {"convPb": _last(HIDDEN, CELL * CELL + 1), "convDb": _last(HIDDEN, DIM)}
            with torch.no_grad():
                layers["convPb"][0].bias[-1] = MOSTLY_NONE
            self.layers = nn.ModuleDict(layers)
            self.companions = nn.ModuleList(nn.Conv2d(width, 4**number, 1) for number, width in enumerate(WIDTHS))

    def forward(self, light: Tensor) -> tuple[Tensor, Tensor]:
        return self._heads(self._stages(light)[-1])

    def with_early(self, light: Tensor) -> tuple[Tensor, Tensor, list[Tensor]]:
        """Logits and rows, and the logits of each stage's companion, which sees no later stage."""
        stages = self._stages(light)
        found = []
        for number, (companion, value) in enumerate(zip(self.companions, stages, strict=True)):
            whole = functional.pixel_shuffle(companion(value), 2**number)  # (b, 1, h, w)
            cells = functional.pixel_unshuffle(whole, CELL)
            found.append(torch.cat([cells, torch.full_like(cells[:, :1], MOSTLY_NONE)], dim=1))
        return *self._heads(stages[-1]), found

    def _heads(self, value: Tensor) -> tuple[Tensor, Tensor]:
        logits = self.layers["convPb"](functional.relu(self.layers["convPa"](value)))
        rows = self.layers["convDb"](functional.relu(self.layers["convDa"](value)))
        return logits, functional.normalize(rows, dim=1)

    def _stages(self, light: Tensor) -> list[Tensor]:
        """Values after each stage, each half as large as the one before."""
        found, value = [], light
        for number, names in enumerate(STAGES):
            if number:
                value = functional.max_pool2d(value, 2)
            for name in names:
                value = functional.relu(self.layers[name](value))
            found.append(value)
        return found

    def weights(self) -> OrderedDict[str, Tensor]:
        """Tensors by the names of the authors' checkpoint."""
        found: OrderedDict[str, Tensor] = OrderedDict()
        for name, layer in self.layers.items():
            weight, bias = layer[0].weight, layer[0].bias
            if len(layer) > 1:
                norm = layer[1]
                times = norm.weight / torch.sqrt(norm.running_var + norm.eps)
                weight, bias = weight * times[:, None, None, None], (bias - norm.running_mean) * times + norm.bias
            found[f"{name}.weight"], found[f"{name}.bias"] = weight.detach().cpu(), bias.detach().cpu()
        return found


def _layer(inward: int, out: int, kernel: int) -> Any:
    return nn.Sequential(nn.Conv2d(inward, out, kernel, padding=kernel // 2), nn.BatchNorm2d(out))


def _last(inward: int, out: int) -> Any:
    return nn.Sequential(nn.Conv2d(inward, out, 1))


class Frozen(nn.Module):  # type: ignore[misc]  # torch has no types here
    """The network of a checkpoint of the authors' layout, which learns no more."""

    def __init__(self, weights: Mapping[str, Tensor]) -> None:
        super().__init__()
        for name, value in weights.items():
            self.register_buffer(name.replace(".", "_"), value)

    def forward(self, light: Tensor) -> tuple[Tensor, Tensor]:
        """Heat (b, h, w) and unit rows (b, 256, h/8, w/8)."""
        value = light
        for number, names in enumerate(STAGES):
            if number:
                value = functional.max_pool2d(value, 2)
            for name in names:
                value = functional.relu(self._convolved(name, value))
        logits, rows = (
            self._convolved(f"{head}b", functional.relu(self._convolved(f"{head}a", value)))
            for head in ("convP", "convD")
        )
        return heat_of(logits), functional.normalize(rows, dim=1)

    def _convolved(self, name: str, value: Tensor) -> Tensor:
        weight = getattr(self, f"{name}_weight")
        return functional.conv2d(value, weight, getattr(self, f"{name}_bias"), padding=weight.shape[2] // 2)


def heat_of(logits: Tensor) -> Tensor:
    """(b, h, w) probability of each px to be the keypoint of its cell."""
    return functional.pixel_shuffle(torch.softmax(logits.float(), dim=1)[:, :-1], CELL)[:, 0]


def detector_loss(logits: Tensor, classes: Tensor) -> Tensor:
    """Mean cross-entropy of the 65 classes of a cell; `classes` (b, h/8, w/8), unknown ones do not count."""
    if not (classes != UNKNOWN).any():
        return logits.sum() * 0
    return functional.cross_entropy(logits.float(), classes, ignore_index=UNKNOWN)


def rows_loss(rows: Tensor, others: Tensor, maps: Tensor, inside: Tensor) -> Tensor:
    """Hinge of the cosines of cells: at least `PULL` where both show one place, at most `PUSH` elsewhere.

    `maps` (b, 3, 3) take places of `others` to places of `rows`, both (b, 256, c, c); `inside` (b, 8 c, 8 c) says which
    px of the others are of a picture. Cells whose middles lie within 8 px show one place. Either kind of pair counts
    half, where the paper weighs pairs of one place by 250.
    """
    cells = rows.shape[-1]
    middles = to_px(grid(cells, cells, rows.device), cells * CELL)  # (c^2, 2)
    places = to_px(moved(from_px(middles, cells * CELL).expand(len(maps), -1, -1), maps), cells * CELL)
    same = torch.cdist(places, middles.expand(len(maps), -1, -1)) <= CELL  # (b, others, rows)
    known = inside.reshape(-1, cells, CELL, cells, CELL).all(dim=4).all(dim=2).reshape(len(maps), -1, 1)
    cosines = others.flatten(2).float().transpose(1, 2) @ rows.flatten(2).float()
    pulled = _mean((PULL - cosines).clamp(min=0), same & known)
    return (pulled + _mean((cosines - PUSH).clamp(min=0), ~same & known)) / 2


def _mean(values: Tensor, counted: Tensor) -> Tensor:
    return (values * counted).sum() / counted.sum().clamp(min=1)
