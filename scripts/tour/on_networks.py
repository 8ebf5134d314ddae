"""What does it show? A network that was trained on photos of a thousand classes."""

from __future__ import annotations

import cv2
import numpy as np
from pictures import photo, picture, repainted, scaled, square

from lookalike.describe.convnet import ConvNet
from lookalike.describe.reduced import SIDE
from lookalike.pixels.colour import rgb_of_grey
from lookalike.search.show.agreement import agreement
from lookalike.types import Explanation, Picture


def cat_and_drawing() -> Explanation:
    """A photo and the lines of it."""
    return ConvNet().explain(photo("chelsea"), _lines(photo("chelsea")))


def cat_in_coffee() -> Explanation:
    """A photo, and the same painted with the pixels of another."""
    cat, cup = square(photo("chelsea"), 2 * SIDE), square(photo("coffee"), 2 * SIDE)
    return ConvNet().explain(cat, repainted(cat, cup))


def cup_and_portrait() -> Explanation:
    """Two pictures of one and the same set of pixels."""
    cup = square(photo("coffee"), 2 * SIDE)
    return ConvNet().explain(cup, repainted(square(photo("astronaut"), 2 * SIDE), cup))


def cat_pasted() -> Explanation:
    """A photo, and it as a small part of another."""
    small, canvas = scaled(photo("chelsea"), 0.5), photo("rocket").pixels.copy()
    canvas[40 : 40 + small.size[1], 360 : 360 + small.size[0]] = small.pixels
    return ConvNet().explain(photo("chelsea"), picture(canvas))


def blind_to_edits() -> Explanation:
    """Two photos, where they agree, as what they are seen, and how like its original each edited copy is."""
    found = agreement(photo("chelsea"), photo("coffee"), ConvNet())
    return Explanation(found.line, found.picture)


def _lines(whole: Picture) -> Picture:
    """Dark where light changes."""
    grey = cv2.GaussianBlur(cv2.cvtColor(whole.pixels, cv2.COLOR_RGB2GRAY), (0, 0), 1.5).astype(np.float32)
    steep = np.hypot(*np.gradient(grey))
    return picture(rgb_of_grey(np.rint(255 - np.clip(14 * steep, 0, 255)).astype(np.uint8)))


FIGURES = (cat_and_drawing, cat_in_coffee, cup_and_portrait, cat_pasted, blind_to_edits)
