"""Textons: the small structures that a texture is made of, learned, and how often each occurs
[Leung & Malik, Representing and Recognizing the Visual Appearance of Materials, IJCV 2001;
Varma & Zisserman, A Statistical Approach to Texture Classification from Single Images, IJCV 2005]."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.describe.drawing import HEAD, headed, side_by_side, tile
from lookalike.describe.learned import Arrays, Learned, Row, Rows
from lookalike.describe.mr8 import ANSWERS, PLACES, answers
from lookalike.describe.rows import stacked
from lookalike.describe.side import MIN_SIDE
from lookalike.describe.telling import agreed
from lookalike.protocols import Describer
from lookalike.registry import digest
from lookalike.types import Explanation, Picture, Pixels, Space, Vectors

GRID: Final = 16
"""Places of a picture, each way, that are learned from."""


@dataclass(frozen=True)
class FilterAnswers:
    """Answers of the MR8 filter bank at GRID x GRID places: what textons are learned from."""

    name: ClassVar[str] = "mr8"
    revision: ClassVar[int] = 1
    compares: ClassVar[str] = "edges, bars and spots, place by place"
    source: ClassVar[str] = "Varma & Zisserman, A Statistical Approach to Texture Classification, IJCV 2005"
    unrelated: ClassVar[float] = 0.1

    @property
    def space(self) -> Space:
        return Space(self.name, digest(self), GRID**2 * ANSWERS, "l2")

    @property
    def min_side(self) -> int:
        return MIN_SIDE

    def describe(self, pictures: Sequence[Picture]) -> Vectors:
        """(n, GRID^2 ANSWERS) by row, column, filter."""
        step = PLACES // GRID
        return stacked(self.space, (answers(picture)[::step, ::step].ravel() for picture in pictures))


@dataclass(frozen=True)
class Textons(Learned):
    """Roots of the shares of places that are nearest to each of the textons (unit L2 norm)."""

    name: ClassVar[str] = "textons"
    revision: ClassVar[int] = 1
    compares: ClassVar[str] = "what their textures are made of"
    source: ClassVar[str] = "Varma & Zisserman, A Statistical Approach to Texture Classification, IJCV 2005"
    unrelated: ClassVar[float] = 0.71

    components: int = 64

    @property
    def seen(self) -> Describer:
        """The filter bank."""
        return FilterAnswers()

    @property
    def least(self) -> int:
        """As many as give a place to each, and two."""
        return max(2, -(-self.components // GRID**2))

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        return {"textons": (self.components, ANSWERS)}

    @property
    def space(self) -> Space:
        return Space(self.name, digest(self), self.components, "cosine")

    def learn(self, rows: Rows) -> Mapping[str, NDArray[Any]]:
        """Centres of the answers at all places."""
        from sklearn.cluster import MiniBatchKMeans

        model = MiniBatchKMeans(self.components, random_state=self.seed, n_init=3)
        return {"textons": model.fit(rows.reshape(-1, ANSWERS)).cluster_centers_}

    def rows(self, pictures: Sequence[Picture], arrays: Arrays) -> Iterator[Row]:
        """By texton."""
        for picture in pictures:
            counts = np.bincount(_nearest(picture, arrays["textons"]).ravel(), minlength=self.components)
            yield np.sqrt(counts / counts.sum())

    def explain(self, query: Picture, hit: Picture) -> Explanation:
        """Both pictures, and which texton is where, each in a colour of its own."""
        textons = self.arrays["textons"]
        maps = [tile(_drawn(_nearest(picture, textons), len(textons)), picture.size, HEAD) for picture in (query, hit)]
        ours, theirs = self.describe([query, hit])
        line = agreed(f"The mix of {len(textons)} textons", float(ours @ theirs), self.unrelated)
        return Explanation(line, headed(query, hit, side_by_side(maps)))


def _nearest(picture: Picture, textons: NDArray[np.float32]) -> NDArray[np.intp]:
    """(PLACES, PLACES) number of the texton."""
    found = answers(picture)
    # |x - t|^2 less |x|^2, which is the same for all textons
    apart = np.square(textons).sum(axis=1) - 2 * found.reshape(-1, ANSWERS) @ textons.T
    return np.asarray(apart.argmin(axis=1).reshape(found.shape[:2]), np.intp)


def _drawn(labels: NDArray[np.intp], count: int) -> Pixels:
    """Hues evenly spread, every second one dark."""
    hues = (np.arange(count) * 180 // count).astype(np.uint8)
    values = np.where(np.arange(count) % 2, 255, 150).astype(np.uint8)
    colours = cv2.cvtColor(np.stack([hues, np.full_like(hues, 170), values], axis=1)[None], cv2.COLOR_HSV2RGB)[0]
    return np.ascontiguousarray(colours[labels], np.uint8)
