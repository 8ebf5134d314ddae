"""Each pair of one class against all others that the first of the two is near.

Sources: [Sohn, Improved deep metric learning with multi-class N-pair loss objective, NIPS 2016], and, by cosines with
a temperature, [Chen et al., A simple framework for contrastive learning of visual representations, ICML 2020].
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from lookalike.learn.batch import Batch
from lookalike.learn.losses.terms import mean_or_zero


@dataclass(frozen=True)
class NPairs:
    """-log( exp(a.p) / (exp(a.p) + sum_n exp(a.n)) ) + pull |a|^2, by inner products; the mean over pairs a, p."""

    name: ClassVar[str] = "n_pairs"
    revision: ClassVar[int] = 1
    proxies: ClassVar[int] = 0
    pull: float = 0.002

    def __call__(self, batch: Batch) -> Tensor:
        return pair_against_all(batch.products, batch) + self.pull * (batch.rows**2).sum(dim=1).mean()


@dataclass(frozen=True)
class NtXent:
    """-log( exp(cos(a, p) / t) / (exp(cos(a, p) / t) + sum_n exp(cos(a, n) / t)) ), the mean over pairs a, p."""

    name: ClassVar[str] = "nt_xent"
    revision: ClassVar[int] = 1
    proxies: ClassVar[int] = 0
    temperature: float = 0.07

    def __call__(self, batch: Batch) -> Tensor:
        return pair_against_all(batch.cosines / self.temperature, batch)


def pair_against_all(logits: Tensor, batch: Batch) -> Tensor:
    """Mean cross-entropy of each pair of one class among the pairs of two classes of its first row; (n, m) logits."""
    anchors, others = torch.where(batch.positives)
    away = torch.logsumexp(logits.masked_fill(~batch.negatives, -torch.inf), dim=1)  # (n,), -inf where none
    own = logits[anchors, others]
    return mean_or_zero(torch.logaddexp(own, away[anchors]) - own, batch.rows)
