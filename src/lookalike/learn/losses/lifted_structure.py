"""Each pair of one class against all others that either of the two is near.

Source: [Oh Song et al., Deep metric learning via lifted structured feature embedding, CVPR 2016].
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from lookalike.learn.batch import Batch
from lookalike.learn.losses.terms import mean_or_zero


@dataclass(frozen=True)
class LiftedStructure:
    """max(0, d(i, j) + log( sum_k exp(margin - d(i, k)) + sum_l exp(margin - d(j, l)) ))^2 / 2, over pairs i, j.

    k and l run over what is of another class than i, and than j; d: distance of rows of length 1. A j from beyond the
    batch has no distances to others: its sum is left out.
    """

    name: ClassVar[str] = "lifted_structure"
    revision: ClassVar[int] = 1
    proxies: ClassVar[int] = 0
    margin: float = 1.0

    def __call__(self, batch: Batch) -> Tensor:
        away = (self.margin - batch.distances).masked_fill(~batch.negatives, -torch.inf)
        pushed = torch.logsumexp(away, dim=1)  # (n,)
        first, second = torch.where(batch.positives & batch.negatives.any(dim=1)[:, None])
        inside = second < len(pushed)
        other = torch.where(inside, pushed[second.clamp(max=len(pushed) - 1)], -torch.inf)
        terms = (batch.distances[first, second] + torch.logaddexp(pushed[first], other)).relu() ** 2
        return mean_or_zero(terms, batch.rows) / 2
