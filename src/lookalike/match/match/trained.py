"""Matchers that were trained on features of certain kinds: a network says which belong together, all at once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import BadSetting
from lookalike.types import LocalFeatures, Matches

Assignment = NDArray[np.float32]
"""(ka, kb) in [0, 1]: how sure it is that a feature of a and one of b belong together."""


@dataclass(frozen=True)
class Trained(ABC):
    """Pairs that are each other's surest, and sure enough."""

    name: ClassVar[str]
    kinds: ClassVar[tuple[str, ...]]
    """Extractors whose features there are weights for."""

    weights: str = field(default="", compare=False)
    """Path of a checkpoint; none: the one that `lookalike models get` brought."""

    @property
    @abstractmethod
    def dim(self) -> int:
        """Numbers in a row of the features that it was trained on."""

    @property
    @abstractmethod
    def kind(self) -> str:
        """The extractor of those."""

    @property
    @abstractmethod
    def least(self) -> float:
        """The least probability of a match."""

    @abstractmethod
    def for_features(self, extractor: str) -> Self:
        """Itself for features of the extractor of that name; raises `BadSetting` where it was trained on none."""

    def assignment(self, a: LocalFeatures, b: LocalFeatures) -> Assignment:
        """Raises `BadSetting` for features of another kind."""
        for features in (a, b):
            if features.kind not in ("", self.kind):
                suited = self.for_features(features.kind)
                raise BadSetting(f"features of {features.kind} have weights of their own: match these with {suited}")
            rows = features.descriptors
            if rows.dtype != np.float32 or rows.shape[1] != self.dim:
                raise BadSetting(
                    f"{self.name} was trained on rows of {self.dim} float32, not on such of {rows.shape[1]} "
                    f"{rows.dtype}; match these with nearest"
                )
        if not len(a) or not len(b):
            return np.zeros((len(a), len(b)), np.float32)
        return self._assignment(a, b)

    def match(self, a: LocalFeatures, b: LocalFeatures) -> Matches:
        """One-to-one, best first; the score is the probability."""
        return surest(self.assignment(a, b), self.least)

    def _refuse(self, extractor: str) -> BadSetting:
        """Error to raise for features of another kind."""
        return BadSetting(
            f"{self.name} was trained on features of {', '.join(self.kinds)}, not of {extractor}; "
            "match these with nearest, or extract others"
        )

    @abstractmethod
    def _assignment(self, a: LocalFeatures, b: LocalFeatures) -> Assignment:
        """Assignment of one feature or more on either side."""


def surest(assignment: Assignment, least: float) -> Matches:
    """Pairs that are the greatest of their row and of their column, and above `least`; ties by the row of a."""
    if not assignment.size:
        return Matches(np.zeros((0, 2), np.int64), np.zeros(0, np.float32))
    nearest = assignment.argmax(axis=1)
    rows = np.arange(len(assignment))
    scores = assignment[rows, nearest]
    kept = rows[(assignment.argmax(axis=0)[nearest] == rows) & (scores > least)]
    order = kept[np.argsort(-scores[kept], kind="stable")]
    return Matches(np.column_stack([order, nearest[order]]), scores[order])


def float_rows(features: LocalFeatures) -> NDArray[np.float32]:
    """(k, d), as it was checked that they are."""
    return np.asarray(features.descriptors, np.float32)
