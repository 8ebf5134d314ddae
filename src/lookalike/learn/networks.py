"""Networks to be trained: heads on rows that are there, and a small one on pixels."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from lookalike.learn.closed_form import principal
from lookalike.models.own_network import BLOCKS, MIDDLE


def linear_head(rows: NDArray[np.float32], dim: int) -> Any:
    """Module (b, d) -> (b, dim) that begins as the principal components of the rows (n, d), their mean taken off.

    Untrained it is PCA: what training gains, it gains beyond that.
    """
    start = principal(rows, dim)
    if start.matrix.shape[1] < dim:
        raise ValueError(f"rows of {start.matrix.shape[1]} directions have no {dim} principal components")
    head = nn.Linear(rows.shape[1], dim)
    with torch.no_grad():
        head.weight.copy_(torch.from_numpy(start.matrix.T.copy()))
        head.bias.copy_(torch.from_numpy(-start.mean @ start.matrix))
    return head


def hidden_head(rows: NDArray[np.float32], dim: int, seed: int, width: int = 512) -> Any:
    """Module (b, d) -> (b, dim) with one hidden layer of `width`, which begins by chance; rows (n, d) give d alone."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return nn.Sequential(nn.Linear(rows.shape[1], width), nn.ReLU(), nn.Linear(width, dim))


def small_convnet(dim: int, seed: int, channels: int = 32, inputs: int = 1) -> Any:
    """Module (b, inputs, h, w) -> (b, dim), h and w 16 or more: four blocks of convolution, normalisation and halving.

    The network of few-shot papers [Vinyals et al., Matching networks, NIPS 2016], half as wide; larger pictures than
    their 28 px are averaged at the end.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        blocks = [_block(inputs if at == 0 else channels, channels) for at in range(BLOCKS)]
        return nn.Sequential(*blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, dim))


def of_pixels(dim: int, seed: int, channels: int = 32) -> Any:
    """Module (b, 3, h, w) uint8 or of numbers as large -> (b, dim): a `small_convnet` of what is centred."""
    return nn.Sequential(_Centred(), *small_convnet(dim, seed, channels, inputs=3))


class _Centred(nn.Module):  # type: ignore[misc]  # torch has no types here
    def forward(self, pixels: Tensor) -> Tensor:
        return (pixels.to(torch.float32) - MIDDLE) / MIDDLE


def _block(before: int, after: int) -> Any:
    return nn.Sequential(nn.Conv2d(before, after, 3, padding=1), nn.BatchNorm2d(after), nn.ReLU(), nn.MaxPool2d(2))
