"""All views speak alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class MeanOfViews:
    """The mean score."""

    name: ClassVar[str] = "mean"
    revision: ClassVar[int] = 1
    among: ClassVar[int] = 0

    def aggregate(
        self,
        scores: NDArray[np.float32],
        between: NDArray[np.float32] | None = None,  # noqa: ARG002  it looks at each view alone
    ) -> NDArray[np.float32]:
        counted = (~np.isnan(scores)).sum(axis=1)
        sums = np.nansum(scores, axis=1, dtype=np.float64)
        return np.asarray(np.where(counted > 0, sums / np.maximum(counted, 1), np.nan), np.float32)
