"""Each row against all others at once, every one of its class wanted.

Source: [Khosla et al., Supervised contrastive learning, NeurIPS 2020], the sum outside of the logarithm.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from lookalike.learn.batch import Batch
from lookalike.learn.losses.terms import mean_or_zero


@dataclass(frozen=True)
class SupervisedContrastive:
    """-1/|P| sum_p log( exp(cos(a, p) / t) / sum_o exp(cos(a, o) / t) ), o over P and N; the mean over rows a."""

    name: ClassVar[str] = "supervised_contrastive"
    revision: ClassVar[int] = 1
    proxies: ClassVar[int] = 0
    temperature: float = 0.1

    def __call__(self, batch: Batch) -> Tensor:
        logits = batch.cosines / self.temperature
        wanted = batch.positives
        compared = wanted.any(dim=1)
        among = logits.masked_fill(~(wanted | batch.negatives), -torch.inf)[compared]
        shares = logits[compared] - torch.logsumexp(among, dim=1, keepdim=True)
        each = (shares * wanted[compared]).sum(dim=1) / wanted[compared].sum(dim=1)
        return mean_or_zero(-each, batch.rows)
