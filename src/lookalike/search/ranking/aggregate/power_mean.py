"""Views speak the louder the more alike they are: the generalised mean, between the mean and the best view."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import BadSetting


@dataclass(frozen=True)
class PowerMean:
    """The mean of the scores to the `power`, and its root: 1 is the mean, a high one nearly the best view."""

    name: ClassVar[str] = "power_mean"
    revision: ClassVar[int] = 1
    among: ClassVar[int] = 0

    power: float = 16.0

    def __post_init__(self) -> None:
        if not 1 <= self.power <= 100 or math.isnan(self.power):
            raise BadSetting(f"power must be 1 to 100, not {self.power:g}")

    def aggregate(
        self,
        scores: NDArray[np.float32],
        between: NDArray[np.float32] | None = None,  # noqa: ARG002  it looks at each view alone
    ) -> NDArray[np.float32]:
        counted = (~np.isnan(scores)).sum(axis=1)
        sums = np.nansum(scores.astype(np.float64) ** self.power, axis=1)
        means = np.where(counted > 0, sums / np.maximum(counted, 1), np.nan)
        return np.asarray(means ** (1 / self.power), np.float32)
