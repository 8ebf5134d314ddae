"""A picture's local features in one vector, by the visual words that they belong to; words are learned."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.flatness import with_flatness
from lookalike.describe.learned import Arrays, Learned, Row, Rows
from lookalike.describe.local_rows import LocalRows, rows_and_owners
from lookalike.describe.shared_words import SHOWN, Places, drawn
from lookalike.describe.telling import agreed
from lookalike.registry import digest, formerly
from lookalike.types import Explanation, Picture, Space

GRAIN: Final = 1e-3
"""Value that a picture without any feature is left with, where others have 1."""

Features = NDArray[np.float32]
"""(k, p) of one picture, as words are learned of them."""


@dataclass(frozen=True)
class Aggregated(Learned):
    """Sums gathered at each word, over any number of features; unit L2 norm."""

    unrelated: ClassVar[float]

    of: str = "sift"
    """Local features: the extractor of that name, of floats."""
    side: int = 320
    """px of the longer side, where features are looked for."""
    max_keypoints: int = field(default=250, metadata=formerly("budget"))
    """Features of a picture, the most."""
    dims: int = 64
    """Principal components of the features that are kept; 0: their columns as they are."""

    def __post_init__(self) -> None:
        if not 0 <= self.dims <= self.seen.columns:
            raise ValueError(f"dims must be from 0 to the {self.seen.columns} of {self.of}, not {self.dims}")
        super().__post_init__()

    @cached_property
    def seen(self) -> LocalRows:
        """Some features of each picture."""
        return LocalRows(self.of, self.side, self.max_keypoints)

    @property
    def least(self) -> int:
        """As many as have a feature for each word, and two."""
        return max(2, -(-self.components // self.seen.each))

    @property
    def space(self) -> Space:
        return Space(self.name, digest(self), self.components * self.columns + 1, "cosine")

    @property
    def width(self) -> int:
        """Columns of a feature, as words are learned of it."""
        return self.dims or self.seen.columns

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shapes of the words, and of the projection onto the principal components."""
        columns = self.seen.columns
        axes: dict[str, tuple[int, ...]] = {"axes": (self.dims, columns), "mean": (columns,)} if self.dims else {}
        return dict(sorted({**axes, **self.word_shapes}.items()))

    @property
    @abstractmethod
    def columns(self) -> int:
        """Columns of a word in a row."""

    @property
    @abstractmethod
    def word_shapes(self) -> dict[str, tuple[int, ...]]:
        """Shapes of the arrays that `learn_words` returns."""

    @abstractmethod
    def learn_words(self, features: Features, owners: NDArray[np.int64]) -> Mapping[str, NDArray[Any]]:
        """From (m, p) features, and which picture has each, from 0."""

    @abstractmethod
    def assigned(self, features: Features, arrays: Arrays) -> NDArray[np.int64]:
        """(k,) word of each."""

    @abstractmethod
    def gathered(self, features: Features, arrays: Arrays) -> Row:
        """(components, columns) of (k, p) features, k at least 1; at any norm."""

    def learn(self, rows: Rows) -> Mapping[str, NDArray[Any]]:
        """Principal components, then words."""
        features, owners = rows_and_owners(rows, self.seen.columns)
        if len(features) < max(self.components, self.dims):
            raise self.too_few(
                f"{self.name} needs {max(self.components, self.dims)} local features to learn {self.components} words, "
                f"and the pictures have {len(features)}",
                len(features) if len(features) >= self.dims else 0,
            )
        axes = _axes(features, self.dims) if self.dims else {}
        return {**axes, **self.learn_words(_along(features, axes), owners)}

    def rows(self, pictures: Sequence[Picture], arrays: Arrays) -> Iterator[Row]:
        """By word; then how little there is to gather."""
        return (self._row(_along(self.seen.rows(picture), arrays), arrays) for picture in pictures)

    def _row(self, features: Features, arrays: Arrays) -> Row:
        if not len(features):
            return with_flatness(np.zeros(self.components * self.columns), GRAIN)
        row = self.gathered(features, arrays).ravel()
        return with_flatness(row / max(float(np.linalg.norm(row)), 1e-12), GRAIN)

    def explain(self, query: Picture, hit: Picture) -> Explanation:
        """Both pictures, with the features of the words that they agree in most, each word in a colour of its own."""
        arrays = self.arrays
        ours, theirs = self.describe([query, hit]).astype(np.float64)
        agreement = (ours * theirs)[:-1].reshape(self.components, self.columns).sum(axis=1)
        places = [self._places(picture, arrays) for picture in (query, hit)]
        both = np.intersect1d(places[0].words, places[1].words)
        best = both[np.argsort(-agreement[both], kind="stable")]
        best = best[agreement[best] > 0][:SHOWN]
        line = agreed(f"What gathers at {self.components} visual words", float(ours @ theirs), self.unrelated)
        if not len(best):
            return Explanation(f"{line} There is no word that both pictures have and agree in.", drawn(places, best))
        share = float(agreement[best].sum()) / max(float(np.maximum(agreement, 0).sum()), 1e-12)
        return Explanation(
            f"{line} They share {len(both)} words; those drawn make up {share:.0%} of the agreement.",
            drawn(places, best),
        )

    def _places(self, picture: Picture, arrays: Arrays) -> Places:
        rows = _along(self.seen.rows(picture), arrays)
        return Places(picture, self.seen.places(picture), self.assigned(rows, arrays))


def _axes(features: NDArray[np.float32], dims: int) -> dict[str, NDArray[Any]]:
    from sklearn.decomposition import PCA

    model = PCA(dims, svd_solver="covariance_eigh").fit(features)
    return {"axes": model.components_, "mean": model.mean_}


def _along(features: NDArray[np.float32], arrays: Arrays) -> Features:
    """Along the principal components, where there are some."""
    if "axes" not in arrays:
        return features
    return np.asarray((features - arrays["mean"]) @ np.asarray(arrays["axes"]).T, np.float32)
