"""Pairs of one class are to point one way, others not [Bromley et al., Siamese time delay networks, NIPS 1993]."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from lookalike.learn.batch import Batch
from lookalike.learn.losses.terms import mean_or_zero


@dataclass(frozen=True)
class Siamese:
    """1 - cos for a pair of label +1, max(0, cos - margin) for one of label -1; the mean over all pairs."""

    name: ClassVar[str] = "siamese"
    revision: ClassVar[int] = 1
    proxies: ClassVar[int] = 0
    margin: float = 0.3

    def __call__(self, batch: Batch) -> Tensor:
        near = 1 - batch.cosines[batch.positives]
        far = (batch.cosines[batch.negatives] - self.margin).relu()
        return mean_or_zero(torch.cat([near, far]), batch.rows)
