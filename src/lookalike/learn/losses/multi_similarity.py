"""Pairs weighted by how far they are wrong, and by how wrong the others of their row are.

Source: [Wang et al., Multi-similarity loss with general pair weighting for deep metric learning, CVPR 2019].
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from lookalike.learn.batch import Batch
from lookalike.learn.losses.terms import log_one_and_sum


@dataclass(frozen=True)
class MultiSimilarity:
    """log(1 + sum_p exp(-a (cos_p - base))) / a + log(1 + sum_n exp(b (cos_n - base))) / b, the mean over rows."""

    name: ClassVar[str] = "multi_similarity"
    revision: ClassVar[int] = 1
    proxies: ClassVar[int] = 0
    a: float = 2.0
    b: float = 50.0
    base: float = 0.5

    def __call__(self, batch: Batch) -> Tensor:
        beyond = batch.cosines - self.base
        near = log_one_and_sum(-self.a * beyond, batch.positives, dim=1) / self.a
        far = log_one_and_sum(self.b * beyond, batch.negatives, dim=1) / self.b
        return (near + far).mean()
