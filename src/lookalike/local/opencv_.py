"""Parts that the features of OpenCV share: a working size, a max_keypoints, and their way into our values."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.local.keypoint_ranking import best_first, spread_out
from lookalike.local.limited import Limited
from lookalike.local.working_image import Working, working
from lookalike.registry import digest
from lookalike.types import Keypoints, LocalFeatures, Metric, Picture, Space, Vectors


@dataclass(frozen=True)
class OpenCVFeatures(Limited, ABC):
    """A detector and extractor of OpenCV, on the grey picture."""

    name: ClassVar[str]
    metric: ClassVar[Metric]

    @cached_property
    def space(self) -> Space:
        return Space(self.name, digest(self), self._dim, self.metric)

    def detect(self, picture: Picture) -> Keypoints:
        """The best `max_keypoints` over the whole picture, best first; of a strip more, see `fitted`."""
        own = self.fitted(picture.size)
        work = working(picture, own.side)
        keypoints = _keypoints(own._found(work), work)
        return keypoints[best_first(keypoints)]

    def extract(self, picture: Picture, keypoints: Keypoints | None = None) -> LocalFeatures:
        """Rows of `keypoints`, less those around which all is even, or of those that `detect` finds; best first."""
        own = self.fitted(picture.size)
        work = working(picture, own.side)
        given = own._found(work) if keypoints is None else self._given(keypoints, work)
        found, rows = self._extractor().compute(work.grey, given) if given else ((), None)
        if rows is None:
            rows = np.zeros((0, self.space.columns), self.space.dtype)
        features = LocalFeatures(_keypoints(found, work), self._rows(rows), self.name)
        order = best_first(features.keypoints)
        if self.metric == "cosine":
            # Where all is even there is nothing to see. That takes none of its own: an extremum of light has a gradient
            # about it, so that what a library keeps, which is never of keypoints given, needed no new revision.
            order = order[features.descriptors[order].any(axis=1)]
        return features[order]

    def _found(self, work: Working) -> list[Any]:
        """At most `max_keypoints`, over the whole picture."""
        if work.is_tiny:
            return []
        found = self._detector().detect(work.grey)
        return [found[at] for at in self._kept(_table(found, np.float64), work).tolist()]

    def _kept(self, table: NDArray[np.floating], work: Working) -> NDArray[np.int64]:
        """At most `max_keypoints` rows of a (k, 5) table of x, y, response, size and angle, over the whole picture."""
        # Sorted: what falls into a cell first must not depend on the order in which threads found it.
        x, y, response, size, angle = table.T
        order = np.lexsort((angle, size, x, y, -response))
        kept = spread_out(table[order, :2], response[order], work.grey.shape, self.max_keypoints)
        return np.asarray(order[kept], np.int64)

    def _given(self, keypoints: Keypoints, work: Working) -> list[Any]:
        """As OpenCV wants them."""
        xy = work.from_original(keypoints.xy)
        scale = np.full(len(xy), 31.0) if keypoints.scale is None else keypoints.scale / work.scale
        angle = np.zeros(len(xy)) if keypoints.angle is None else np.degrees(keypoints.angle) % 360
        return [
            cv2.KeyPoint(
                float(x), float(y), float(size), float(turn), float(score), *self._level(float(size), work.grey.shape)
            )
            for (x, y), size, turn, score in zip(xy, scale, angle, keypoints.scores, strict=True)
        ]

    @property
    @abstractmethod
    def _dim(self) -> int: ...

    @abstractmethod
    def _detector(self) -> Any: ...

    def _extractor(self) -> Any:
        return self._detector()

    def _level(self, size: float, shape: tuple[int, ...]) -> tuple[int, int]:  # noqa: ARG002  of most no concern
        """OpenCV's octave and class of a keypoint of that diameter: where in its pyramid a method finds it again."""
        return 0, -1

    def _rows(self, rows: NDArray[Any]) -> Vectors:
        """Rows of the space from those of OpenCV."""
        return rows


def _keypoints(found: Sequence[Any], work: Working) -> Keypoints:
    """In the order given."""
    table = _table(found, np.float32)
    return Keypoints(
        work.to_original(table[:, :2]),
        np.ascontiguousarray(table[:, 2]),
        work.original,
        (table[:, 3] * work.scale).astype(np.float32),
        np.radians(table[:, 4]),
    )


def _table(found: Sequence[Any], dtype: type[np.floating]) -> NDArray[Any]:
    """(k, 5) x, y, response, size and angle."""
    flat = [number for point in found for number in (*point.pt, point.response, point.size, point.angle)]
    return np.array(flat, dtype).reshape(-1, 5)
