"""A row among proxies of the classes in place of other rows.

Sources: [Movshovitz-Attias et al., No fuss distance metric learning using proxies, ICCV 2017] and [Teh et al.,
ProxyNCA++: revisiting and revitalizing proxy neighborhood component analysis, ECCV 2020].
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, one_hot

from lookalike.learn.batch import Batch
from lookalike.learn.losses.terms import mean_or_zero


@dataclass(frozen=True)
class ProxyNca:
    """-log( exp(-d2(x, p_y)) / sum_{c != y} exp(-d2(x, p_c)) ), the mean over rows x; may be below 0.

    d2: squared distance of a row and a proxy of length 1. With one class there is nothing to compare.
    """

    name: ClassVar[str] = "proxy_nca"
    revision: ClassVar[int] = 1
    proxies: ClassVar[int] = 1

    def __call__(self, batch: Batch) -> Tensor:
        squares = 2 - 2 * batch.to_proxies[:, :, 0]
        own = one_hot(batch.labels, squares.shape[1]).bool()
        if squares.shape[1] < 2:
            return mean_or_zero(squares[:0, 0], batch.rows)
        others = torch.logsumexp((-squares).masked_fill(own, -torch.inf), dim=1)
        return (squares[own] + others).mean()


@dataclass(frozen=True)
class ProxyNcaPlusPlus:
    """-log( exp(-d2(x, p_y) / t) / sum_c exp(-d2(x, p_c) / t) ), the mean over rows x."""

    name: ClassVar[str] = "proxy_nca_pp"
    revision: ClassVar[int] = 1
    proxies: ClassVar[int] = 1
    temperature: float = 1 / 9

    def __call__(self, batch: Batch) -> Tensor:
        return cross_entropy((2 * batch.to_proxies[:, :, 0] - 2) / self.temperature, batch.labels)
