"""No choice: every triplet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch

from lookalike.learn.batch import Batch, Triplets, every_triplet


@dataclass(frozen=True)
class All:
    """Every triplet of the batch."""

    name: ClassVar[str] = "all"
    revision: ClassVar[int] = 1

    def mine(self, batch: Batch, _generator: torch.Generator) -> Triplets:
        return every_triplet(batch.same, batch.different)
