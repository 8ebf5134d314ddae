"""Several centres a class: things of one name may look unlike.

Source: [Qian et al., SoftTriple loss: deep metric learning without triplet sampling, ICCV 2019].
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, normalize, one_hot

from lookalike.learn.batch import Batch


@dataclass(frozen=True)
class SoftTriple:
    """-log( exp(s (S_y - margin)) / (exp(s (S_y - margin)) + sum_{c != y} exp(s S_c)) ) + together * R.

    S_c = sum_k softmax_k(cos_ck / t) cos_ck over the k centres of class c. R, the mean distance of centres of one
    class, lets those that are not needed fall together.
    """

    name: ClassVar[str] = "soft_triple"
    revision: ClassVar[int] = 1
    proxies: int = 4
    scale: float = 20.0
    temperature: float = 0.1
    margin: float = 0.01
    together: float = 0.2

    def __call__(self, batch: Batch) -> Tensor:
        cosines = batch.to_proxies  # (n, c, k)
        shares = torch.softmax(cosines / self.temperature, dim=2)
        relaxed = (shares * cosines).sum(dim=2)
        own = one_hot(batch.labels, relaxed.shape[1])
        loss = cross_entropy(self.scale * (relaxed - self.margin * own), batch.labels)
        return loss + self.together * _mean_distance(normalize(batch.needed_proxies, dim=2))


def _mean_distance(centres: Tensor) -> Tensor:
    """Mean over every two centres of a class, and over all classes; (c, k, d) unit rows."""
    k = centres.shape[1]
    first, second = torch.triu_indices(k, k, offset=1, device=centres.device)
    if not len(first):
        return centres.sum() * 0
    cosines = (centres[:, first] * centres[:, second]).sum(dim=2)
    return (2 + 1e-5 - 2 * cosines).sqrt().mean()
