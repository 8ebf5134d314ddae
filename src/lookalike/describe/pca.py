"""Principal components: eigenpictures [Turk & Pentland, Eigenfaces for Recognition, J. Cognitive Neuroscience 1991], by
a randomised decomposition [Halko, Martinsson & Tropp, Finding Structure with Randomness, SIAM Review 2011]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.learned import Arrays, Row, Rows
from lookalike.describe.weighted_sum import WeightedSum

NOISE: Final = 1e-4
"""Deviation, by that of the first component, below which a component is none."""


@dataclass(frozen=True)
class PrincipalComponents(WeightedSum):
    """How far the picture lies from the mean along each of the directions in which pictures differ most."""

    name: ClassVar[str] = "pca"
    revision: ClassVar[int] = 1
    compares: ClassVar[str] = "the ways in which pictures differ most"
    source: ClassVar[str] = "Turk & Pentland, Eigenfaces for Recognition, J. Cognitive Neuroscience 1991"
    unrelated: ClassVar[float] = 0.0

    whiten: bool = True
    """Whether each direction counts alike; else by how much pictures differ along it."""

    @property
    def least(self) -> int:
        """One more than directions: two pictures differ in one."""
        return self.components + 1

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        dim = self.seen.space.dim
        return {"deviations": (self.components,), "mean": (dim,), "parts": (self.components, dim)}

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.components > self.seen.space.dim:
            raise ValueError(
                f"{self.of} has {self.seen.space.dim} dimensions, too few for {self.components} components"
            )

    def learn(self, rows: Rows) -> Mapping[str, NDArray[Any]]:
        """The mean, unit directions by falling deviation, and these."""
        from sklearn.decomposition import PCA

        model = PCA(self.components, svd_solver="randomized", random_state=self.seed).fit(rows)
        return {"deviations": np.sqrt(model.explained_variance_), "mean": model.mean_, "parts": model.components_}

    def weights(self, seen: Row, arrays: Arrays) -> Row:
        """Signed distances from the mean."""
        return arrays["parts"].astype(np.float64) @ (seen - arrays["mean"])

    def total(self, weights: Row, arrays: Arrays) -> Row:
        """With the mean."""
        return super().total(weights, arrays) + arrays["mean"]

    def compared(self, weights: Row, arrays: Arrays) -> Row:
        """By the deviation of each, if so set."""
        if not self.whiten:
            return weights
        deviations = arrays["deviations"].astype(np.float64)
        return np.where(deviations > NOISE * deviations.max(), weights / np.maximum(deviations, 1e-12), 0)
