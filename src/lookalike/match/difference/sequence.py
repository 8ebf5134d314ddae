"""Animations and documents laid over each other frame by frame: one that begins alike is not yet the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

import numpy as np

from lookalike.match.difference.comparison import AGREES, WINDOWS, Comparison, compare_pixels
from lookalike.match.difference.overlap import inverse
from lookalike.pixels.resize import scaling
from lookalike.types import Matrix, Picture

MOST: Final = 24
"""Frames or pages that are compared, evenly spread, the first and the last among them."""
AT_ONCE: Final = 16_000_000
"""px of the frames that are held in memory at once, of each file, unless one has more."""
ONE_COLOUR: Final = 12.0
"""Levels by which the colours of two blank frames may differ."""

FramesAt: TypeAlias = Callable[[Sequence[int]], Sequence[Picture]]
"""Numbers from 0, ascending, to the frames; raises `BadPicture` where one cannot be read."""


def first_differing(a: FramesAt, b: FramesAt, main: tuple[Picture, Picture], model: Matrix) -> int | None:
    """The number of the first frame in which a and b do not show the same; None where there is none.

    Both have as many frames as the first of the `main` ones says, whose px `model` takes from a to b.
    """
    count = main[0].frames
    numbers: list[int] = sorted({round(at) for at in np.linspace(0, count - 1, MOST).tolist()})
    step = max(1, AT_ONCE // (main[0].size[0] * main[0].size[1]))
    for start in range(0, len(numbers), step):
        some = numbers[start : start + step]
        for number, one, other in zip(some, a(some), b(some), strict=True):
            fitted = scaling(other.size, main[1].size) @ model @ inverse(scaling(one.size, main[0].size))
            if not show_the_same(one, other, fitted):
                return number
    return None


def show_the_same(a: Picture, b: Picture, model: Matrix) -> bool:
    """Whether two frames do, be it nothing at all."""
    from lookalike.pixels.frames import BLANK, contrast  # which loads Pillow

    if max(contrast(a.pixels), contrast(b.pixels)) < BLANK:
        return float(np.abs(_mean(a) - _mean(b)).max()) <= ONE_COLOUR
    told = compare_pixels(a, b, model)
    return told is not None and (told.verdict in ("copy", "part") or _has_no_detail(told))


def _has_no_detail(told: Comparison) -> bool:
    """Whether a few lines and letters agree, too few to prove anything of a picture that stands alone."""
    return told.windows < WINDOWS and not told.differs and told.agreement >= min(AGREES)


def _mean(picture: Picture) -> Matrix:
    return np.asarray(picture.pixels.reshape(-1, 3).mean(axis=0), np.float64)
