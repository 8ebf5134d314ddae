"""A template search from coarse to fine: all windows of a small picture, then the best of them in larger ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import cv2
import numpy as np

from lookalike.match.correlation import Plane, Response
from lookalike.match.exact import Exact, check
from lookalike.match.peaks import placements, settled
from lookalike.match.planes import planes, scaled_to
from lookalike.match.windows import Mask
from lookalike.types import Located, Picture, Placement

COARSE = 16
"""px that the shorter side of the smallest template has at least."""
DETAIL = 0.1
"""Share of a template's variance that must be left in a smaller one, for that to stand for it."""
CANDIDATES = 32
"""Places of the smallest picture that are followed; half as many in each larger one, `LEAST` at any rate."""
LEAST = 4
REACH = 2
"""px that a place may move in the next larger picture, either way."""
APART = (3, 3)
"""px between two places that are followed."""
MARGIN = 0.25
"""How far above the last candidate the winner began, of the height of the best above the median."""
PRESENT = 0.6
"""`ccoeff-normed` below which nothing is taken to be there, so that every window must be seen."""


@dataclass(frozen=True)
class Followed:
    """A place in the picture of one level, and the score with which it began in the smallest."""

    start: float
    place: Placement


@dataclass(frozen=True)
class Pyramid(Exact):
    """As `Exact`, but for pictures halved again and again; where it is not sure, every window is compared after all."""

    name: ClassVar[str] = "fast"
    revision: ClassVar[int] = 1
    source: ClassVar[str] = "Tanimoto, Template matching in pyramids, CGIP 1981"

    fall_back: bool = True
    """Search exactly where the pyramid is not sure; else say that it is not."""

    def locate(self, template: Picture, image: Picture, k: int = 1, mask: Mask | None = None) -> Located:
        """The best `k` places, best first, with the scores that `Exact` gives them; with a mask exactly at once."""
        small, large = planes(template, self.colour), planes(image, self.colour)
        check(small, large, mask)
        found, certain = ((), False) if mask is not None else self._search(small, large, k)
        if not certain and (self.fall_back or not found):
            return super().locate(template, image, k, mask)
        return Located(scaled_to(image, found), certain)

    def _search(self, template: Plane, image: Plane, k: int) -> tuple[Sequence[Placement], bool]:
        """The places, and whether there can hardly be better ones; none where the template is too small to halve."""
        levels = _levels(template, image)
        if len(levels) == 1:
            return (), False
        response = self.response(*levels[-1])
        first = [Followed(one.score, one) for one in placements(response, APART, max(CANDIDATES, 4 * k), 0.0)]
        followed = first
        for at, level in enumerate(reversed(levels[:-1])):
            moved = sorted((self._moved(one, *level) for one in followed), key=lambda one: -one.place.score)
            followed = moved[: max(LEAST, 2 * k, len(first) >> (at + 1))]
        chosen = settled([one.place for one in followed], k, self.overlap)
        starts = [one.start for one in followed if one.place in chosen]
        return chosen, len(chosen) == k and self._is_certain(response, first, starts, chosen)

    def _moved(self, one: Followed, template: Plane, image: Plane) -> Followed:
        """The best window of the next larger picture within reach of where the place should be."""
        height, width = template.shape[:2]
        x, y = (round(2 * at) for at in one.place.box[:2])
        left = min(max(x - REACH, 0), image.shape[1] - width)
        top = min(max(y - REACH, 0), image.shape[0] - height)
        part = image[top : max(y, top) + REACH + height, left : max(x, left) + REACH + width]
        response = replace(self, threads=1).response(template, part)
        (best,) = placements(response, (width, height), 1, 0.0)
        box = (best.box[0] + left, best.box[1] + top, best.box[2], best.box[3])
        return Followed(one.start, replace(best, box=box))

    def _is_certain(
        self, response: Response, first: Sequence[Followed], starts: Sequence[float], chosen: Sequence[Placement]
    ) -> bool:
        """Whether what was not followed began so far below the chosen that it can hardly win."""
        if self.comparison == "ccoeff-normed" and chosen[-1].score < PRESENT:
            return False
        cut = first[-1].start
        height = float(response.max()) - float(np.median(response[::2, ::2]))
        return min(starts) - cut >= MARGIN * height


def _levels(template: Plane, image: Plane) -> list[tuple[Plane, Plane]]:
    """Template and image at full size, half of it and so on, as far as the template keeps its looks."""
    levels = [(template, image)]
    contrast = float(template.var())
    while min(template.shape[:2]) >= 2 * COARSE:
        template, image = _halved(template), _halved(image)
        if float(template.var()) < DETAIL * contrast:
            break
        levels.append((template, image))
    return levels


def _halved(plane: Plane) -> Plane:
    """Means of two by two; an odd last row or column is left out."""
    height, width = plane.shape[0] // 2, plane.shape[1] // 2
    half: Plane = cv2.resize(plane[: 2 * height, : 2 * width], (width, height), interpolation=cv2.INTER_AREA)
    return half.reshape(height, width, plane.shape[2])
