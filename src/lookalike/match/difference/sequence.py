"""Animations and documents laid over each other frame by frame: one that begins alike is not yet the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeAlias

import cv2
import numpy as np

from lookalike.match.difference.channels import most
from lookalike.match.difference.comparison import AGREES, WINDOWS, Comparison, compare_pixels
from lookalike.match.difference.overlap import inverse, overlap
from lookalike.match.difference.regions import Kind
from lookalike.pixels.resize import scaling
from lookalike.types import Matrix, Picture

CLOSELY: Final = 24
"""Frames or pages that are compared closely, evenly spread, the first and the last among them."""
ROUGH: Final = 2.0**18
"""px, about, on which all others are looked at: letters of a page are some px high there."""
PATCH: Final = 9
"""px of the places by whose means two frames are off."""
TELLING: Final = 16.0
"""Levels that the frames which show the same are off, the most, for others to be told by less."""
AT_ONCE: Final = 16_000_000
"""px of the frames that are held in memory at once, of each file, unless one has more."""
OF_ONE: Final = ("laid on a", "laid on b")
"""Kinds of what lies on one of the two: on single frames it is content."""
ONE_COLOUR: Final = 12.0
"""Levels by which the colours of two blank frames may differ."""

FramesAt: TypeAlias = Callable[[Sequence[int]], Sequence[Picture]]
"""Numbers from 0, ascending, to the frames; raises `BadPicture` where one cannot be read."""
_Pair: TypeAlias = tuple[int, Picture, Picture, Matrix]
"""Number of a frame, what a and b show there, and the map from px of the one to px of the other."""


def first_differing(a: FramesAt, b: FramesAt, main: tuple[Picture, Picture], told: Comparison) -> int | None:
    """The number of the first frame found in which a and b do not show the same; None where there is none.

    Both have as many frames as the first of the `main` ones says, and `told` is known of these: what is laid on one of
    them may be laid on the same one in other frames. Of long ones a spread is compared closely, and then each frame
    that is farther off than any of the spread.
    """
    from lookalike.pixels.frames import reach  # which loads Pillow

    count = main[0].frames
    laid = frozenset(each.kind for each in told.differs)
    spread = sorted({round(at) for at in np.linspace(0, count - 1, CLOSELY).tolist()})
    usual = 0.0
    for number, one, other, model in _pairs(spread, a, b, main, told.model):
        if not show_the_same(one, other, model, laid):
            return number
        usual = max(usual, _off(one, other, model))
    rest = sorted(set(range(reach(count, main[0].pixels))) - set(spread))
    tells = usual <= TELLING and not laid
    for number, one, other, model in _pairs(rest, a, b, main, told.model):
        if tells and _off(one, other, model) <= usual:
            continue
        if not show_the_same(one, other, model, laid):
            return number
    return None


def _pairs(
    numbers: Sequence[int], a: FramesAt, b: FramesAt, main: tuple[Picture, Picture], model: Matrix
) -> Iterator[_Pair]:
    """Frames of these numbers; `model` lays the `main` ones over each other."""
    step = max(1, AT_ONCE // (main[0].size[0] * main[0].size[1]))
    for start in range(0, len(numbers), step):
        some = numbers[start : start + step]
        for number, one, other in zip(some, a(some), b(some), strict=True):
            yield (
                number,
                one,
                other,
                scaling(other.size, main[1].size) @ model @ inverse(scaling(one.size, main[0].size)),
            )


def _off(a: Picture, b: Picture, model: Matrix) -> float:
    """Levels by which the two are off in the place where they are farthest apart; 0 where they do not meet."""
    found = overlap(a, b, model, ROUGH)
    if found is None:
        return 0.0
    off = cv2.blur(most(cv2.absdiff(found.a, found.b)).astype(np.float32) * found.both, (PATCH, PATCH))
    return float(off.max())


def show_the_same(a: Picture, b: Picture, model: Matrix, laid: frozenset[Kind]) -> bool:
    """Whether two frames do, be it nothing at all; kinds of `laid` may lie on one of them."""
    from lookalike.pixels.frames import BLANK, contrast  # which loads Pillow

    if max(contrast(a.pixels), contrast(b.pixels)) < BLANK:
        return float(np.abs(_mean(a) - _mean(b)).max()) <= ONE_COLOUR
    told = compare_pixels(a, b, model)
    if told is None or any(each.kind in OF_ONE and each.kind not in laid for each in told.differs):
        return False
    return told.verdict in ("copy", "part") or _has_no_detail(told)


def _has_no_detail(told: Comparison) -> bool:
    """Whether a few lines and letters agree, too few to prove anything of a picture that stands alone."""
    return told.windows < WINDOWS and not told.differs and told.agreement >= min(AGREES)


def _mean(picture: Picture) -> Matrix:
    return np.asarray(picture.pixels.reshape(-1, 3).mean(axis=0), np.float64)
