"""The rows of a picture's local features: what visual words are learned from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.rows import stacked
from lookalike.local import EXTRACTORS
from lookalike.protocols import Extractor
from lookalike.registry import digest, formerly
from lookalike.types import Picture, Space, Vectors


@dataclass(frozen=True)
class LocalRows:
    """Rows of `each` of the local features, spread over strong and weak ones; zeros where there are fewer."""

    name: ClassVar[str] = "local_rows"
    revision: ClassVar[int] = 1
    compares: ClassVar[str] = "local features"
    source: ClassVar[str] = "Sivic & Zisserman, Video Google, ICCV 2003"
    unrelated: ClassVar[float] = 0.1

    of: str = "sift"
    """The extractor of that name; its rows are floats."""
    side: int = 320
    """px of the longer side, where features are looked for."""
    max_keypoints: int = field(default=250, metadata=formerly("budget"))
    """Features of a picture, the most."""
    each: int = 64

    def __post_init__(self) -> None:
        if self.extractor.space.metric == "hamming":
            raise ValueError(f"of must be an extractor of floats, not of bits as {self.of!r}")

    @cached_property
    def extractor(self) -> Extractor:
        """Extractor of the features."""
        return EXTRACTORS.make(self.of, {"side": self.side, "max_keypoints": self.max_keypoints})

    @property
    def weight_digests(self) -> tuple[str, ...]:
        """Rows change with the extractor's."""
        return (self.extractor.space.digest,)

    @property
    def columns(self) -> int:
        """Width of a feature's row."""
        return self.extractor.space.columns

    @property
    def space(self) -> Space:
        return Space(self.name, digest(self), self.each * self.columns, "l2")

    @property
    def min_side(self) -> int:
        return self.extractor.min_side

    def describe(self, pictures: Sequence[Picture]) -> Vectors:
        """(n, each d), feature after feature."""
        return stacked(self.space, (self._some(self.rows(picture)).ravel() for picture in pictures))

    def rows(self, picture: Picture) -> NDArray[np.float32]:
        """(k, d) of all features."""
        return np.ascontiguousarray(self._features(picture)[:, 2:])

    def places(self, picture: Picture) -> NDArray[np.float32]:
        """(k, 2) px x, y of the original, of the same."""
        return self._features(picture)[:, :2]

    def _features(self, picture: Picture) -> NDArray[np.float32]:
        """(k, 2 + d) places and rows; describers that look at the same ones find them once."""
        return picture.plane(("local features", self.extractor.space), lambda _: self._found(picture))

    def _found(self, picture: Picture) -> NDArray[np.float32]:
        features = self.extractor.extract(picture)
        return np.column_stack([features.keypoints.xy, features.descriptors]).astype(np.float32)

    def _some(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """(each, d)"""
        kept = rows if len(rows) <= self.each else rows[np.linspace(0, len(rows) - 1, self.each).astype(int)]
        padded = np.zeros((self.each, rows.shape[1]), np.float32)
        padded[: len(kept)] = kept
        return padded


def rows_and_owners(padded: NDArray[np.float32], columns: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """(m, columns) features of (n, each columns), without the zeros, and (m,) which of the n pictures has each."""
    rows = padded.reshape(len(padded), -1, columns)
    there = rows.any(axis=2)
    return rows[there], np.flatnonzero(there) // rows.shape[1]
