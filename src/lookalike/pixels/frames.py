"""The frames of an animation and the pages of a document."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from PIL import Image

from lookalike.types import Pixels

BLANK: Final = 2.0
"""Levels of standard deviation below which a frame shows nothing."""
SPREAD: Final = 8
"""Frames that are looked at for one that shows something, evenly spread, the first and the last among them."""
MOST_FRAMES: Final = 1000
"""Frames of one file that are ever decoded, one after another."""
MOST_PIXELS: Final = 200_000_000
"""In all of them."""

FrameReader = Callable[[int], Pixels]
"""The number of a frame, from 0, to its pixels; raises whatever the decoder does."""


def telling_frame(count: int, read: FrameReader, main: int = 0) -> tuple[int, Pixels]:
    """The number of a frame that shows something, and its pixels: the `main` one unless that is blank.

    Then it is, of up to `SPREAD` frames spread over the file, the first with half the contrast of the best. Frames
    that cannot be read are passed over.
    """
    pixels = read(main)
    if count == 1 or contrast(pixels) >= BLANK:
        return main, pixels
    contrasts = {}
    for number in spread(count, pixels):
        try:
            contrasts[number] = contrast(read(number))
        except Exception:  # noqa: BLE001  whatever a damaged frame raises, the main one is a picture
            continue
    best = max(contrasts.values(), default=0.0)
    if best < BLANK:
        return main, pixels
    number = next(number for number in contrasts if contrasts[number] >= best / 2)
    return number, read(number)


def spread(count: int, first: Pixels) -> list[int]:
    """Numbers of up to `SPREAD` frames, ascending, as far into the file as its frames are ever decoded."""
    return sorted({round(at) for at in np.linspace(0, reach(count, first) - 1, SPREAD)})


def reach(count: int, first: Pixels) -> int:
    """How many of so many frames are ever decoded."""
    height, width = first.shape[:2]
    return int(min(count, MOST_FRAMES, max(1, MOST_PIXELS // (height * width))))


def contrast(pixels: Pixels) -> float:
    """The largest standard deviation of the three channels, in levels."""
    counts = np.array(Image.fromarray(pixels).histogram(), np.float64).reshape(3, 256)
    shares = counts / counts.sum(axis=1, keepdims=True)
    levels = np.arange(256)
    means = shares @ levels
    return float(np.sqrt(np.maximum(shares @ levels**2 - means**2, 0).max()))
