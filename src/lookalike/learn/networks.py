"""Networks to be trained: a linear head on rows that are there, and a small one for drawings."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from lookalike.learn.closed_form import principal


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


def small_convnet(dim: int, seed: int, channels: int = 32) -> Any:
    """Module (b, 1, 28, 28) -> (b, dim): four blocks of convolution, normalisation and halving.

    The network of few-shot papers [Vinyals et al., Matching networks, NIPS 2016], half as wide.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        blocks = [_block(1 if at == 0 else channels, channels) for at in range(4)]
        return nn.Sequential(*blocks, nn.Flatten(), nn.Linear(channels, dim))


def _block(before: int, after: int) -> Any:
    return nn.Sequential(nn.Conv2d(before, after, 3, padding=1), nn.BatchNorm2d(after), nn.ReLU(), nn.MaxPool2d(2))
