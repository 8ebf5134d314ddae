"""The hardest: what is of the anchor's class and far, what is of another and near.

Source: [Hermans et al., In defense of the triplet loss for person re-identification, 2017].
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from lookalike.learn.batch import Batch, Triplets


@dataclass(frozen=True)
class HardNegative:
    """Every pair of one class, with the nearest of another."""

    name: ClassVar[str] = "hard_negative"
    revision: ClassVar[int] = 1

    def mine(self, batch: Batch, _generator: torch.Generator) -> Triplets:
        anchors, positives = torch.where(batch.same & batch.different.any(dim=1)[:, None])
        return Triplets(anchors, positives, nearest_other(batch)[anchors])


@dataclass(frozen=True)
class HardPositive:
    """Every pair of two classes, with the farthest of the anchor's own."""

    name: ClassVar[str] = "hard_positive"
    revision: ClassVar[int] = 1

    def mine(self, batch: Batch, _generator: torch.Generator) -> Triplets:
        anchors, negatives = torch.where(batch.different & batch.same.any(dim=1)[:, None])
        return Triplets(anchors, farthest_own(batch)[anchors], negatives)


@dataclass(frozen=True)
class HardPair:
    """For each anchor the farthest of its own class and the nearest of another ("batch hard")."""

    name: ClassVar[str] = "hard_pair"
    revision: ClassVar[int] = 1

    def mine(self, batch: Batch, _generator: torch.Generator) -> Triplets:
        (anchors,) = torch.where(batch.same.any(dim=1) & batch.different.any(dim=1))
        return Triplets(anchors, farthest_own(batch)[anchors], nearest_other(batch)[anchors])


def nearest_other(batch: Batch) -> Tensor:
    """(n,) number of the nearest reference of another class; of ties the first."""
    return batch.cosines.detach().masked_fill(~batch.different, -torch.inf).argmax(dim=1)


def farthest_own(batch: Batch) -> Tensor:
    """(n,) number of the farthest reference of the row's own class; of ties the first."""
    return batch.cosines.detach().masked_fill(~batch.same, torch.inf).argmin(dim=1)
