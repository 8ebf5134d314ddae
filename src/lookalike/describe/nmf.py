"""Parts that are only ever added [Lee & Seung, Learning the Parts of Objects by Non-negative Matrix Factorization,
Nature 1999]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.learned import Arrays, Row, Rows, unconverged, unit_rows
from lookalike.describe.weighted_sum import WeightedSum
from lookalike.errors import NotFitted


@dataclass(frozen=True)
class NonNegativeParts(WeightedSum):
    """How much of each part, never less than nothing, adds up to the picture best."""

    name: ClassVar[str] = "nmf"
    revision: ClassVar[int] = 1
    compares: ClassVar[str] = "the parts they are made of"
    source: ClassVar[str] = "Lee & Seung, Learning the Parts of Objects by NMF, Nature 1999"
    unrelated: ClassVar[float] = 0.65

    def learn(self, rows: Rows) -> Mapping[str, NDArray[Any]]:
        """The parts, each of unit norm."""
        from sklearn.decomposition import NMF

        if rows.min() < 0:
            raise NotFitted(
                f"nmf adds up what is never negative, and rows of {self.of} are: sum these with pca or dictionary"
            )
        model = NMF(self.components, random_state=self.seed)
        with unconverged():
            model.fit(rows)
        return {"parts": unit_rows(model.components_)}

    def weights(self, seen: Row, arrays: Arrays) -> Row:
        """The least squares of this picture alone [Lawson & Hanson, 1974]: no batch has a say in them."""
        from scipy.optimize import nnls

        found, _ = nnls(arrays["parts"].T.astype(np.float64), seen)
        return np.asarray(found, np.float64)
