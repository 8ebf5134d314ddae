"""Others that lie beyond the one of the anchor's class, yet within the margin.

Source: [Schroff et al., FaceNet: a unified embedding for face recognition and clustering, CVPR 2015].
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch

from lookalike.learn.batch import Batch, Triplets


@dataclass(frozen=True)
class SemiHard:
    """Every triplet with 0 < d2(a, n) - d2(a, p) < margin, d2 the squared distance of rows of length 1."""

    name: ClassVar[str] = "semi_hard"
    revision: ClassVar[int] = 1
    margin: float = 0.2

    def mine(self, batch: Batch, _generator: torch.Generator) -> Triplets:
        squares = batch.squares.detach()
        gap = squares[:, None, :] - squares[:, :, None]  # (n, positive, negative)
        chosen = batch.same[:, :, None] & batch.different[:, None, :] & (gap > 0) & (gap < self.margin)
        return Triplets(*torch.where(chosen))
