"""A template search from coarse to fine: all windows of a small picture, then the best of them in larger ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, TypeAlias

import numpy as np

from lookalike.match.locate.exact import Exact, check
from lookalike.match.locate.integral_images import Mask
from lookalike.match.locate.peaks import placements, settled, tops
from lookalike.match.locate.planes import planes, scaled_to
from lookalike.match.locate.pyramid_levels import Level, levels
from lookalike.types import Located, Picture, Placement

MOST = 192
"""Places that are followed; where more would have to be, the pyramid is not sure."""
SLACK = 0.22
"""Share of the best's height above the median: places so far below the winner are followed, where none is excluded."""
HOPELESS = 0.3
"""Correlation in a small picture that many windows have by chance."""
ROUGH = 1e-3
"""Error of a correlation in the smallest picture that does not matter."""
REACH = 2
"""px that a place may move in the next larger picture, either way."""
STEPS = 4
"""In which it may move so far and on."""

Found: TypeAlias = tuple[Sequence[Placement], bool]
"""Places, and whether there can hardly be better ones."""


@dataclass(frozen=True)
class Pyramid(Exact):
    """As `Exact`, but for pictures halved again and again; where it is not sure, every window is compared after all."""

    name: ClassVar[str] = "fast"
    revision: ClassVar[int] = 2
    source: ClassVar[str] = "Tanimoto, Template matching in pyramids, CGIP 1981"

    fall_back: bool = True
    """Search exactly where the pyramid is not sure; else say that it is not."""

    def locate(self, template: Picture, image: Picture, k: int = 1, mask: Mask | None = None) -> Located:
        """The best `k` places, best first, with the scores that `Exact` gives them."""
        check(planes(template, self.colour), planes(image, self.colour), mask)
        found, certain = self._search(levels(template, image, self.colour, mask), k)
        if not certain and (self.fall_back or not found):
            return super().locate(template, image, k, mask)
        return Located(scaled_to(image, self.looked_at(found, template, image, mask)), certain)

    def _search(self, sizes: Sequence[Level], k: int) -> Found:
        """From the smallest picture or, as long as that leaves a doubt, from the next; and whether it left none."""
        found: Sequence[Placement] = ()
        for start in range(len(sizes) - 1, 0, -1):
            if found and self._is_correlation and sizes[start].least(found[-1].score) < HOPELESS:
                continue
            found, certain = self._search_from(sizes[: start + 1], k)
            if certain:
                return found, True
        return found, False

    def _search_from(self, sizes: Sequence[Level], k: int) -> Found:
        """Follows first what looks best, then all that might still turn out better than that."""
        smallest = sizes[-1]
        response = self.compared(smallest.pattern, smallest.image, self.threads, smallest.mask, ROUGH)
        height, width = sizes[-1].template.shape[:2]
        first = tops(response, (width, height), MOST + 1)
        ahead = [self._followed(one, sizes) for one in settled(first, k, self.overlap)]
        chosen = settled(ahead, k, self.overlap)
        if len(chosen) < k:
            return chosen, False
        score, height = chosen[-1].score, first[0].score - float(np.median(response[::2, ::2]))
        cut = sizes[-1].least(score) if self._is_correlation else first[0].score - SLACK * height
        if len(first) > MOST and first[-1].score >= cut:
            return chosen, False
        rivals = self._all_followed([one for one in first if one.score >= cut], sizes, chosen)
        # Nothing bounds what the other comparisons may come to: a second place is too much to be sure of.
        is_sure = cut >= HOPELESS if self._is_correlation else k == 1
        return settled([*chosen, *rivals], k, self.overlap), is_sure

    @property
    def _is_correlation(self) -> bool:
        return self.comparison in ("ccoeff-normed", "ccorr-normed")

    def _followed(self, one: Placement, sizes: Sequence[Level]) -> Placement:
        """The place at full size, uphill from level to level."""
        for level in reversed(sizes[:-1]):
            one = self._moved(one, level)
        return one

    def _all_followed(
        self, places: Sequence[Placement], sizes: Sequence[Level], known: Sequence[Placement]
    ) -> Sequence[Placement]:
        """Places at full size that may be better than the worst that is known; each place once."""
        for level in reversed(sizes[:-1]):
            ways = {_twice(one) for one in places}
            if level.number == 0:
                ways = {at for at in ways if all(_apart(at, one) > 1 for one in known)}
            least = level.least(known[-1].score) if self._is_correlation else -np.inf
            found = {one.box: one for one in (self._best_near(at, level) for at in sorted(ways))}
            places = [one for one in found.values() if one.score >= least]
        return places

    def _moved(self, one: Placement, level: Level) -> Placement:
        """The best window of the next larger picture about where the place should be, uphill as far as it goes."""
        at = _twice(one)
        for _ in range(STEPS):
            best = self._best_near(at, level)
            before, at = at, (round(best.box[0]), round(best.box[1]))
            if max(abs(at[0] - before[0]), abs(at[1] - before[1])) < REACH:
                break
        return best

    def _best_near(self, at: tuple[int, int], level: Level) -> Placement:
        """Best of the windows within reach."""
        height, width = level.template.shape[:2]
        (left, right), (top, bottom) = (
            (min(max(place - REACH, 0), most), min(max(place + REACH, 0), most))
            for place, most in zip(at, (level.image.shape[1] - width, level.image.shape[0] - height), strict=True)
        )
        part = level.image[top : bottom + height, left : right + width]
        (best,) = placements(self.compared(level.pattern, part, mask=level.mask), (width, height), 1, 0.0)
        return replace(best, box=(best.box[0] + left, best.box[1] + top, best.box[2], best.box[3]))


def _twice(one: Placement) -> tuple[int, int]:
    return round(2 * one.box[0]), round(2 * one.box[1])


def _apart(at: tuple[int, int], one: Placement) -> int:
    return max(abs(at[0] - round(one.box[0])), abs(at[1] - round(one.box[1])))
