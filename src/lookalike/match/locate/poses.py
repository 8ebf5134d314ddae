"""A template search over sizes and turns: a coarse sweep of all, then each of the best made to fit."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np

from lookalike.errors import BadQuery
from lookalike.match.locate.exact import check
from lookalike.match.locate.integral_images import Mask
from lookalike.match.locate.peaks import settled
from lookalike.match.locate.planes import planes, scaled_to
from lookalike.match.locate.pose_refinement import Grey, Halvings, Pose, Sheet, aligned, sheets, working
from lookalike.match.locate.pose_sweep import COARSE, Guess, Seen, Sweep
from lookalike.match.locate.presence import MOST, detail, fine, is_there, there_first
from lookalike.types import Located, Picture, Placement

GUESSES = 48
"""Places of the sweep that are made to fit, in the small picture."""
SLIP = math.radians(2)
"""By which a template may be turned further than asked for: the limits are met after all."""
KEPT = 10
"""Places among them that are followed to full size."""


@dataclass(frozen=True)
class Poses:
    """Where, how large and how turned a template lies; scores are its `ccoeff-normed` with what lies there, warped."""

    name: ClassVar[str] = "poses"
    revision: ClassVar[int] = 1
    source: ClassVar[str] = "Evangelidis & Psarakis, Parametric image alignment using ECC maximization, PAMI 2008"

    smallest: float = 0.5
    largest: float = 2.0
    """Sizes of the template there, by its own."""
    least_angle: float = -180.0
    most_angle: float = 180.0
    """Degrees by which it is turned there, clockwise."""
    overlap: float = 0.3
    """Two placements may share so much of their union."""
    threads: int = field(default_factory=lambda: os.cpu_count() or 1, compare=False)

    def __post_init__(self) -> None:
        if not 0.05 <= self.smallest <= self.largest <= 20:
            raise ValueError(f"scales go from small to large within 0.05:20, not {self.smallest}:{self.largest}")
        if not -360 <= self.least_angle <= self.most_angle <= 360:
            raise ValueError(f"angles go up, within -360:360, not {self.least_angle}:{self.most_angle}")
        if not 0 <= self.overlap < 1:
            raise ValueError(f"overlap is a share below 1, not {self.overlap}")

    def locate(self, template: Picture, image: Picture, k: int = 1, mask: Mask | None = None) -> Located:
        """The best `k` places, best first, those whose detail agrees before all others.

        Raises `BadQuery` where the template is larger than the image at every size and angle.
        """
        small, large = planes(template, False), planes(image, False)
        check(small, small, mask)
        counted = np.ones(small.shape[:2], bool) if mask is None else mask
        grey = small[:, :, 0].astype(np.float32)
        sizes = sheets(grey, counted)
        if not sizes:
            return Located((), True, np.zeros(large.shape[:2], np.float32))
        seen = Halvings.of(large[:, :, 0].astype(np.float32))
        of_mask = Halvings.of(counted.astype(np.float32))
        sweep = Sweep(Halvings.of(grey), of_mask, seen, self._scales, self._angles)
        swept = sweep.seen(max(GUESSES, 4 * k), self.threads)
        if swept.count == 0:
            raise BadQuery(
                f"the template has {small.shape[1]} x {small.shape[0]} px and the picture {large.shape[1]} x "
                f"{large.shape[0]}: at no scale from {self.smallest:g} on and no angle does it fit; allow smaller ones"
            )
        fitted = self._fitted(sizes, seen, swept.guesses, max(KEPT, 2 * k))
        found = [_Found(pose, score, _detail(sizes, seen, pose)) for pose, score in fitted if self._is_allowed(pose)]
        poses = {one.placement(small.shape): one.pose for one in found}
        best = settled(list(poses), k, self.overlap, there_first)
        if any(is_there(place) for place in best):
            best = self._each_sharpened(sizes, seen, best, poses, small.shape)
        return Located(scaled_to(image, best), True, _map(swept, best))

    def _each_sharpened(
        self,
        sizes: list[Sheet],
        image: Halvings,
        places: Sequence[Placement],
        poses: Mapping[Placement, Pose],
        shape: tuple[int, ...],
    ) -> list[Placement]:
        of_detail = image.each(fine)
        return [self._sharpened(sizes, image, of_detail, place, poses[place], shape) for place in places]

    def _sharpened(
        self,
        sizes: list[Sheet],
        image: Halvings,
        of_detail: Halvings,
        place: Placement,
        pose: Pose,
        shape: tuple[int, ...],
    ) -> Placement:
        """Made to fit in detail alone, where the detail agrees the more for it; what is not there stays as it is."""
        if place.detail is None or not is_there(place):
            return place
        sheet = working(sizes, pose.scale)[0]
        closer, _ = aligned(replace(sheet, grey=fine(sheet.grey)), of_detail, pose, self._scales)
        if not self._is_allowed(closer) or _detail(sizes, image, closer) <= place.detail:
            return place
        return _Found(closer, sheet.score(image, closer), place.detail).placement(shape)

    def _fitted(
        self, sizes: list[Sheet], image: Halvings, guesses: Sequence[Guess], most: int
    ) -> list[tuple[Pose, float]]:
        """Best first: all made to fit in the small picture, the best of them in larger ones."""
        found = [(guess.pose, guess.score) for guess in guesses]
        depth = max((len(working(sizes, pose.scale)) for pose, _ in found), default=0)
        for at in range(1, depth + 1):
            found = [self._at_size(sizes, image, one, at) for one in found]
            found = _distinct(sorted(found, key=lambda one: -one[1]), most)
        return found

    def _at_size(self, sizes: list[Sheet], image: Halvings, one: tuple[Pose, float], at: int) -> tuple[Pose, float]:
        """In the at-th smallest picture of the template, if it has so many at this scale."""
        of_scale = working(sizes, one[0].scale)
        return aligned(of_scale[-at], image, one[0], self._scales) if at <= len(of_scale) else one

    def _is_allowed(self, pose: Pose) -> bool:
        low, high = self._angles
        return abs(math.remainder(pose.angle - (low + high) / 2, 2 * math.pi)) <= (high - low) / 2 + SLIP

    @property
    def _scales(self) -> tuple[float, float]:
        return self.smallest, self.largest

    @property
    def _angles(self) -> tuple[float, float]:
        return math.radians(self.least_angle), math.radians(self.most_angle)


@dataclass(frozen=True)
class _Found:
    """A pose, its score, and what its detail says."""

    pose: Pose
    score: float
    detail: float

    def placement(self, shape: tuple[int, ...]) -> Placement:
        """Placement of a template of `shape`."""
        pose = self.pose
        width, height = pose.scale * shape[1], pose.scale * shape[0]
        box = (pose.x - width / 2, pose.y - height / 2, width, height)
        return Placement(box, self.score, pose.scale, math.remainder(pose.angle, 2 * math.pi), self.detail)


def _map(swept: Seen, best: Sequence[Placement]) -> Grey:
    """The map of the sweep, in which what was fitted has the score it came to: the sweep alone is coarse."""
    found = swept.map()
    for one in best:
        x, y, width, height = one.box
        reach = max(1, round(min(width, height) / COARSE))
        row, column = int(y + height / 2), int(x + width / 2)
        about = np.s_[max(0, row - reach) : row + reach + 1, max(0, column - reach) : column + reach + 1]
        np.maximum(found[about], one.score, out=found[about])
    return found


def _distinct(ranked: Sequence[tuple[Pose, float]], most: int) -> list[tuple[Pose, float]]:
    """At most so many, none the same as a better one."""
    kept: list[tuple[Pose, float]] = []
    for pose, score in ranked:
        if len(kept) < most and not any(_is_same(pose, other) for other, _ in kept):
            kept.append((pose, score))
    return kept


def _is_same(a: Pose, b: Pose) -> bool:
    turned = abs(math.remainder(a.angle - b.angle, 2 * math.pi))
    return math.hypot(a.x - b.x, a.y - b.y) < 1 and abs(math.log(a.scale / b.scale)) < 0.02 and turned < 0.02


def _detail(sizes: list[Sheet], image: Halvings, pose: Pose) -> float:
    """In the largest picture of the template that says no more than it has to."""
    of_scale = working(sizes, pose.scale)
    sheet = next((one for one in of_scale if one.grey.size <= MOST), of_scale[-1])
    return detail(sheet.grey, sheet.warped(image, pose), sheet.inside)
