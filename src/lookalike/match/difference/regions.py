"""Places where two aligned pictures differ: each with its box, its px, and what explains it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.match.difference.channels import most
from lookalike.match.difference.level import Levels
from lookalike.match.difference.order_statistics import quantile
from lookalike.match.difference.overlap import Mask, Overlap
from lookalike.match.difference.overlay import Ground, ground_of, laid_on, strongest
from lookalike.match.difference.residual import CELL, Residual
from lookalike.match.difference.sharpness import blurred
from lookalike.match.difference.surroundings import is_content
from lookalike.match.difference.tone_bound import Plane
from lookalike.types import Size

CLEARLY: Final = 7.0
"""Times what noise explains, from which on a difference is certain."""
RATHER: Final = 3.5
"""Times what noise explains, from which on a difference that adjoins a certain one belongs to it."""
LEAST: Final = 12.0
"""Levels that its strongest px must differ by."""
OF_STRONGEST: Final = 0.4
"""Share of the difference of the strongest px nearby, from which on px belong to it: less is what an edge spreads."""
OF_EACH: Final = 0.6
"""Share of the strongest of all that the strongest px of each part must reach, where no window of it is certain."""
NEARBY: Final = 16
"""px that an edge spreads to, the most: a block of JPEG whose colours are halved."""
OF_USUAL: Final = 1.5
"""Times the levels that px are off where nothing differs, that they must differ by: no change of tone explained it."""
APART: Final = 0.02
"""Share of the longer side: places that lie closer are one."""
SMALL: Final = 0.04
"""Share of the longer side, of which what is laid on has more: a ring or a mole has less, and no word."""
MOST: Final = 100
"""Places that are told apart, the largest."""
HOLLOW: Final = 0.5
"""Share of px that are transparent in one alone, from which on nothing is laid on: it is cut out."""
SPECK: Final = 2
"""px that are a flaw rather than content."""

Kind = Literal["laid on a", "laid on b", "ground of a", "ground of b", "light", "colour", "content", "speck"]
"""`content`: nothing explains it, or each has something of its own. `ground of a`: where b is transparent."""


Corners = tuple[int, int, int, int]


@dataclass(frozen=True, eq=False)
class Region:
    """`box` (left, top, right, bottom) px of the grid about the px that differ; `area` of them, in px of the grid."""

    box: Corners
    area: int
    kind: Kind
    strength: float
    where: Mask
    """(h, w) of the box: px that differ."""

    def near(self, x: int, y: int, shape: tuple[int, int]) -> Mask:
        """Cells from cell (x, y) on, (rows, columns), whose windows hold px that differ."""
        cells = np.zeros(shape, np.uint8)
        rows, columns = np.nonzero(self.where)
        rows, columns = (rows + self.box[1]) // CELL - y, (columns + self.box[0]) // CELL - x
        kept = (rows < shape[0]) & (columns < shape[1])
        cells[rows[kept], columns[kept]] = 1
        return np.asarray(cv2.dilate(cells, np.ones((5, 5), np.uint8)) > 0)


def regions(found: Overlap, left: Residual, levels: Levels) -> list[Region]:
    """Largest first."""
    shape = left.excess.shape
    light, colour = (
        cv2.resize(each, shape[::-1], interpolation=cv2.INTER_LINEAR) for each in (levels.light, levels.colour)
    )
    excess, fine = (np.where(left.unlike, np.maximum(each, CLEARLY), each) for each in (left.excess, left.fine))
    certain = (excess >= CLEARLY) | (light >= 1) | (colour >= 1)
    if not certain.any():
        return []
    rather = ((excess >= RATHER) | (light >= 0.7) | (colour >= 0.7)).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(rather, connectivity=8)
    certain_of = np.bincount(labels[certain], minlength=count)
    order = sorted((n for n in range(1, count) if certain_of[n]), key=lambda n: -int(stats[n, cv2.CC_STAT_AREA]))
    certainly = (fine >= CLEARLY) | (light >= 1) | (colour >= 1)
    ground = ground_of(found, certain)
    why = np.stack([excess, light, colour])
    usual = OF_USUAL * _usual(found, rather == 0)
    told: list[Region] = []
    for number in order[:MOST]:
        x, y, width, height = (int(value) for value in stats[number, : cv2.CC_STAT_HEIGHT + 1])
        cells = slice(max(0, y - 1), y + height + 1), slice(max(0, x - 1), x + width + 1)
        mask = cv2.dilate((labels[cells] == number).astype(np.uint8), np.ones((3, 3), np.uint8))
        first, top = cells[1].start * CELL, cells[0].start * CELL
        last, bottom = min(found.size[0], first + mask.shape[1] * CELL), min(found.size[1], top + mask.shape[0] * CELL)
        inside = np.kron(mask, np.ones((CELL, CELL), np.uint8))[: bottom - top, : last - first] > 0
        sure = np.kron(certainly[cells].astype(np.uint8), np.ones((CELL, CELL), np.uint8))[
            : bottom - top, : last - first
        ]
        own = why[:, cells[0], cells[1]][:, mask > 0]
        one = _region(inside, sure > 0, (first, top), found, left, ground, own, usual)
        if one is not None:
            told.append(one)
    apart = _joined(_regrouped(told, found.size))
    apart = [replace(each, kind="content") if _is_too_small(each, found.size) else each for each in apart]
    return sorted(apart, key=lambda each: -each.area)


def _is_too_small(place: Region, size: Size) -> bool:
    """Whether a place is smaller than what people lay on a picture."""
    left, top, right, bottom = place.box
    return place.kind in ("laid on a", "laid on b") and max(right - left, bottom - top) < SMALL * max(size)


def _usual(found: Overlap, agreeing: Mask) -> float:
    """Levels that px are off in the cells that agree, in the median; 0 where none do."""
    middle = slice(CELL // 2, None, CELL)
    off = most(cv2.absdiff(found.a[middle, middle], found.b[middle, middle]))
    agreeing = agreeing[: off.shape[0], : off.shape[1]] & found.both[middle, middle]
    return float(np.median(off[agreeing])) if agreeing.any() else 0.0


def _regrouped(places: list[Region], size: Size) -> list[Region]:
    """The px that differ, in places that lie farther apart than `APART`."""
    gap = max(3, round(APART * max(size)))
    numbers = np.zeros((size[1], size[0]), np.uint8)
    for number, place in enumerate(places, 1):
        left, top, right, bottom = place.box
        numbers[top:bottom, left:right][place.where] = number
    grown = cv2.dilate((numbers > 0).astype(np.uint8), np.ones((gap, gap), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(grown, connectivity=8)
    found = []
    for label in range(1, count):
        x, y, width, height = (int(value) for value in stats[label, : cv2.CC_STAT_HEIGHT + 1])
        window = slice(y, y + height), slice(x, x + width)
        held = np.where(labels[window] == label, numbers[window], 0)
        whose = [places[number - 1] for number in np.unique(held[held > 0]).tolist()]
        if whose:
            found.append(_one_of(whose, held > 0, (x, y)))
    return found


def _joined(places: list[Region]) -> list[Region]:
    """Regions whose boxes overlap as one, until none do."""
    left, apart = list(places), list[Region]()
    while left:
        one = left.pop()
        close = [each for each in (*left, *apart) if _overlap(one.box, each.box)]
        if not close:
            apart.append(one)
            continue
        left, apart = ([each for each in some if not any(each is other for other in close)] for some in (left, apart))
        left.append(_around([one, *close]))
    return apart


def _overlap(one: Corners, other: Corners) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _around(places: list[Region]) -> Region:
    boxes = np.array([place.box for place in places])
    left, top, right, bottom = (int(v) for v in (*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0)))
    where = np.zeros((bottom - top, right - left), np.bool_)
    for place in places:
        x, y = place.box[0] - left, place.box[1] - top
        where[y : y + place.where.shape[0], x : x + place.where.shape[1]] |= place.where
    return _one_of(places, where, (left, top))


def _one_of(places: list[Region], where: Mask, corner: tuple[int, int]) -> Region:
    """Region of the px `where`, (h, w) from `corner` on, that `places` hold: of their kind if they have one."""
    rows, columns = np.flatnonzero(where.any(axis=1)), np.flatnonzero(where.any(axis=0))
    top, bottom, first, last = int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
    kinds = {place.kind for place in places if place.kind != "speck"}
    area = int(where.sum())
    kind: Kind = next(iter(kinds)) if len(kinds) == 1 else "content" if kinds or area > SPECK else "speck"
    box = corner[0] + first, corner[1] + top, corner[0] + last, corner[1] + bottom
    return Region(box, area, kind, max(place.strength for place in places), where[top:bottom, first:last])


def _region(
    inside: Mask,
    sure: Mask,
    corner: tuple[int, int],
    found: Overlap,
    left: Residual,
    ground: Ground,
    why: NDArray[np.float32],
    usual: float,
) -> Region | None:
    """None where no px of it differs by much. `sure` are px whose own windows are certain, however strong others are.

    `why` (3, n): excess, light and colour of its cells. `usual`: levels that px are off elsewhere, and a little more.
    """
    window = slice(corner[1], corner[1] + inside.shape[0]), slice(corner[0], corner[0] + inside.shape[1])
    a = blurred(found.a[window].astype(np.float32), left.blurred_a)
    b = blurred(found.b[window].astype(np.float32), left.blurred_b)
    inside = inside & found.both[window]
    off = most(np.abs(a - b))
    if not inside.any() or float(off[inside].max()) < LEAST:
        return None
    strength = quantile(off[inside], 0.99)
    strongest = cv2.dilate(np.where(inside, off, 0), np.ones((2 * NEARBY + 1, 2 * NEARBY + 1), np.uint8))
    strongest = np.minimum(strongest, strength)
    where = inside & (off >= np.maximum(max(LEAST / 2, 2 * left.noise, usual), OF_STRONGEST * strongest))
    where = _held(where, where & (off >= np.maximum(LEAST, OF_EACH * np.where(sure, strongest, strength))))
    if not where.any():
        return None
    area = int(where.sum())
    kind = _kind(a, b, where, off, left.noise, ground, why) if area > SPECK else "speck"
    box = corner[0], corner[1], corner[0] + where.shape[1], corner[1] + where.shape[0]
    if kind in ("laid on a", "laid on b") and (
        (found.hollow is not None and found.hollow[window][where].mean() > HOLLOW)
        or is_content(found.a, found.b, where, corner, off, left.noise, of_a=kind == "laid on a")
    ):
        kind = "content"
    return Region(box, area, kind, strength, where)


def _held(where: Mask, strong: Mask) -> Mask:
    """The parts that hold strong px: the rest is noise that rides on an edge."""
    grown = cv2.dilate(where.astype(np.uint8), np.ones((3, 3), np.uint8))
    count, labels = cv2.connectedComponents(grown, connectivity=8)
    kept = np.zeros(count, np.bool_)
    kept[labels[strong]] = True
    return np.asarray(where & kept[labels])


def _kind(a: Plane, b: Plane, where: Mask, off: Plane, noise: float, ground: Ground, why: NDArray[np.float32]) -> Kind:
    side = laid_on(a, b, where, strongest(where, off), noise, ground)
    if side is not None:
        return "laid on a" if side == "a" else "laid on b"
    excess, light, colour = why
    of_light, of_colour = int((light >= 0.7).sum()), int((colour >= 0.7).sum())
    if float((excess >= CLEARLY).mean()) >= 0.2 or not of_light + of_colour:
        return "content"
    return "colour" if of_colour >= of_light else "light"
