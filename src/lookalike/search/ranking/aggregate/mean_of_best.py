"""The few views that are most alike speak for all: one may be so by chance, and all of them show every side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import BadSetting


@dataclass(frozen=True)
class MeanOfBest:
    """The mean of the `views` highest scores, or of all where they are fewer."""

    name: ClassVar[str] = "mean_of_best"
    revision: ClassVar[int] = 1
    among: ClassVar[int] = 0

    views: int = 3

    def __post_init__(self) -> None:
        if self.views < 1:
            raise BadSetting(f"views must be 1 or more, not {self.views}")

    def aggregate(
        self,
        scores: NDArray[np.float32],
        between: NDArray[np.float32] | None = None,  # noqa: ARG002  it looks at each view alone
    ) -> NDArray[np.float32]:
        best = -np.sort(-scores, axis=1)[:, : self.views]  # NaN comes last
        counted = (~np.isnan(best)).sum(axis=1)
        sums = np.nansum(best, axis=1, dtype=np.float64)
        return np.asarray(np.where(counted > 0, sums / np.maximum(counted, 1), np.nan), np.float32)
