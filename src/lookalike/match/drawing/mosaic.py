"""Two pictures of one scene on one canvas, where the shift between them says."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from lookalike.describe.drawing import MARK, PAPER
from lookalike.types import Picture, Pixels, Placement

SIDE: Final = 800
"""Longest side of a mosaic, in px."""


def mosaic(image: Picture, template: Picture, place: Placement) -> Pixels:
    """(h, w, 3): the template lies over the image, framed; what neither shows is white."""
    left, top = round(place.box[0]), round(place.box[1])
    start = np.minimum((0, 0), (left, top))
    end = np.maximum(image.size, (left + template.size[0], top + template.size[1]))
    width, height = end - start
    canvas = np.full((height, width, 3), PAPER, np.uint8)
    for one, (x, y) in ((image, (0, 0) - start), (template, (left, top) - start)):
        canvas[y : y + one.size[1], x : x + one.size[0]] = one.pixels
    x, y = (left, top) - start
    cv2.rectangle(canvas, (x, y), (x + template.size[0] - 1, y + template.size[1] - 1), MARK, 2)
    scale = min(1.0, SIDE / max(width, height))
    size = (max(1, round(scale * width)), max(1, round(scale * height)))
    return np.asarray(cv2.resize(canvas, size, interpolation=cv2.INTER_AREA), np.uint8)
