"""R2D2 as a module that learns, and its losses [Revaud et al., R2D2: repeatable and reliable detector and descriptor,
NeurIPS 2019]."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from lookalike.models.r2d2 import DEVIATION, DIM, LAYERS, MEAN, PART

BINS: Final = 20
"""Steps of a cosine from 1 to 0."""
BASE: Final = 0.5
"""Average precision below which a place had better be called unreliable, in the end."""


class R2D2(nn.Module):  # type: ignore[misc]  # torch has no types here
    """Light (b, 3, h, w) in [0, 1] to unit rows (b, 128, h, w), reliability and repeatability (b, h, w) in [0, 1]."""

    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            layers: list[nn.Module] = []
            for _, out, inward, kernel, dilation, has_norm, is_rectified in LAYERS:
                around = dilation * (kernel - 1) // 2
                layers.append(nn.Conv2d(inward, out, kernel, padding=around, dilation=dilation))
                layers += [nn.BatchNorm2d(out, affine=False)] * has_norm + [nn.ReLU()] * is_rectified
            self.ops = nn.ModuleList(layers)
            self.clf, self.sal = nn.Conv2d(DIM, 2, 1), nn.Conv2d(DIM, 1, 1)
        mean, deviation = (torch.tensor(each)[None, :, None, None] for each in (MEAN, DEVIATION))
        self.register_buffer("mean", mean, persistent=False)
        self.register_buffer("deviation", deviation, persistent=False)

    def forward(self, light: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        value = (light - self.mean) / self.deviation
        for layer in self.ops:
            value = layer(value)
        squared = value * value
        reliability = torch.softmax(self.clf(squared), dim=1)[:, 1]
        repeated = functional.softplus(self.sal(squared))[:, 0]
        return functional.normalize(value, dim=1), reliability, repeated / (1 + repeated)

    def weights(self) -> dict[str, OrderedDict[str, Tensor]]:
        """Tensors by the names of the authors' checkpoint."""
        tensors = {f"module.{name}": value.detach().cpu() for name, value in self.state_dict().items()}
        return {PART: OrderedDict(tensors)}


def likeness_loss(one: Tensor, other: Tensor, inside: Tensor, patch: int) -> Tensor:
    """1 less the mean cosine of patches (patch x patch px) of two maps (b, h, w) of the same places.

    Patches that are not wholly `inside` (b, h, w) do not count.
    """
    found = [functional.unfold(each[:, None], patch, stride=patch // 2) for each in (one, other)]  # (b, patch^2, l)
    cosines = functional.cosine_similarity(*found, dim=1)
    whole = functional.unfold(inside[:, None].to(one.dtype), patch, stride=patch // 2).min(dim=1).values
    return 1 - (cosines * whole).sum() / whole.sum().clamp(min=1)


def peak_loss(heat: Tensor, patch: int) -> Tensor:
    """1 less the mean, over patches of a map (b, h, w), of how far the greatest is above the mean.

    The map is smoothed first, 3 px by 3, as the authors do: a px alone is no peak that another view shows.
    """
    smooth = functional.avg_pool2d(heat[:, None], 3, 1, 1)
    pooled = functional.max_pool2d(smooth, patch + 1, 1, patch // 2)
    return 1 - (pooled - functional.avg_pool2d(smooth, patch + 1, 1, patch // 2)).mean()


def average_precision(cosines: Tensor, right: Tensor) -> Tensor:
    """(q,) average precision of (q, m) cosines, of which `right` are to be first, in steps that have a gradient.

    [He, Lu & Sclaroff, Local descriptors optimized for average precision, CVPR 2018]. Cosines below 0 count as 0.
    """
    steps = torch.linspace(1, 0, BINS, device=cosines.device)
    near = (1 - (cosines.clamp(0, 1)[..., None] - steps).abs() * (BINS - 1)).clamp(min=0)  # (q, m, bins)
    of_right, of_all = (near * right[..., None]).sum(dim=1), near.sum(dim=1)
    precision = of_right.cumsum(dim=1) / of_all.cumsum(dim=1).clamp(min=1e-6)
    return (precision * of_right).sum(dim=1) / right.sum(dim=1).clamp(min=1)


def reliability_loss(precision: Tensor, reliability: Tensor) -> Tensor:
    """Mean over (q,) places: what is called reliable is to be found first, and nothing else is to be called so.

    Below `BASE`, or the mean precision while that is lower, a place had better be called unreliable: with a fixed base
    all places are at first, and rows, which learn as much as they are relied on, learn nothing more.
    """
    base = precision.detach().mean().clamp(max=BASE)
    return (1 - precision * reliability - base * (1 - reliability)).mean()
