"""A picture as a weighted sum of parts that were learned: the weights describe it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from lookalike.describe import DESCRIBERS
from lookalike.describe.bars import named_back_to_back
from lookalike.describe.drawing import captioned, side_by_side, stacked_up, tile
from lookalike.describe.flatness import with_flatness
from lookalike.describe.grey_pixels import GreyPixels
from lookalike.describe.learned import Arrays, Learned, Row, as_numbers
from lookalike.describe.parts import light, part, sheet, square
from lookalike.protocols import Describer, Fittable
from lookalike.registry import digest
from lookalike.types import Explanation, Picture, Pixels, Space

GRAIN: Final = 1e-3
"""Norm of the weights below which a picture counts as without any part."""
SHOWN: Final = 6
"""Parts in an explanation."""
TILE: Final = 140
"""px of each picture there."""


@dataclass(frozen=True)
class WeightedSum(Learned):
    """Weights of parts whose sum is the picture, or the row of any other describer (unit L2 norm)."""

    unrelated: ClassVar[float]

    of: str = "pixels"
    """Material of the sum: grey pixels, or the rows of the describer of that name."""
    size: int = 32
    """Side in px, where pixels are summed."""

    def __post_init__(self) -> None:
        if isinstance(self.seen, Fittable):
            raise ValueError(f"of must be a describer that needs no fitting, not {self.of!r}")
        super().__post_init__()

    @property
    def seen(self) -> Describer:
        """Pixels, or the describer named."""
        return GreyPixels(self.size) if self.of == GreyPixels.name else DESCRIBERS.make(self.of)

    @property
    def space(self) -> Space:
        return Space(self.name, digest(self), self.components + 1, "cosine")

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The parts, one a row."""
        return {"parts": (self.components, self.seen.space.dim)}

    @abstractmethod
    def weights(self, seen: Row, arrays: Arrays) -> Row:
        """(components,) of (d,)."""

    def total(self, weights: Row, arrays: Arrays) -> Row:
        """(d,) the weighted sum itself."""
        return weights @ arrays["parts"].astype(np.float64)

    def compared(self, weights: Row, arrays: Arrays) -> Row:  # noqa: ARG002  of some kinds
        """(components,) the weights as they are compared."""
        return weights

    def rows(self, pictures: Sequence[Picture], arrays: Arrays) -> Iterator[Row]:
        """By part; then flatness."""
        return (self.row(seen, arrays) for seen in self.see(pictures))

    def see(self, pictures: Sequence[Picture]) -> NDArray[np.float64]:
        """(n, d) of `seen`."""
        return as_numbers(self.seen.space, self.seen.describe(pictures)).astype(np.float64)

    def row(self, seen: Row, arrays: Arrays) -> Row:
        """Row of a picture whose values are `seen`, (d,)."""
        return with_flatness(self.compared(self.weights(seen, arrays), arrays), GRAIN)

    def drawn(self) -> Pixels:
        """Sheet of what was learned from pixels: the mean where there is one, then the parts."""
        mean = [light(self.arrays["mean"])] if "mean" in self.arrays else []
        return sheet([*mean, *(part(values) for values in self.arrays["parts"])])

    def explain(self, query: Picture, hit: Picture) -> Explanation:
        """Both pictures, of pixels also the sums that stand for them, and the weights of the parts they share most."""
        arrays = self.arrays
        seen = self.see([query, hit])
        ours, theirs = (self.row(row, arrays) for row in seen)
        totals = [self.total(self.weights(row, arrays), arrays) for row in seen]
        kept = [_kept(row, total) for row, total in zip(seen, totals, strict=True)]
        line = (
            f"As sums of {self.components} parts the two agree by {ours @ theirs:.0%} (unrelated pictures by "
            f"{self.unrelated:.0%}); the sums hold {kept[0]:.0%} and {kept[1]:.0%} of what is seen of the pictures."
        )
        shown = np.argsort(-(ours * theirs)[:-1], kind="stable")[:SHOWN]
        names = [f"{'less of ' if ours[at] + theirs[at] < 0 else ''}part {at + 1}" for at in shown]
        bars = named_back_to_back(np.abs(ours[shown]), np.abs(theirs[shown]), names)
        return Explanation(line, stacked_up([*self._pictures((query, hit), totals, shown, names), bars]))

    def _pictures(
        self, pictures: Sequence[Picture], totals: Sequence[Row], shown: NDArray[np.intp], names: Sequence[str]
    ) -> list[Pixels]:
        tiles = [tile(picture.pixels, picture.size, TILE) for picture in pictures]
        if self.of != GreyPixels.name:
            return [side_by_side(tiles)]
        sums = [tile(square(total), picture.size, TILE) for picture, total in zip(pictures, totals, strict=True)]
        rows = [tiles[0], sums[0], sums[1], tiles[1]]
        parts = [captioned(part(self.arrays["parts"][at]), name) for at, name in zip(shown, names, strict=True)]
        return [side_by_side(rows), side_by_side(parts)]


def _kept(seen: Row, total: Row) -> float:
    """Share of the variance that the sum accounts for."""
    spread = float(np.square(seen - seen.mean()).sum())
    missed = float(np.square(seen - total).sum())
    return max(0.0, 1 - missed / spread) if spread > 0 else float(missed < 1e-6)
