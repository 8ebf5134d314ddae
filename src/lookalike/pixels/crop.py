"""A part of a picture."""

from __future__ import annotations

import math

import numpy as np

from lookalike.errors import BadQuery
from lookalike.types import Box, Picture


def crop(picture: Picture, box: Box) -> Picture:
    """The part of `picture` in `box`, (x, y, w, h) in px of the original, its edges rounded to whole pixels.

    Of a picture that was decoded at a fraction it is the part that the decoded pixels have of it. Raises `BadQuery`
    where the box is empty or reaches outside.
    """
    width, height = picture.size
    x, y, w, h = box
    if not (
        all(map(math.isfinite, box)) and x >= 0 and y >= 0 and w > 0 and h > 0 and x + w <= width and y + h <= height
    ):
        raise BadQuery(
            f"a crop is x, y, width, height within {width} x {height} px, not {', '.join(map(_number, box))}"
        )
    left, right = _span(x, w, width)
    top, bottom = _span(y, h, height)
    rows, columns = picture.pixels.shape[:2]
    first_column, last_column = _span(left * columns / width, (right - left) * columns / width, columns)
    first_row, last_row = _span(top * rows / height, (bottom - top) * rows / height, rows)
    window = slice(first_row, last_row), slice(first_column, last_column)
    alpha = None if picture.alpha is None else picture.alpha[window]
    return Picture(np.ascontiguousarray(picture.pixels[window]), (right - left, bottom - top), alpha)


def _span(start: float, length: float, limit: int) -> tuple[int, int]:
    """The nearest whole pixels from and to, at least one."""
    first = min(round(start), limit - 1)
    return first, min(max(round(start + length), first + 1), limit)


def _number(value: float) -> str:
    return f"{value:g}"
