"""Why what looks laid on one of two pictures is content after all: it lies on paper and not on a photo, it is one spot,
or it is one more of what both show."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.match.difference.overlap import Mask
from lookalike.match.difference.overlay import (
    FILLED,
    LARGE,
    VARIED,
    adds_to_lettering,
    commonest,
    depth,
    hull,
    reach_of,
    strongest,
    within,
)
from lookalike.match.difference.tone_bound import LUMA, Plane
from lookalike.types import Pixels

PAPER: Final = 0.5
"""Share of the px about a place, or of those beneath it, that are of one colour, from which on it lies on no photo.

Beside words and boxes on 60 photos at most .48 were, and .74 on goods before white; on posts and shops .57 and more.
"""
STEP: Final = 4
"""Levels of the steps in which that colour is looked for."""
EXACTLY: Final = 1
"""Levels about it that count as it: a clear sky is not as even."""
RIM: Final = 2
"""px about what differs that do not count."""
SPOT: Final = 1600
"""px that one spot has, the most: what is larger is a box over something."""
COMPACT: Final = 0.75
"""Depth of a spot by its longer side, by that of a disc, the least: a bar of 3 to 2 has .83, a line of letters less."""


SOLID: Final = 0.75
"""Share of its hull that a patch fills; words fill less."""
SMOOTH: Final = 3.0
"""Levels of contrast, without noise, of what is smooth."""


def is_content(
    a: Pixels, b: Pixels, where: Mask, corner: tuple[int, int], off: Plane, noise: float, *, of_a: bool
) -> bool:
    """Whether what seems laid on a, or on b, is none for what is about it.

    `where` (h, w) from `corner` (x, y) on says which px of a and b (height, width, 3) differ, `off` by how much.
    """
    if is_spot(where):
        return True
    rows, columns = np.flatnonzero(where.any(axis=1)), np.flatnonzero(where.any(axis=0))
    reach = reach_of(int(columns[-1] - columns[0]) + 1, int(rows[-1] - rows[0]) + 1)
    left, top = max(0, corner[0] - reach), max(0, corner[1] - reach)
    window = slice(top, corner[1] + where.shape[0] + reach), slice(left, corner[0] + where.shape[1] + reach)
    on_top, beneath = (a[window], b[window]) if of_a else (b[window], a[window])
    own, strong = (np.zeros(on_top.shape[:2], np.bool_) for _ in range(2))
    inner = (
        slice(corner[1] - top, corner[1] - top + where.shape[0]),
        slice(corner[0] - left, corner[0] - left + where.shape[1]),
    )
    own[inner], strong[inner] = where, strongest(where, off)
    if is_on_paper(on_top, beneath, own) or hides_nothing(beneath, own):
        return True
    return adds_to_lettering(on_top.astype(np.float32), beneath.astype(np.float32), own, strong, noise)


def is_spot(where: Mask) -> bool:
    """Whether the px that differ are one small disc or square: nobody writes a dot, and photos are full of spots."""
    rows, columns = np.flatnonzero(where.any(axis=1)), np.flatnonzero(where.any(axis=0))
    longer = max(int(rows[-1] - rows[0]), int(columns[-1] - columns[0])) + 1
    return bool(where.sum() < SPOT and 6 * depth(hull(where)) >= COMPACT * longer)


def hides_nothing(beneath: Pixels, own: Mask) -> bool:
    """Whether the px `own` are one solid patch over what is smooth: a window lit, an eye on skin, another sticker.

    Nobody covers what shows nothing; words are written there.
    """
    if own.sum() < SOLID * hull(own).sum():
        return False
    inner = cv2.erode(own.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    covered = cv2.blur(beneath, (5, 5))[inner if inner.any() else own]
    return float(covered.std(axis=0).max()) <= SMOOTH


def is_on_paper(on_top: Pixels, beneath: Pixels, own: Mask) -> bool:
    """Whether both are of one colour about the px `own`, or one is beneath them: a page with a photo on it is no photo.

    A large box over things that vary may lie there.
    """
    covered = beneath[own]
    rows, columns = np.flatnonzero(own.any(axis=1)), np.flatnonzero(own.any(axis=0))
    area = (rows[-1] - rows[0] + 1) * (columns[-1] - columns[0] + 1)
    if len(covered) >= max(LARGE, FILLED * area) and float((covered @ LUMA).std()) >= VARIED:
        return False
    about = cv2.dilate(own.astype(np.uint8), np.ones((2 * RIM + 1, 2 * RIM + 1), np.uint8)) == 0
    return _plain(covered) >= PAPER or min(_plain(side[about]) for side in (on_top, beneath)) >= PAPER


def _plain(colours: NDArray[np.uint8]) -> float:
    """Share of (n, 3) px that are of the commonest colour."""
    if not len(colours):
        return 0.0
    levels = colours.astype(np.int16)
    return float(within(levels[None], commonest(levels, STEP), EXACTLY)[0].mean())
