"""Pairs pulled together and pushed apart.

Source: [Hadsell, Chopra, LeCun, Dimensionality reduction by learning an invariant mapping, CVPR 2006].
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from lookalike.learn.batch import Batch
from lookalike.learn.losses.terms import mean_of_positive


@dataclass(frozen=True)
class Contrastive:
    """d^p for a pair of one class, max(0, margin - d)^p for one of two; d: distance of rows of length 1.

    Each kind is averaged by itself, over the terms above zero: pairs of two classes are many, and most lie far apart.
    """

    name: ClassVar[str] = "contrastive"
    revision: ClassVar[int] = 1
    proxies: ClassVar[int] = 0
    margin: float = 1.0
    power: float = 2.0

    def __call__(self, batch: Batch) -> Tensor:
        near = batch.distances[batch.positives] ** self.power
        far = (self.margin - batch.distances[batch.negatives]).relu() ** self.power
        return mean_of_positive(near, batch.rows) + mean_of_positive(far, batch.rows)
