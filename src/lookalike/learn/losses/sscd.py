"""Copies pulled to their original, and every picture pushed from its nearest other, so that rows fill the sphere.

Source: [Pizzi et al., A self-supervised descriptor for image copy detection, CVPR 2022]; the entropy is that of
[Kozachenko & Leonenko 1987], as in [Sablayrolles et al., Spreading vectors for similarity search, ICLR 2019].
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from lookalike.learn.batch import Batch
from lookalike.learn.losses.n_pairs import pair_against_all


@dataclass(frozen=True)
class Sscd:
    """NT-Xent - entropy * mean over rows a of log min_n |a - n|, n of other classes; a class is a picture's copies."""

    name: ClassVar[str] = "sscd"
    revision: ClassVar[int] = 1
    proxies: ClassVar[int] = 0
    temperature: float = 0.05
    entropy: float = 30.0

    def __call__(self, batch: Batch) -> Tensor:
        pull = pair_against_all(batch.cosines / self.temperature, batch)
        nearest = batch.distances.masked_fill(~batch.negatives, torch.inf).min(dim=1).values
        apart = nearest[torch.isfinite(nearest)]
        if len(apart) == 0:
            return pull
        return pull - self.entropy * torch.log(apart).mean()
