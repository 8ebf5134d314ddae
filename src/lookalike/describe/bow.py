"""Bags of visual words [Sivic & Zisserman, Video Google, ICCV 2003]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.aggregated import Aggregated, Features
from lookalike.describe.learned import Arrays, Row
from lookalike.local.words import centres, nearest


@dataclass(frozen=True)
class BagOfWords(Aggregated):
    """How often each visual word occurs, rare words counting more (tf-idf)."""

    name: ClassVar[str] = "bow"
    revision: ClassVar[int] = 1
    compares: ClassVar[str] = "the small details that occur in them"
    source: ClassVar[str] = "Sivic & Zisserman, Video Google, ICCV 2003"
    unrelated: ClassVar[float] = 0.11

    components: int = 2048
    dims: int = 0
    root: bool = True
    """Square roots of how often: what repeats in a picture counts less [Jegou, Douze & Schmid, CVPR 2009]."""

    @property
    def columns(self) -> int:
        return 1

    @property
    def word_shapes(self) -> dict[str, tuple[int, ...]]:
        return {"rarity": (self.components,), "words": (self.components, self.width)}

    def learn_words(self, features: Features, owners: NDArray[np.int64]) -> Mapping[str, NDArray[Any]]:
        """Centres, and the logarithm of one over the share of pictures that have each."""
        words = centres(features, self.components, self.seed)
        pairs = np.unique(np.stack([owners, nearest(features, words)]), axis=1)
        pictures = np.bincount(pairs[1], minlength=self.components)
        rarity = np.log((1 + len(np.unique(owners))) / (1 + pictures)) + 1e-3  # a word that all have says a little
        return {"rarity": rarity, "words": words}

    def assigned(self, features: Features, arrays: Arrays) -> NDArray[np.int64]:
        return nearest(features, arrays["words"])

    def gathered(self, features: Features, arrays: Arrays) -> Row:
        counts = np.bincount(self.assigned(features, arrays), minlength=self.components).astype(np.float64)
        return (np.sqrt(counts) if self.root else counts) * arrays["rarity"]
