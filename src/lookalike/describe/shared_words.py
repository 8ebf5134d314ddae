"""Where in two pictures the visual words lie that both have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.describe.drawing import centred, fit, side_by_side
from lookalike.describe.drawing import drawn as drawn_picture
from lookalike.types import Picture, Pixels

SHOWN: Final = 8
"""Words, the most: more colours are hard to tell apart."""
SIDE: Final = 300
"""px of each of the two pictures."""
RADIUS: Final = 5
"""px of a mark."""


@dataclass(frozen=True, eq=False)
class Places:
    """(k, 2) px of the original, and (k,) the word there."""

    picture: Picture
    xy: NDArray[np.float32]
    words: NDArray[np.int64]


def drawn(places: Sequence[Places], words: NDArray[np.int64]) -> Pixels:
    """The pictures side by side, marks of one colour where one of the words lies."""
    return side_by_side([_marked(each, words) for each in places])


def _marked(places: Places, words: NDArray[np.int64]) -> Pixels:
    size = fit(places.picture.size, SIDE)
    canvas = drawn_picture(places.picture.pixels, size)
    xy = (places.xy + 0.5) * (np.array(size) / places.picture.size)
    for word, colour in zip(words, _colours(), strict=False):
        for x, y in np.rint(xy[places.words == word]).astype(int).tolist():
            cv2.circle(canvas, (x, y), RADIUS, (255, 255, 255), 3, cv2.LINE_AA)
            cv2.circle(canvas, (x, y), RADIUS, colour, 2, cv2.LINE_AA)
    return centred(canvas, (max(size[0], SIDE // 2), size[1]))


def _colours() -> list[tuple[int, ...]]:
    """SHOWN of them, hues evenly spread, every second one dark."""
    hues = (np.arange(SHOWN) * 180 // SHOWN).astype(np.uint8)
    values = np.where(np.arange(SHOWN) % 2, 150, 240).astype(np.uint8)
    hsv = np.stack([hues, np.full_like(hues, 230), values], axis=1)
    return [tuple(colour) for colour in cv2.cvtColor(hsv[None], cv2.COLOR_HSV2RGB)[0].tolist()]
