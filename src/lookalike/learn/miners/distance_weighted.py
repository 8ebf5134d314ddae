"""Negatives at every distance alike, where chance would draw nearly all at one.

Source: [Wu et al., Sampling matters in deep embedding learning, ICCV 2017].
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from lookalike.learn.batch import Batch, Triplets
from lookalike.learn.miners.drawing import one_negative_each


@dataclass(frozen=True)
class DistanceWeighted:
    """Every pair of one class, with a negative drawn by 1 / q(d).

    q(d) ~ d^(dim - 2) (1 - d^2 / 4)^((dim - 3) / 2) is how often two points of a sphere lie d apart. Nearer than
    `cutoff` counts as that; farther than `farthest`, where the loss is 0 anyway, is not drawn.
    """

    name: ClassVar[str] = "distance_weighted"
    revision: ClassVar[int] = 1
    cutoff: float = 0.5
    farthest: float = 1.4

    def mine(self, batch: Batch, generator: torch.Generator) -> Triplets:
        return one_negative_each(batch, self.weights(batch), generator)

    def weights(self, batch: Batch) -> Tensor:
        """(n, m) in [0, 1], the greatest of each row 1."""
        distances = batch.distances.detach().to(torch.float64)
        near = distances.clamp(min=self.cutoff)
        dim = batch.rows.shape[1]
        logarithm = (2 - dim) * near.log() + (3 - dim) / 2 * (1 - near**2 / 4).clamp(min=1e-8).log()
        logarithm = logarithm.masked_fill(~batch.different | (distances >= self.farthest), -torch.inf)
        highest = logarithm.amax(dim=1, keepdim=True).nan_to_num(neginf=0.0)
        return (logarithm - highest).exp()
