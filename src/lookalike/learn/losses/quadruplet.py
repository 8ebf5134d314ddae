"""A triplet, and two of other classes that are to lie farther apart than those of one.

Source: [Chen et al., Beyond triplet loss: a deep quadruplet network for person re-identification, CVPR 2017].
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from lookalike.learn.batch import Batch
from lookalike.learn.losses.terms import mean_of_positive

AT_ONCE = 2**22
"""Quadruplets of one array."""


@dataclass(frozen=True)
class Quadruplet:
    """max(0, d2(a, p) - d2(a, n) + margin) + max(0, d2(a, p) - d2(n, o) + other_margin).

    d2: squared distance of rows of length 1; o is every row of a class that is neither the anchor's nor n's. Each part
    is the mean of its terms above zero.
    """

    name: ClassVar[str] = "quadruplet"
    revision: ClassVar[int] = 1
    proxies: ClassVar[int] = 0
    margin: float = 0.2
    other_margin: float = 0.1

    def __call__(self, batch: Batch) -> Tensor:
        chosen = batch.chosen
        near = batch.squares[chosen.anchors, chosen.positives]
        far = batch.squares[chosen.anchors, chosen.negatives]
        first = mean_of_positive((near - far + self.margin).relu(), batch.rows)
        return first + self._apart(batch, near)

    def _apart(self, batch: Batch, near: Tensor) -> Tensor:
        """Second part. A negative from beyond the batch has no distances to others, and is left out."""
        chosen, n = batch.chosen, len(batch.rows)
        total, count = batch.rows.sum() * 0, 0
        for part in torch.arange(len(chosen), device=near.device).split(max(1, AT_ONCE // n)):
            part = part[chosen.negatives[part] < n]
            own, negative = batch.labels[chosen.anchors[part]], chosen.negatives[part]
            third = batch.different[negative, :n] & (batch.labels[None] != own[:, None])
            terms = (near[part, None] - batch.squares[negative, :n] + self.other_margin).relu()[third]
            total, count = total + terms.sum(), count + int((terms > 0).sum())
        return total / max(count, 1)
