"""Each pair of one class with any other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch

from lookalike.learn.batch import Batch, Triplets
from lookalike.learn.miners.drawing import one_negative_each


@dataclass(frozen=True)
class RandomNegative:
    """Every pair of one class, with a negative of the anchor drawn evenly."""

    name: ClassVar[str] = "random"
    revision: ClassVar[int] = 1

    def mine(self, batch: Batch, generator: torch.Generator) -> Triplets:
        return one_negative_each(batch, batch.different.to(torch.float32), generator)
