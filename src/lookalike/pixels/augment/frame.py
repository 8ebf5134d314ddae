"""Edits that put something on a picture, or the picture into something."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.pixels.augment.edited import Edited, in_place, moved
from lookalike.pixels.augment.geometry import shrunk
from lookalike.pixels.resize import resize
from lookalike.types import Pixels

WORDS = ("SALE", "for sale", "copyright 2024", "look at this!", "DRAFT", "when you see it")


def text(pixels: Pixels, rng: np.random.Generator, _: Pixels) -> Edited:
    """Words across it, in white with a black shadow."""
    written = pixels.copy()
    height, width = written.shape[:2]
    words = WORDS[rng.integers(len(WORDS))]
    (across, _down), _base = cv2.getTextSize(words, cv2.FONT_HERSHEY_SIMPLEX, 1.0, 2)
    size = rng.uniform(0.5, 0.9) * width / across
    x, y = round(rng.uniform(0.02, 0.1) * width), round(rng.uniform(0.2, 0.95) * height)
    shadow, thickness = max(1, round(2 * size)), max(1, round(2 * size))
    for level, shift in ((0, shadow), (255, 0)):
        at = (x + shift, y + shift)
        cv2.putText(written, words, at, cv2.FONT_HERSHEY_SIMPLEX, size, (level,) * 3, thickness, cv2.LINE_AA)
    return in_place(written)


def box(pixels: Pixels, rng: np.random.Generator, _: Pixels) -> Edited:
    """A box of one colour over 5 to 20 % of it."""
    covered = pixels.copy()
    height, width = covered.shape[:2]
    side = np.sqrt(rng.uniform(0.05, 0.2))
    across, down = max(1, round(side * width)), max(1, round(side * height))
    x, y = int(rng.integers(0, width - across + 1)), int(rng.integers(0, height - down + 1))
    covered[y : y + down, x : x + across] = rng.integers(0, 256, 3)
    return in_place(covered)


def border(pixels: Pixels, rng: np.random.Generator, _: Pixels) -> Edited:
    """A frame of one colour, 3 to 10 % of the shorter side."""
    edge = max(1, round(rng.uniform(0.03, 0.1) * min(pixels.shape[:2])))
    return _framed(pixels, (edge, edge, edge, edge), rng.integers(0, 256, 3))


def letterbox(pixels: Pixels, rng: np.random.Generator, _: Pixels) -> Edited:
    """Black bars above and below, or at both sides, a quarter to a half as much again."""
    height, width = pixels.shape[:2]
    share = rng.uniform(0.125, 0.25)
    bar = max(1, round(share * (height if width >= height else width)))
    return _framed(pixels, (bar, bar, 0, 0) if width >= height else (0, 0, bar, bar), np.zeros(3, np.int64))


def screenshot(pixels: Pixels, rng: np.random.Generator, _: Pixels) -> Edited:
    """In the window of a program: a bar with buttons above, a light margin, lines of grey text below."""
    height, width = pixels.shape[:2]
    unit = max(4, round(0.06 * min(height, width)))
    paper = np.full(3, rng.integers(225, 256))
    shown = _framed(pixels, (2 * unit, 3 * unit, unit, unit), paper)
    page = shown.pixels
    page[:unit] = rng.integers(40, 90)
    for number in range(3):
        cv2.circle(page, (unit + number * unit, unit // 2), max(1, unit // 4), (200, 90 + 50 * number, 90), -1)
    for line in range(2):
        top = page.shape[0] - (2 - line) * unit
        page[top : top + max(1, unit // 3), unit : round(page.shape[1] * rng.uniform(0.4, 0.9))] = 120
    return shown


def collage(pixels: Pixels, rng: np.random.Generator, other: Pixels) -> Edited:
    """Pasted into `other`, where it covers 15 to 40 % of the area."""
    height, width = pixels.shape[:2]
    fit = 2 * max(height / other.shape[0], width / other.shape[1])  # so that the picture need not shrink much
    scene = resize(other, (max(1, round(other.shape[1] * fit)), max(1, round(other.shape[0] * fit)))).copy()
    high, wide = scene.shape[:2]
    wanted = np.sqrt(rng.uniform(0.15, 0.4) * high * wide / (height * width))
    small = shrunk(pixels, min(1.0, wanted, high / height, wide / width))
    down, across = small.pixels.shape[:2]
    x, y = int(rng.integers(0, wide - across + 1)), int(rng.integers(0, high - down + 1))
    scene[y : y + down, x : x + across] = small.pixels
    return Edited(scene, small.transform @ moved(-x, -y))


def _framed(pixels: Pixels, edges: tuple[int, int, int, int], colour: NDArray[np.int64]) -> Edited:
    """With so many px more above, below, left and right."""
    above, below, left, right = edges
    height, width = pixels.shape[:2]
    canvas = np.empty((height + above + below, width + left + right, 3), np.uint8)
    canvas[:] = colour
    canvas[above : above + height, left : left + width] = pixels
    return Edited(canvas, moved(-left, -above))
