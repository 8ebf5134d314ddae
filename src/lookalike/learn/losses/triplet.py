"""An anchor nearer to its own class than to another, by a margin.

Sources: [Weinberger, Saul, Distance metric learning for large margin nearest neighbor classification, JMLR 2009],
[Schroff et al., FaceNet, CVPR 2015].
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from lookalike.learn.batch import Batch
from lookalike.learn.losses.terms import mean_of_positive


@dataclass(frozen=True)
class TripletHinge:
    """max(0, d(a, p) - d(a, n) + margin), the mean of those above zero; squared distances as FaceNet has them."""

    name: ClassVar[str] = "triplet"
    revision: ClassVar[int] = 1
    proxies: ClassVar[int] = 0
    margin: float = 0.2
    squared: bool = True

    def __call__(self, batch: Batch) -> Tensor:
        distances = batch.squares if self.squared else batch.distances
        chosen = batch.chosen
        near = distances[chosen.anchors, chosen.positives]
        far = distances[chosen.anchors, chosen.negatives]
        return mean_of_positive((near - far + self.margin).relu(), batch.rows)
