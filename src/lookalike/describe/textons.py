"""Textons: the small structures that a texture is made of, learned, and how often each occurs
[Leung & Malik, Representing and Recognizing the Visual Appearance of Materials, IJCV 2001;
Varma & Zisserman, A Statistical Approach to Texture Classification from Single Images, IJCV 2005]."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Literal, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.describe import leung_malik, mr8
from lookalike.describe.drawing import HEAD, headed, side_by_side, tile
from lookalike.describe.filter_bank import PLACES
from lookalike.describe.learned import Arrays, Learned, Row, Rows
from lookalike.describe.rows import stacked
from lookalike.describe.side import MIN_SIDE
from lookalike.describe.telling import agreed
from lookalike.protocols import Describer
from lookalike.registry import digest
from lookalike.types import Explanation, Picture, Pixels, Space, Vectors

GRID: Final = 16
"""Places of a picture, each way, that are learned from."""


Bank: TypeAlias = Literal["mr8", "lm"]
"""Bank of filters: the strongest direction of each kind, or all 48 of Leung & Malik."""
ANSWERS: Final[dict[Bank, int]] = {"mr8": mr8.ANSWERS, "lm": leung_malik.ANSWERS}
ANSWERING: Final[dict[Bank, Callable[[Picture], NDArray[np.float32]]]] = {
    "mr8": mr8.answers,
    "lm": leung_malik.answers,
}


@dataclass(frozen=True)
class FilterAnswers:
    """Answers of a filter bank at GRID x GRID places: what textons are learned from."""

    name: ClassVar[str] = "filter_answers"
    revision: ClassVar[int] = 1
    compares: ClassVar[str] = "edges, bars and spots, place by place"
    source: ClassVar[str] = "Varma & Zisserman, A Statistical Approach to Texture Classification, IJCV 2005"
    unrelated: ClassVar[float] = 0.1

    bank: Bank = "mr8"

    @property
    def space(self) -> Space:
        return Space(self.name, digest(self), GRID**2 * ANSWERS[self.bank], "l2")

    @property
    def min_side(self) -> int:
        return MIN_SIDE

    def describe(self, pictures: Sequence[Picture]) -> Vectors:
        """(n, GRID^2 ANSWERS) by row, column, filter."""
        step = PLACES // GRID
        return stacked(self.space, (ANSWERING[self.bank](picture)[::step, ::step].ravel() for picture in pictures))


@dataclass(frozen=True)
class Textons(Learned):
    """Roots of the shares of places that are nearest to each of the textons (unit L2 norm)."""

    name: ClassVar[str] = "textons"
    revision: ClassVar[int] = 2
    compares: ClassVar[str] = "what their textures are made of"
    source: ClassVar[str] = "Varma & Zisserman, A Statistical Approach to Texture Classification, IJCV 2005"
    unrelated: ClassVar[float] = 0.79

    components: int = 64
    bank: Bank = "mr8"
    """Bank of filters: mr8, by which textures may be turned, or lm, Leung and Malik's own."""

    @property
    def seen(self) -> Describer:
        """The filter bank."""
        return FilterAnswers(self.bank)

    @property
    def least(self) -> int:
        """As many as give a place to each, and two."""
        return max(2, -(-self.components // GRID**2))

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        return {"textons": (self.components, ANSWERS[self.bank])}

    @property
    def space(self) -> Space:
        return Space(self.name, digest(self), self.components, "cosine")

    def learn(self, rows: Rows) -> Mapping[str, NDArray[Any]]:
        """Centres of the answers at all places."""
        from sklearn.cluster import MiniBatchKMeans

        model = MiniBatchKMeans(self.components, random_state=self.seed, n_init=3)
        return {"textons": model.fit(rows.reshape(-1, ANSWERS[self.bank])).cluster_centers_}

    def rows(self, pictures: Sequence[Picture], arrays: Arrays) -> Iterator[Row]:
        """By texton."""
        for picture in pictures:
            counts = np.bincount(self._nearest(picture, arrays["textons"]).ravel(), minlength=self.components)
            yield np.sqrt(counts / counts.sum())

    def explain(self, query: Picture, hit: Picture) -> Explanation:
        """Both pictures, and which texton is where, each in a colour of its own."""
        textons = self.arrays["textons"]
        maps = [
            tile(_drawn(self._nearest(picture, textons), len(textons)), picture.size, HEAD) for picture in (query, hit)
        ]
        ours, theirs = self.describe([query, hit])
        line = agreed(f"The mix of {len(textons)} textons", float(ours @ theirs), self.unrelated)
        return Explanation(line, headed(query, hit, side_by_side(maps)))

    def _nearest(self, picture: Picture, textons: NDArray[np.float32]) -> NDArray[np.intp]:
        """(PLACES, PLACES) number of the texton."""
        places = ANSWERING[self.bank](picture).reshape(PLACES**2, -1)
        # |x - t|^2 less |x|^2, which is the same for all textons
        apart = np.square(textons).sum(axis=1) - 2 * places @ textons.T
        return np.asarray(apart.argmin(axis=1).reshape(PLACES, PLACES), np.intp)


def _drawn(labels: NDArray[np.intp], count: int) -> Pixels:
    """Hues evenly spread, every second one dark."""
    hues = (np.arange(count) * 180 // count).astype(np.uint8)
    values = np.where(np.arange(count) % 2, 255, 150).astype(np.uint8)
    colours = cv2.cvtColor(np.stack([hues, np.full_like(hues, 170), values], axis=1)[None], cv2.COLOR_HSV2RGB)[0]
    return np.ascontiguousarray(colours[labels], np.uint8)
