"""Views that the others bear out speak louder, and one that strayed among them hardly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import BadSetting
from lookalike.search.ranking.aggregate import told_between


@dataclass(frozen=True)
class Agreement:
    """The generalised mean of `power` of the best `views`, each weighted by how alike it is to the others.

    weight_i = (mean over j of between_ij) ** trust, score = (sum of weight_i score_i ** power / sum of weights) to the
    1 / power.
    With `trust` 0 all views count alike; below it those that show what no other shows count more.
    """

    name: ClassVar[str] = "agreement"
    revision: ClassVar[int] = 1

    trust: float = 1.0
    power: float = 16.0
    views: int = 64

    def __post_init__(self) -> None:
        if not -8 <= self.trust <= 8 or not 1 <= self.power <= 100 or self.views < 1:
            raise BadSetting(
                f"trust is -8 to 8, power 1 to 100, views 1 or more, not {self.trust:g}, {self.power:g}, {self.views}"
            )

    @property
    def among(self) -> int:
        return self.views

    def aggregate(self, scores: NDArray[np.float32], between: NDArray[np.float32] | None = None) -> NDArray[np.float32]:
        counted = ~np.isnan(scores)
        told = told_between(self, between) * counted[:, None, :]
        borne = told.sum(axis=2) / np.maximum(counted.sum(axis=1), 1)[:, None]  # by itself as well: a lone view counts
        weights = np.where(counted, np.maximum(borne, 1e-6) ** self.trust, 0)
        total = weights.sum(axis=1)
        sums = (weights * np.nan_to_num(scores).astype(np.float64) ** self.power).sum(axis=1)
        means = np.where(total > 0, sums / np.where(total > 0, total, 1), np.nan)
        return np.asarray(means ** (1 / self.power), np.float32)
