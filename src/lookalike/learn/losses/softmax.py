"""Classes told apart by cross-entropy: by inner products, or by angles alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor
from torch.nn.functional import cross_entropy

from lookalike.learn.batch import Batch


@dataclass(frozen=True)
class Softmax:
    """-log( exp(x.w_y) / sum_c exp(x.w_c) ), the mean over rows x; a proxy w_c a class."""

    name: ClassVar[str] = "softmax"
    revision: ClassVar[int] = 1
    proxies: ClassVar[int] = 1

    def __call__(self, batch: Batch) -> Tensor:
        return cross_entropy(batch.rows @ batch.needed_proxies[:, 0].T, batch.labels)


@dataclass(frozen=True)
class NormalisedSoftmax:
    """-log( exp(s cos t_y) / sum_c exp(s cos t_c) ), t_c the angle of a row and a proxy: lengths say nothing.

    Source: [Zhai, Wu, Classification is a strong baseline for deep metric learning, BMVC 2019].
    """

    name: ClassVar[str] = "normalised_softmax"
    revision: ClassVar[int] = 1
    proxies: ClassVar[int] = 1
    scale: float = 20.0

    def __call__(self, batch: Batch) -> Tensor:
        return cross_entropy(self.scale * batch.to_proxies[:, :, 0], batch.labels)
