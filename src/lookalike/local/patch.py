"""The template as a descriptor: the patch itself, compared by normalised correlation
[Lewis, Fast normalized cross-correlation, Vision Interface 1995]."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from lookalike.local.sampling import sampled
from lookalike.local.with_detector import WithDetector
from lookalike.local.working_image import Working
from lookalike.types import Keypoints, LocalFeatures


@dataclass(frozen=True)
class Patch(WithDetector):
    """Light of cells x cells px less its mean: the cosine of two is the correlation that lighting does not change."""

    name: ClassVar[str] = "patch"
    revision: ClassVar[int] = 1
    source: ClassVar[str] = "Lewis, Fast normalized cross-correlation, Vision Interface 1995"

    cells: int = 15
    """Each way."""
    diameter: float = 21.0
    """px of the working picture that they span; 0: of each keypoint, six times its own."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.cells < 2 or self.diameter < 0:
            raise ValueError("cells is 2 or more, diameter is not negative")

    def mirrored(self, features: LocalFeatures) -> LocalFeatures:
        """Features of the mirrored picture: the keypoints, with the patches there, which lie as their angles do."""
        patches = features.descriptors.reshape(-1, self.cells, self.cells)
        turned = patches[:, :, ::-1] if features.keypoints.angle is None else patches[:, ::-1]
        return replace(features, descriptors=turned.reshape(features.descriptors.shape))

    @property
    def _dim(self) -> int:
        return self.cells**2

    @property
    def _least(self) -> float:
        return self.cells  # a standard deviation of one level of grey

    def _rows(self, work: Working, keypoints: Keypoints) -> NDArray[np.float32]:
        steps = (np.arange(self.cells) + 0.5) / self.cells * 2 - 1
        down, across = np.meshgrid(steps, steps, indexing="ij")
        reach = 1.0 if self.diameter else 6.0
        offsets = reach * np.column_stack([across.ravel(), down.ravel()])
        light = sampled(work, keypoints, offsets, self.diameter or None)
        return np.asarray(light - light.mean(axis=1, keepdims=True), np.float32)
