"""k-reciprocal encoding: pictures are alike that have the same mutual neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from lookalike.search.ranking.rerank import Scores


@dataclass(frozen=True)
class KReciprocal:
    """Overlap of sets of mutual neighbours, each extended by its members' and averaged over the `few` nearest.

    [Zhong et al., Re-ranking person re-identification with k-reciprocal encoding, CVPR 2017]; `beside` is the weight of
    the score itself.
    """

    name: ClassVar[str] = "k_reciprocal"
    revision: ClassVar[int] = 1
    source: ClassVar[str] = (
        "Zhong, Zheng, Cao & Li, Re-ranking person re-identification with k-reciprocal encoding, CVPR 2017"
    )
    cost: ClassVar[str] = "n^2 neighbours"

    neighbours: int = 20
    few: int = 6
    beside: float = 0.3

    def __post_init__(self) -> None:
        if self.neighbours < 2 or self.few < 1 or not 0 <= self.beside <= 1:
            raise ValueError("neighbours are 2 or more, few is 1 or more, beside is 0 to 1")

    def rerank(self, asked: Scores, likeness: Scores) -> Scores:
        whole = np.block([[np.ones((1, 1), np.float32), asked[None]], [asked[:, None], likeness]])
        np.fill_diagonal(whole, 1)
        order = np.argsort(-whole, axis=1, kind="stable")
        encoded = self._encoded(whole, order)
        encoded = np.stack([encoded[nearest].mean(axis=0) for nearest in order[:, : self.few]])
        shared = np.minimum(encoded[0], encoded[1:]).sum(axis=1)
        jaccard = shared / np.maximum(encoded[0].sum() + encoded[1:].sum(axis=1) - shared, 1e-12)
        return np.asarray((1 - self.beside) * jaccard + self.beside * asked, np.float32)

    def _encoded(self, whole: Scores, order: NDArray[np.int64]) -> NDArray[np.float64]:
        """(n, n) rows of sum 1 on the extended mutual neighbours of each."""
        near, half = (_mutual(order, count) for count in (self.neighbours, max(1, self.neighbours // 2)))
        rows = np.zeros(whole.shape)
        for at in range(len(whole)):
            own = near[at]
            joined = own.copy()
            for member in np.flatnonzero(own):
                theirs = half[member]
                if 3 * (theirs & own).sum() > 2 * theirs.sum():
                    joined |= theirs
            rows[at, joined] = np.exp(whole[at, joined].astype(np.float64) - 1)
        return np.asarray(rows / np.maximum(rows.sum(axis=1, keepdims=True), 1e-12))


def _mutual(order: NDArray[np.int64], count: int) -> NDArray[np.bool_]:
    """(n, n) whether each is among the `count` nearest of the other, itself the first of them."""
    near = np.zeros(order.shape, bool)
    np.put_along_axis(near, order[:, : count + 1], True, axis=1)
    return near & near.T
