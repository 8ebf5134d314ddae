"""A template laid over an image as well as place, size and turn allow, by Gauss-Newton on its correlation.

The model of light is a gain and an offset, which are solved for along with the step
[Evangelidis & Psarakis, Parametric image alignment using enhanced correlation coefficient maximization, PAMI 2008].
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.match.locate.planes import halved

Grey = NDArray[np.float32]
"""(h, w)"""

LEAST = 10
"""px that a side of the smallest template has at least."""
MOST = 2**16
"""px of a template that give a place as exactly as more would."""
SHARE = 0.5
"""Share of a px of a smaller template that must be in the mask, for it to count."""
STEPS = 12
"""Steps of Gauss-Newton, at most, at each size."""
CLOSE = 0.01
"""px of the template by which the last step moves no corner."""
STEADY = 1e-6
"""Share of the diagonal, added to it: an edge alone does not say where along it the template lies."""


@dataclass(frozen=True)
class Pose:
    """`x`, `y` px of the image where the middle of the template lies, (0.5, 0.5) its first px; rad, clockwise."""

    x: float
    y: float
    scale: float
    angle: float

    @property
    def turn(self) -> NDArray[np.float64]:
        """(2, 2) from px of the template to px of the image."""
        cosine, sine = self.scale * math.cos(self.angle), self.scale * math.sin(self.angle)
        return np.array([[cosine, -sine], [sine, cosine]])

    def moved(self, step: NDArray[np.float64]) -> Pose:
        """With the template first moved by px (x, y), then enlarged by 1 + step[2] and turned by step[3]."""
        x, y = self.turn @ step[:2]
        grown, turned = 1 + step[2], step[3]
        return Pose(
            self.x + float(x),
            self.y + float(y),
            self.scale * math.hypot(grown, turned),
            self.angle + math.atan2(turned, grown),
        )


@dataclass(frozen=True, eq=False)
class Halvings:
    """A grey plane at 1, 1/2, 1/4 ... of its size, as far as it can be halved."""

    planes: tuple[Grey, ...]

    @classmethod
    def of(cls, plane: Grey) -> Halvings:
        """All at once: several threads ask for them, and together they are a third of the plane."""
        planes = [plane]
        while min(planes[-1].shape) >= 2:
            planes.append(halved(planes[-1]))
        return cls(tuple(planes))

    def at(self, number: int) -> Grey:
        """Halved so many times."""
        return self.planes[number]

    def each(self, change: Callable[[Grey], Grey]) -> Halvings:
        """Every size changed by itself."""
        return Halvings(tuple(change(plane) for plane in self.planes))


@dataclass(frozen=True, eq=False)
class Sheet:
    """A template at one size: its pixels inside the mask without their mean, of unit length."""

    number: int
    grey: Grey
    inside: NDArray[np.bool_]
    middle: tuple[float, float]
    """px of the whole template."""

    @cached_property
    def unit(self) -> NDArray[np.float64]:
        """(n,)"""
        return _unit(self.grey[self.inside].astype(np.float64))

    @cached_property
    def across(self) -> NDArray[np.float64]:
        """(n, 2) of each pixel from the middle, px of the whole template."""
        rows, columns = np.nonzero(self.inside)
        factor = 2.0**self.number
        return np.stack([(columns + 0.5) * factor - self.middle[0], (rows + 0.5) * factor - self.middle[1]], axis=1)

    def warped(self, image: Halvings, pose: Pose) -> Grey:
        """Part of the image under the sheet, as large as it: of the halving whose px are about as large as its own."""
        factor = 2.0**self.number
        number = max(0, round(math.log2(pose.scale * factor)))
        there = 2.0**number
        start = pose.turn @ np.array([factor / 2 - self.middle[0], factor / 2 - self.middle[1]])
        shift = (np.array([pose.x, pose.y]) + start) / there - 0.5
        forward = np.hstack([pose.turn * factor / there, shift[:, None]])
        size = self.grey.shape[::-1]
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return np.asarray(cv2.warpAffine(image.at(number), forward, size, flags=flags, borderMode=cv2.BORDER_REPLICATE))

    def score(self, image: Halvings, pose: Pose) -> float:
        """Correlation of the template with what lies under it."""
        return float((self.unit * _unit(self.warped(image, pose)[self.inside].astype(np.float64))).sum())

    def step(self, image: Halvings, pose: Pose) -> NDArray[np.float64] | None:
        """(4,) what `Pose.moved` takes, towards a better fit; None where there is nothing to hold on to."""
        seen, factor = self.warped(image, pose), 2.0**self.number
        slopes = [cv2.Sobel(seen, cv2.CV_32F, *way, ksize=3, scale=1 / (8 * factor)) for way in ((1, 0), (0, 1))]
        x, y = (slope[self.inside].astype(np.float64) for slope in slopes)
        radius = float(np.sqrt(np.square(self.across).mean())) + 1e-9
        u, v = self.across.T / radius
        columns = np.stack([seen[self.inside].astype(np.float64), x, y, x * u + y * v, y * u - x * v])
        columns -= columns.mean(axis=1, keepdims=True)
        square = np.einsum("in,jn->ij", columns, columns)
        square += STEADY * np.diag(np.diag(square)) + 1e-12 * np.eye(5)
        gains = np.linalg.solve(square, np.einsum("in,n->i", columns, self.unit))
        if gains[0] <= 0:
            return None
        step: NDArray[np.float64] = gains[1:] / gains[0]
        step[2:] /= radius
        return step


def sheets(template: Grey, mask: NDArray[np.bool_]) -> list[Sheet]:
    """The template at its sizes, the largest first."""
    grey, counted = Halvings.of(template), Halvings.of(mask.astype(np.float32))
    middle = (template.shape[1] / 2, template.shape[0] / 2)
    made = []
    for number in range(32):
        if number and min(template.shape) < LEAST * 2**number:
            break
        sheet = Sheet(number, grey.at(number), counted.at(number) >= SHARE, middle)
        if sheet.inside.any() and np.ptp(sheet.grey[sheet.inside]) > 0:
            made.append(sheet)
    return made


def working(all_sizes: list[Sheet], scale: float) -> list[Sheet]:
    """Sheets that say something of a template of this scale, the largest first: no larger than it is in the image."""
    fine = [sheet for sheet in all_sizes if sheet.grey.size <= MOST and scale * 2.0**sheet.number >= math.sqrt(0.5)]
    return fine or all_sizes[-1:]


def aligned(sheet: Sheet, image: Halvings, pose: Pose, scales: tuple[float, float]) -> tuple[Pose, float]:
    """The pose near this one at which the template fits best, and how well."""
    best, score = pose, sheet.score(image, pose)
    reach = math.hypot(*sheet.middle)
    for _ in range(STEPS):
        step = sheet.step(image, best)
        if step is None:
            break
        # No further than to what the slopes still know of.
        moves = math.hypot(step[0], step[1]) + reach * math.hypot(step[2], step[3])
        step = step * min(1.0, 3 * 2.0**sheet.number / (moves + 1e-12))
        tried = [_within(best.moved(step * share), scales) for share in (1.0, 0.3)]
        scored = [(sheet.score(image, one), one) for one in tried]
        better, there = max(scored, key=lambda one: one[0])
        if better <= score:
            break
        best, score = there, better
        if moves < CLOSE:
            break
    return best, score


def _within(pose: Pose, scales: tuple[float, float]) -> Pose:
    return replace(pose, scale=min(max(pose.scale, scales[0]), scales[1]))


def _unit(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Without their mean, of unit length; 0 where they are all the same."""
    centred = values - values.mean()
    length = float(np.sqrt((centred * centred).sum()))
    return np.asarray(centred / length) if length > 1e-6 else np.zeros_like(centred)
