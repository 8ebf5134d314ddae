"""Colours in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

EXAMPLES: Final[dict[str, tuple[tuple[int, int, int], ...]]] = {
    "black": ((0, 0, 0), (28, 28, 28)),
    "dark grey": ((72, 72, 72),),
    "grey": ((128, 128, 128),),
    "light grey": ((192, 192, 192),),
    "white": ((255, 255, 255), (238, 238, 238)),
    "red": ((205, 30, 35), (240, 70, 60)),
    "dark red": ((110, 15, 25),),
    "orange": ((240, 130, 30),),
    "brown": ((120, 75, 40), (80, 50, 30), (155, 105, 65)),
    "beige": ((215, 190, 150), (190, 165, 130)),
    "yellow": ((245, 215, 50), (220, 190, 40)),
    "olive green": ((120, 115, 45),),
    "green": ((60, 150, 60), (30, 200, 50)),
    "dark green": ((30, 70, 35),),
    "light green": ((165, 210, 130),),
    "turquoise": ((60, 180, 175), (30, 120, 120)),
    "light blue": ((150, 195, 230),),
    "blue": ((45, 90, 200), (70, 130, 190)),
    "dark blue": ((25, 35, 90),),
    "purple": ((120, 60, 150),),
    "pink": ((240, 160, 185), (220, 55, 130)),
}
"""RGB colours that a name is right for."""


def names(colours: NDArray[np.uint8]) -> list[str]:
    """For each of (n, 3) RGB colours the name of the nearest example in CIE Lab."""
    words = [name for name, examples in EXAMPLES.items() for _ in examples]
    examples = np.array([rgb for examples in EXAMPLES.values() for rgb in examples], np.uint8)
    apart = lab(colours)[:, None] - lab(examples)[None]  # (n, e, 3)
    return [words[nearest] for nearest in np.linalg.norm(apart, axis=2).argmin(axis=1)]


def joined(words: Sequence[str]) -> str:
    """'brown', 'brown and white', 'brown, white and red'."""
    *front, last = words
    return f"{', '.join(front)} and {last}" if front else last


def lab(colours: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(n, 3) of (n, 3) RGB: L from 0 to 100."""
    lab = cv2.cvtColor((colours[None] / 255).astype(np.float32), cv2.COLOR_RGB2Lab)
    return np.asarray(lab[0], np.float32)
