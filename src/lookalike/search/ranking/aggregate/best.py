"""The view that is most alike speaks for all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class BestView:
    """The highest score."""

    name: ClassVar[str] = "best"
    revision: ClassVar[int] = 1
    among: ClassVar[int] = 0

    def aggregate(
        self,
        scores: NDArray[np.float32],
        between: NDArray[np.float32] | None = None,  # noqa: ARG002  it looks at each view alone
    ) -> NDArray[np.float32]:
        return np.asarray(np.fmax.reduce(scores, axis=1, initial=np.nan), np.float32)
