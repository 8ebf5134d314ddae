"""Sparse coding: a few parts of many [Olshausen & Field, Emergence of Simple-Cell Receptive Field Properties,
Nature 1996], learned online [Mairal et al., Online Dictionary Learning for Sparse Coding, ICML 2009]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.learned import Arrays, Row, Rows, unconverged, unit_rows
from lookalike.describe.weighted_sum import WeightedSum

PENALTY: Final = 0.1
"""Penalty on the sum of the weights' sizes in learning, where rows are about one long."""
PASSES: Final = 10
"""Times that each picture is seen."""


@dataclass(frozen=True)
class Dictionary(WeightedSum):
    """How much of each part: all but `nonzero` of them none, the others chosen one after the other."""

    name: ClassVar[str] = "dictionary"
    revision: ClassVar[int] = 1
    compares: ClassVar[str] = "the few parts that make them up"
    source: ClassVar[str] = "Mairal et al., Online Dictionary Learning for Sparse Coding, ICML 2009"
    unrelated: ClassVar[float] = 0.0

    nonzero: int = 8
    """Parts that a picture is made of at most; where fewer are learned, those."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.nonzero < 1:
            raise ValueError(f"nonzero must be 1 or more, not {self.nonzero}")

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        return {"mean": (self.seen.space.dim,)} | super().shapes

    def learn(self, rows: Rows) -> Mapping[str, NDArray[Any]]:
        """The mean, and parts of unit norm."""
        from sklearn.decomposition import MiniBatchDictionaryLearning

        mean = rows.mean(axis=0)
        centred = rows - mean
        model = MiniBatchDictionaryLearning(
            self.components, alpha=PENALTY, max_iter=PASSES, fit_algorithm="cd", random_state=self.seed
        )
        with unconverged():
            model.fit(centred / max(float(np.linalg.norm(centred, axis=1).mean()), 1e-12))
        return {"mean": mean, "parts": unit_rows(model.components_)}

    def weights(self, seen: Row, arrays: Arrays) -> Row:
        """By orthogonal matching pursuit."""
        return pursued(arrays["parts"].astype(np.float64), seen - arrays["mean"], min(self.nonzero, self.components))

    def total(self, weights: Row, arrays: Arrays) -> Row:
        """With the mean."""
        return super().total(weights, arrays) + arrays["mean"]


def pursued(parts: NDArray[np.float64], target: Row, most: int) -> Row:
    """(k,) weights of (k, d) unit parts: time and again the part that fits what is left best, then all chosen anew
    [Pati, Rezaiifar & Krishnaprasad, Orthogonal Matching Pursuit, 1993]."""
    fitting = parts @ target
    weights = np.zeros(len(parts))
    least = 1e-9 * float(np.linalg.norm(target))
    chosen: list[int] = []
    for _ in range(most):
        left = parts @ (target - weights @ parts)
        best = int(np.argmax(np.abs(left)))
        if abs(left[best]) <= least or best in chosen:
            break
        chosen.append(best)
        within = parts[chosen]
        weights[chosen] = np.linalg.lstsq(within @ within.T, fitting[chosen], rcond=None)[0]
    return weights
