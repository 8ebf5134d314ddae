"""Photos that judge what features are worth: nothing was learned from them, and views of them are seen by all alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lookalike.learn.adapt import Gain, interval
from lookalike.learn.features.adaptation import share_found_twice
from lookalike.learn.features.course import KEYPOINTS, Taught
from lookalike.learn.features.superglue_course import SuperGlueCourse
from lookalike.learn.features.warps import Views, from_px, seen
from lookalike.local import DETECTORS
from lookalike.types import Picture

ONE_IN: Final = 5
"""One photo of so many judges, up to `MOST`."""
MOST: Final = 40
VIEWS: Final = 3
"""Views of each photo."""
Scores = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Judges:
    """Photos (n, 3, s, s), each as often as it has views; the views (n, 3, 3); by name the shares (n,) of others."""

    photos: Tensor
    views: Tensor
    others: Mapping[str, Scores]

    @classmethod
    def of(cls, pixels: NDArray[np.uint8], taught: Taught, rng: np.random.Generator) -> Judges:
        """Judges who have seen a network that knows nothing, and who else does what it is to learn."""
        photos = torch.from_numpy(np.repeat(pixels, VIEWS, axis=0))
        views = Views().drawn(len(photos), rng)
        untrained = taught.scored(photos, views).cpu().numpy()
        if isinstance(taught, SuperGlueCourse):
            return cls(photos, views, {"nearest": taught.nearest(photos, views).cpu().numpy(), "untrained": untrained})
        return cls(photos, views, {"harris": by_detector("harris", photos, views), "untrained": untrained})

    def gains(self, taught: Taught) -> dict[str, Gain]:
        """Gain over each other, with intervals over photos."""
        scores = taught.scored(self.photos, self.views).cpu().numpy()
        numbers = np.repeat(np.arange(len(scores) // VIEWS), VIEWS)
        return {name: _gain(scores, plain, numbers) for name, plain in self.others.items()}


def judging(count: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """(count,) which photos judge."""
    judges = np.zeros(count, np.bool_)
    judges[rng.permutation(count)[: min(MOST, count // ONE_IN)]] = True
    return judges


def _gain(scores: Scores, plain: Scores, photos: NDArray[np.int64]) -> Gain:
    difference = np.asarray(scores - plain, np.float64)
    low, high = interval(difference, photos, np.random.default_rng(0))
    return Gain(float(plain.mean()), float(scores.mean()), float(difference.mean()), low, high)


def by_detector(name: str, photos: Tensor, views: Tensor) -> Scores:
    """(n,) repeatability of a detector of the library, as `adaptation.repeated` measures it, of as many keypoints."""
    detector, side = DETECTORS.make(name, {"max_keypoints": KEYPOINTS}), photos.shape[-1]

    def places(light: Tensor) -> Tensor:
        pixels = np.ascontiguousarray(light.round().clamp(0, 255).to(torch.uint8).permute(1, 2, 0).numpy())
        xy = detector.detect(Picture(pixels, (side, side))).xy
        return from_px(torch.from_numpy(np.asarray(xy, np.float32)), side)

    light = photos.to(torch.float32)
    shown, _ = seen(light, views, side)
    shares = [
        share_found_twice((places(photo), places(view)), one, side)
        for photo, view, one in zip(light, shown, views, strict=True)
    ]
    return np.asarray(torch.stack(shares).numpy(), np.float32)
