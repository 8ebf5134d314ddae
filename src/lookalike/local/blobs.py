"""Blobs, light or dark, over scale [Lindeberg, Feature detection with automatic scale selection, IJCV 1998]."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.local.keypoint_ranking import best_first
from lookalike.local.limited import Limited, none_of
from lookalike.local.maxima import LEAST, refined
from lookalike.local.working_image import working
from lookalike.types import Keypoints, Picture

STEP: Final = 2**0.25
"""From each scale to the next."""
FAINTEST: Final = 1e-4
"""Share of the range of light that rounding may make of an even picture."""
Plane = NDArray[np.float32]


@dataclass(frozen=True)
class Blobs(Limited, ABC):
    """The maxima of a response over place and scale."""

    apart: int = 4
    """px of the working picture within which there is only one."""
    finest: float = 2.0
    """px of the working picture, the standard deviation of the smallest blob."""
    octaves: int = 3

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.apart < 1 or self.finest < 0.5 or self.octaves < 1:
            raise ValueError("apart is 1 px or more, finest half a px or more, octaves 1 or more")

    def detect(self, picture: Picture) -> Keypoints:
        """The best `max_keypoints`."""
        work = working(picture, self.side)
        if work.is_tiny:
            return none_of(work.original)
        sigmas = np.asarray(self.finest * STEP ** np.arange(4 * self.octaves + 1), np.float64)
        light = np.asarray(work.grey, np.float32) / np.float32(255)
        stack = np.stack([self._rated(light, float(sigma)) for sigma in sigmas])  # (scales, h, w)
        xy, scores, sigma = self._maxima(stack, sigmas)
        # A Gaussian blob of that deviation fills a disc of sqrt(2) times its radius.
        scale = 2 * np.sqrt(2) * sigma * work.scale
        found = Keypoints(work.to_original(xy), scores, work.original, scale.astype(np.float32))
        return found[best_first(found)[: self.max_keypoints]]

    def _maxima(
        self, stack: Plane, sigmas: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float32], NDArray[np.float64]]:
        window = np.ones((2 * self.apart + 1, 2 * self.apart + 1), np.uint8)
        tops = np.stack([cv2.dilate(plane, window) for plane in stack])
        greatest = np.maximum(tops[1:-1], np.maximum(tops[:-2], tops[2:]))
        inner = stack[1:-1]
        is_peak = (inner >= greatest) & (inner > max(LEAST * float(stack.max()), FAINTEST))
        is_peak[:, [0, -1]] = is_peak[:, :, [0, -1]] = False
        px = [np.argwhere(plane)[:, ::-1] for plane in is_peak]  # (k, 2) x, y a level
        xy = np.concatenate([refined(plane, at) for plane, at in zip(inner, px, strict=True)])
        return xy, inner[is_peak], np.repeat(sigmas[1:-1], [len(at) for at in px])

    @abstractmethod
    def _rated(self, light: Plane, sigma: float) -> Plane:
        """(h, w) response to blobs of that standard deviation, comparable between scales."""


@dataclass(frozen=True)
class LaplacianBlobs(Blobs):
    """Maxima of the Laplacian of Gaussian, whichever sign."""

    name: ClassVar[str] = "log"
    revision: ClassVar[int] = 1
    source: ClassVar[str] = "Lindeberg, Feature detection with automatic scale selection, IJCV 1998"

    def _rated(self, light: Plane, sigma: float) -> Plane:
        return np.asarray(sigma**2 * np.abs(cv2.Laplacian(blurred(light, sigma), cv2.CV_32F)), np.float32)


@dataclass(frozen=True)
class DifferenceBlobs(Blobs):
    """Maxima of the difference of Gaussians, whichever sign."""

    name: ClassVar[str] = "dog"
    revision: ClassVar[int] = 1
    source: ClassVar[str] = "Lowe, Distinctive image features from scale-invariant keypoints, IJCV 2004"

    def _rated(self, light: Plane, sigma: float) -> Plane:
        return np.asarray(np.abs(blurred(light, sigma * STEP) - blurred(light, sigma)) / (STEP - 1), np.float32)


@dataclass(frozen=True)
class HessianBlobs(Blobs):
    """Maxima of the root of the Hessian's determinant where it is positive: no saddles."""

    name: ClassVar[str] = "doh"
    revision: ClassVar[int] = 1
    source: ClassVar[str] = "Lindeberg, Feature detection with automatic scale selection, IJCV 1998"

    def _rated(self, light: Plane, sigma: float) -> Plane:
        soft = blurred(light, sigma)
        xx, yy, xy = (cv2.Sobel(soft, cv2.CV_32F, dx, dy, ksize=3) / 4 for dx, dy in ((2, 0), (0, 2), (1, 1)))
        return np.asarray(sigma**2 * np.sqrt(np.maximum(xx * yy - xy**2, 0)), np.float32)


def blurred(light: Plane, sigma: float) -> Plane:
    """By a Gaussian; beyond the border the picture is as at it."""
    return np.asarray(cv2.GaussianBlur(light, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE), np.float32)
