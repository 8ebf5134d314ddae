"""A template search from coarse to fine: all windows of a small picture, then the best of them in larger ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import cv2
import numpy as np

from lookalike.match.correlation import Plane
from lookalike.match.exact import Exact, check
from lookalike.match.peaks import placements, settled
from lookalike.match.planes import planes, scaled_to
from lookalike.match.windows import Mask
from lookalike.types import Located, Picture, Placement

COARSE = 16
"""px that the shorter side of the smallest template has at least."""
DETAIL = 0.1
"""Share of a template's variance that must be left in a smaller one, for that to stand for it."""
LEAST = 4
"""Places that are followed at any rate."""
MOST = 256
"""Places that are followed; where more would have to be, the pyramid is not sure."""
SLACK = 0.16
"""Of the height of the best above the median: so far below the best of a level a place is still followed."""
CLEAR = 0.06
"""Of the same height: so far above what was not followed the winner must have begun."""
REACH = 3
"""px that a place may move in the next larger picture, either way."""
STEPS = 4
"""In which it may move so far and on."""
APART = (3, 3)
"""px between two places that are followed."""
PRESENT = 0.6
"""`ccoeff-normed` below which nothing is taken to be there, so that every window must be seen."""
FALL = 0.15
"""By which it may fall from the smallest picture to the largest; more, and it was something else that looked alike."""


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
        height = float(response.max()) - float(np.median(response[::2, ::2]))
        first = [Followed(one.score, one) for one in placements(response, APART, MOST, 0.0)]
        followed, all_of_them = _near_the_best(first, SLACK * height, k)
        cut = max((one.start for one in first if one not in followed), default=-np.inf)
        for level in reversed(levels[:-1]):
            moved = sorted((self._moved(one, *level) for one in followed), key=lambda one: -one.place.score)
            followed, _ = _near_the_best(moved, SLACK * height, k)
        chosen = settled([one.place for one in followed], k, self.overlap)
        starts = [one.start for one in followed if one.place in chosen]
        is_clear = all_of_them and len(chosen) == k and min(starts) - cut >= CLEAR * height
        is_there = self.comparison != "ccoeff-normed" or chosen[-1].score >= max(PRESENT, max(starts) - FALL)
        return chosen, is_clear and is_there

    def _moved(self, one: Followed, template: Plane, image: Plane) -> Followed:
        """The best window of the next larger picture about where the place should be, uphill as far as it goes."""
        at = (round(2 * one.place.box[0]), round(2 * one.place.box[1]))
        for _ in range(STEPS):
            best = self._best_near(at, template, image)
            before, at = at, (round(best.box[0]), round(best.box[1]))
            if max(abs(at[0] - before[0]), abs(at[1] - before[1])) < REACH:
                break
        return Followed(one.start, best)

    def _best_near(self, at: tuple[int, int], template: Plane, image: Plane) -> Placement:
        """Of the windows within reach."""
        height, width = template.shape[:2]
        (left, right), (top, bottom) = (
            (min(max(place - REACH, 0), most), min(max(place + REACH, 0), most))
            for place, most in zip(at, (image.shape[1] - width, image.shape[0] - height), strict=True)
        )
        part = image[top : bottom + height, left : right + width]
        (best,) = placements(replace(self, threads=1).response(template, part), (width, height), 1, 0.0)
        return replace(best, box=(best.box[0] + left, best.box[1] + top, best.box[2], best.box[3]))


def _near_the_best(ranked: Sequence[Followed], slack: float, k: int) -> tuple[Sequence[Followed], bool]:
    """Those within `slack` of the best, `LEAST` and 2 k at any rate, and whether none of `MOST` had to be left."""
    near = [one for one in ranked if one.place.score >= ranked[0].place.score - slack]
    return ranked[: max(len(near), LEAST, 2 * k)], len(near) < MOST


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
