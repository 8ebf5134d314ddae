"""VLAD [Jegou, Douze, Schmid & Perez, Aggregating local descriptors into a compact image representation, CVPR 2010]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.aggregated import Aggregated, Features
from lookalike.describe.learned import Arrays, Row, unit_rows
from lookalike.local.words import centres, nearest


@dataclass(frozen=True)
class ResidualSums(Aggregated):
    """For each visual word the sum of the ways from it to the features that are nearest to it."""

    name: ClassVar[str] = "vlad"
    revision: ClassVar[int] = 1
    compares: ClassVar[str] = "their small details, and how these differ from typical ones"
    source: ClassVar[str] = "Jegou et al., Aggregating local descriptors, CVPR 2010"
    unrelated: ClassVar[float] = 0.01

    components: int = 64
    norm: Literal["intra", "power"] = "intra"
    """intra: each word at unit norm [Arandjelovic & Zisserman, All about VLAD, CVPR 2013]; power: signed roots."""

    @property
    def columns(self) -> int:
        return self.width

    @property
    def word_shapes(self) -> dict[str, tuple[int, ...]]:
        return {"words": (self.components, self.width)}

    def learn_words(self, features: Features, owners: NDArray[np.int64]) -> Mapping[str, NDArray[Any]]:  # noqa: ARG002
        """Centres."""
        return {"words": centres(features, self.components, self.seed)}

    def assigned(self, features: Features, arrays: Arrays) -> NDArray[np.int64]:
        return nearest(features, arrays["words"])

    def gathered(self, features: Features, arrays: Arrays) -> Row:
        words = arrays["words"]
        own = self.assigned(features, arrays)
        sums = np.zeros((self.components, self.width))
        np.add.at(sums, own, (features - words[own]).astype(np.float64))
        return unit_rows(sums) if self.norm == "intra" else np.sign(sums) * np.sqrt(np.abs(sums))
