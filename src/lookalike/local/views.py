"""A picture's features as it looks turned by quarters, and in a mirror: for copies that are not upright.

Rows of keypoints without an angle count the picture as upright; the others turn with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from lookalike.local.mirror import flipped
from lookalike.protocols import Extractor, Mirroring
from lookalike.types import Keypoints, LocalFeatures, Picture


@dataclass(frozen=True, eq=False)
class View:
    """`seen` are features in px of the picture as it looks; `at` are their places in px of the picture as it is."""

    seen: LocalFeatures
    at: Keypoints
    mirrored: bool = False

    @property
    def placed(self) -> LocalFeatures:
        """The rows of the view, where they are in the picture."""
        return replace(self.seen, keypoints=self.at)


def views(extractor: Extractor, picture: Picture, features: LocalFeatures) -> Iterator[View]:
    """As it is, then in a mirror; each also turned by one, two and three quarters, where rows do not turn with it."""
    yield from _turns(extractor, picture, features)
    image = Picture(np.ascontiguousarray(picture.pixels[:, ::-1]), picture.size)
    if isinstance(extractor, Mirroring):
        seen = replace(extractor.mirrored(features), keypoints=flipped(features.keypoints))
    else:
        seen = extractor.extract(image)
    for view in _turns(extractor, image, seen):
        yield View(view.seen, flipped(view.at), mirrored=True)


def _turns(extractor: Extractor, picture: Picture, features: LocalFeatures) -> Iterator[View]:
    yield View(features, features.keypoints)
    if features.keypoints.angle is not None:
        return
    for quarters in (1, 2, 3):
        image = Picture(np.ascontiguousarray(np.rot90(picture.pixels, quarters)), _size(picture.size, quarters))
        seen = extractor.extract(image)  # found anew: what finds them does not turn with the picture either
        yield View(seen, turned(seen.keypoints, 4 - quarters))


def turned(keypoints: Keypoints, quarters: int) -> Keypoints:
    """Where they are in the picture turned counterclockwise by so many quarters, as `numpy.rot90` does it."""
    xy, (width, height), angle, affine = keypoints.xy, keypoints.size, keypoints.angle, keypoints.affine
    for _ in range(quarters):
        xy = np.column_stack([xy[:, 1], np.float32(width - 1) - xy[:, 0]])
        angle = None if angle is None else ((angle - np.pi / 2) % (2 * np.pi)).astype(np.float32)
        affine = None if affine is None else np.stack([affine[:, 1], -affine[:, 0]], axis=1)
        width, height = height, width
    return Keypoints(xy, keypoints.scores, (width, height), keypoints.scale, angle, affine)


def _size(size: tuple[int, int], quarters: int) -> tuple[int, int]:
    return (size[1], size[0]) if quarters % 2 else size
