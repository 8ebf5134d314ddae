"""Extractors without a detector of their own: one of the table finds what they describe."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from lookalike.local import DETECTORS
from lookalike.local.limited import Limited
from lookalike.local.working_image import Working, working
from lookalike.protocols import Detector
from lookalike.registry import digest
from lookalike.types import Keypoints, LocalFeatures, Picture, Space


@dataclass(frozen=True)
class WithDetector(Limited, ABC):
    """Rows of unit length from the grey picture around keypoints."""

    name: ClassVar[str]

    detector: str = "harris"
    """As in the table of detectors."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._detector()  # which must be known

    @property
    def space(self) -> Space:
        return Space(self.name, digest(self), self._dim, "cosine")

    @property
    def weight_digests(self) -> tuple[str, ...]:
        """Digest of the detector: which rows there are depends on all that it is, weights included."""
        return (digest(self._detector()),)

    def detect(self, picture: Picture) -> Keypoints:
        """Keypoints of the detector."""
        return self._detector().detect(picture)

    def extract(self, picture: Picture, keypoints: Keypoints | None = None) -> LocalFeatures:
        """Rows of `keypoints`, or of the detector's, less those around which there is nothing to see."""
        found = self.detect(picture) if keypoints is None else keypoints
        rows, is_seen = unit_rows(self._rows(working(picture, self.side), found), self._least)
        return LocalFeatures(found[is_seen], rows[is_seen], self.name)

    def _detector(self) -> Detector:
        return DETECTORS.make(self.detector, {"side": self.side, "max_keypoints": self.max_keypoints})

    @property
    @abstractmethod
    def _dim(self) -> int: ...

    @property
    @abstractmethod
    def _least(self) -> float:
        """The length of a row below which there is nothing to see."""

    @abstractmethod
    def _rows(self, work: Working, keypoints: Keypoints) -> NDArray[np.float32]:
        """(k, d) of any length."""


def unit_rows(rows: NDArray[np.float32], least: float) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Rows of length 1, and which were longer than `least`: the others mean nothing."""
    lengths = np.linalg.norm(rows, axis=1)
    return (rows / np.maximum(lengths, 1e-12)[:, None]).astype(np.float32), np.asarray(lengths > least)
