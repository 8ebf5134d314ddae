"""Other people's ways of comparing pictures, as describers, so that one ruler measures all.

The peers see what they would see in their own hands: the picture decoded at full size, by PIL or as an OpenCV array.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import cv2
import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lookalike.registry import digest
from lookalike.types import Metric, Picture, Pixels, Space, Vectors

IMAGEHASH: dict[str, Callable[[Image.Image], imagehash.ImageHash]] = {
    "imagehash-ahash": imagehash.average_hash,
    "imagehash-phash": imagehash.phash,
    "imagehash-dhash": imagehash.dhash,
    "imagehash-whash": imagehash.whash,
}
OPENCV: Mapping[str, Any] = {
    "cv2-average": cv2.img_hash.averageHash,
    "cv2-phash": cv2.img_hash.pHash,
    "cv2-blockmean": cv2.img_hash.blockMeanHash,
    "cv2-marr": cv2.img_hash.marrHildrethHash,
}
WHOLE = 1 << 20
"""No picture has so short a side: it is decoded whole."""
SIDE = 32
"""px of a picture that is compared pixel by pixel."""


@dataclass(frozen=True)
class Peer:
    """A method by its name in the tables above, or `pixels`, or `hsv`."""

    revision: ClassVar[int] = 1
    compares: ClassVar[str] = "what the peer compares"
    source: ClassVar[str] = "imagehash, OpenCV"

    name: str

    @property
    def unrelated(self) -> float:
        return 0.5 if self.space.metric == "hamming" else 0.0

    @property
    def min_side(self) -> int:
        return WHOLE

    @property
    def space(self) -> Space:
        row = self.row(np.zeros((64, 64, 3), np.uint8))
        metric: Metric = "hamming" if row.dtype == np.uint8 else "l2" if self.name == "pixels" else "cosine"
        return Space(self.name, digest(self), 8 * row.size if metric == "hamming" else row.size, metric)

    def describe(self, pictures: Sequence[Picture]) -> Vectors:
        """(n, d)"""
        space = self.space
        rows = [self.row(picture.pixels) for picture in pictures]
        return np.array(rows, space.dtype).reshape(len(rows), space.columns)

    def row(self, pixels: Pixels) -> NDArray[np.generic]:
        """(d,) of one picture."""
        if self.name in IMAGEHASH:
            return np.packbits(IMAGEHASH[self.name](Image.fromarray(pixels)).hash)
        if self.name in OPENCV:
            described = OPENCV[self.name](np.ascontiguousarray(pixels[:, :, ::-1]))
            return np.asarray(described).reshape(-1)
        return plain_pixels(pixels) if self.name == "pixels" else plain_histogram(pixels)


def plain_pixels(pixels: Pixels) -> NDArray[np.float32]:
    """Values in [0, 1] of the small picture."""
    small = cv2.resize(pixels, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(small.reshape(-1) / np.float32(255), np.float32)


def plain_histogram(pixels: Pixels) -> NDArray[np.float32]:
    """Unit vector of counts in 8 x 8 x 8 cells of HSV."""
    hsv = cv2.cvtColor(pixels, cv2.COLOR_RGB2HSV)
    counts = cv2.calcHist([hsv], [0, 1, 2], None, [8, 8, 8], [0, 180, 0, 256, 0, 256]).reshape(-1)
    return np.asarray(counts / max(float(np.linalg.norm(counts)), 1e-9), np.float32)


PEERS = (*IMAGEHASH, *OPENCV, "pixels", "hsv")
