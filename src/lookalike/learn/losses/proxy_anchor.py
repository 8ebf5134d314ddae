"""Each proxy against all rows of a batch.

Source: [Kim et al., Proxy anchor loss for deep metric learning, CVPR 2020].
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor
from torch.nn.functional import one_hot

from lookalike.learn.batch import Batch
from lookalike.learn.losses.terms import log_one_and_sum


@dataclass(frozen=True)
class ProxyAnchor:
    """mean_P+ log(1 + sum_x+ exp(-s (cos - margin))) + mean_P log(1 + sum_x- exp(s (cos + margin))).

    P: all proxies, P+: those whose class is in the batch; x+ and x-: rows of the proxy's class, and of others.
    """

    name: ClassVar[str] = "proxy_anchor"
    revision: ClassVar[int] = 1
    proxies: ClassVar[int] = 1
    margin: float = 0.1
    scale: float = 32.0

    def __call__(self, batch: Batch) -> Tensor:
        cosines = batch.to_proxies[:, :, 0]
        own = one_hot(batch.labels, cosines.shape[1]).bool()
        near = log_one_and_sum(-self.scale * (cosines - self.margin), own, dim=0)
        far = log_one_and_sum(self.scale * (cosines + self.margin), ~own, dim=0)
        return near[own.any(dim=0)].mean() + far.mean()
