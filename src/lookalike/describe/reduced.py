"""The one reduced picture that the describers of this room look at: reducing it is most of what they cost."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from lookalike.pixels.planes import small, small_grey
from lookalike.pixels.resize import resize
from lookalike.types import Picture, Pixels

SIDE: Final = 128
"""px of the square. Whatever its size, a picture is compared at one resolution."""


def reduced(picture: Picture, width: int = SIDE, height: int = SIDE) -> Pixels:
    """(height, width, 3), at most SIDE each."""
    return resize(small(picture, SIDE, SIDE), (width, height))


def reduced_grey(picture: Picture) -> NDArray[np.uint8]:
    """(SIDE, SIDE)"""
    return small_grey(picture, SIDE, SIDE)
