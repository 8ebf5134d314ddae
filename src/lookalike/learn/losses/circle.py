"""Pairs weighted by how far each is from where it should be.

Source: [Sun et al., Circle loss: a unified perspective of pair similarity optimization, CVPR 2020].
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.functional import softplus

from lookalike.learn.batch import Batch
from lookalike.learn.losses.terms import mean_or_zero


@dataclass(frozen=True)
class Circle:
    """log(1 + sum_n exp(s w_n (cos_n - m)) sum_p exp(-s w_p (cos_p - 1 + m))), the mean over rows that have both.

    The weights w_n = max(0, cos_n + m) and w_p = max(0, 1 + m - cos_p) pass no gradient.
    """

    name: ClassVar[str] = "circle"
    revision: ClassVar[int] = 1
    proxies: ClassVar[int] = 0
    margin: float = 0.4
    scale: float = 80.0

    def __call__(self, batch: Batch) -> Tensor:
        cosines, fixed = batch.cosines, batch.cosines.detach()
        near = -self.scale * (1 + self.margin - fixed).relu() * (cosines - 1 + self.margin)
        far = self.scale * (fixed + self.margin).relu() * (cosines - self.margin)
        compared = batch.positives.any(dim=1) & batch.negatives.any(dim=1)
        wanted = near[compared].masked_fill(~batch.positives[compared], -torch.inf)
        unwanted = far[compared].masked_fill(~batch.negatives[compared], -torch.inf)
        return mean_or_zero(softplus(torch.logsumexp(wanted, 1) + torch.logsumexp(unwanted, 1)), batch.rows)
