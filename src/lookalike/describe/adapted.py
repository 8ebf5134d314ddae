"""Rows of the default network, mapped so that the differences which tell the owner's classes apart count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.agreement import drawn, nearness, told
from lookalike.describe.convnet import ConvNet
from lookalike.describe.taught_words import unit
from lookalike.errors import NotFitted
from lookalike.models.efficientnet_lite import FEATURES
from lookalike.models.fitted import Fitted
from lookalike.registry import digest
from lookalike.types import Explanation, Picture, Space, Vectors

Rows = NDArray[np.float32]


@dataclass(frozen=True)
class Adapted:
    """A linear map of rows of `convnet` (unit L2 norm), for a `share` of what that counts.

    `lookalike adapt` makes it of labelled pictures of a library, and of the rows that are there: no picture is read.
    """

    name: ClassVar[str] = "adapted"
    revision: ClassVar[int] = 1
    compares: ClassVar[str] = "content, as your classes taught it"
    source: ClassVar[str] = "within-class whitening or discriminants of convnet (Hatch et al. 2006; Fisher 1936)"

    fitted: Fitted | None = None
    """Arrays that were learned; None until `adapt` has."""
    threads: int = field(default=1, compare=False)
    batch: int = field(default=8, compare=False)

    @classmethod
    def of(cls, mean: Rows, matrix: Rows, *, share: float, unrelated: float) -> Adapted:
        """The describer of a map `(row - mean) @ matrix`, mean (1280,) and matrix (1280, k); share: 0 to 1."""
        if mean.shape != (FEATURES,) or matrix.shape[0] != FEATURES or not 0 <= share <= 1:
            raise ValueError(f"a mean ({FEATURES},), a matrix ({FEATURES}, k) and a share in [0, 1] are wanted")
        one: Mapping[str, NDArray[Any]] = {"share": np.array([share]), "unrelated": np.array([unrelated])}
        return cls(Fitted.of({"mean": mean, "matrix": matrix, **one}))

    @property
    def weight_digests(self) -> tuple[str, ...]:
        """Digest of the network's weights."""
        return ConvNet().weight_digests

    @property
    def space(self) -> Space:
        """The columns of the map, cosine."""
        columns = self._arrays["matrix"].shape[1] if self.fitted is not None else 0
        return Space(self.name, digest(self), columns, "cosine")

    @property
    def share(self) -> float:
        """Part of the weight of `convnet` that it takes over."""
        return float(self._arrays["share"][0])

    @property
    def unrelated(self) -> float:
        """Median cosine of two labelled pictures of different classes."""
        return float(self._arrays["unrelated"][0]) if self.fitted is not None else 0.0

    @property
    def min_side(self) -> int:
        """Side that fills the network's square."""
        return ConvNet().min_side

    def describe(self, pictures: Sequence[Picture]) -> Vectors:
        """(n, columns) unit rows; raises `NotFitted` before `adapt`."""
        return self.of_rows(ConvNet(threads=self.threads, batch=self.batch).describe(pictures))

    def of_rows(self, seen: Vectors) -> Rows:
        """(n, columns) unit rows of (n, 1280) unit rows of `convnet`."""
        return unit((seen - self._arrays["mean"]) @ self._arrays["matrix"])

    def explain(self, query: Picture, hit: Picture) -> Explanation:
        """Where in both lies what they share: how near each cell of the one is to the whole of the other."""
        rows = np.asarray(self.describe([query, hit]), np.float32)
        of_query, of_hit = self.near(query, rows[1]), self.near(hit, rows[0])
        return Explanation(told(of_hit, float(rows[0] @ rows[1]), self.unrelated), drawn(query, hit, of_query, of_hit))

    def near(self, picture: Picture, other: Rows) -> Rows:
        """(rows, columns) shares of the cells of the picture in what it agrees on with the other's row (d,)."""
        features = ConvNet().map_of(picture)  # (1280, rows, columns)
        cells = self.of_rows(unit(features.reshape(FEATURES, -1).T)).reshape(*features.shape[1:], -1)
        return nearness(cells, np.linalg.norm(features, axis=0), other)

    @property
    def _arrays(self) -> dict[str, Rows]:
        if self.fitted is None:
            raise NotFitted("adapted has learned nothing yet: `lookalike adapt` teaches it your classes")
        return dict(self.fitted.arrays)
