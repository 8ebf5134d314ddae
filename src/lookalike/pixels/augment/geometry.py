"""Edits that move pixels."""

from __future__ import annotations

import cv2
import numpy as np

from lookalike.pixels.augment.edited import Edited, moved
from lookalike.pixels.resize import resize, scaled
from lookalike.types import Pixels


def scale(pixels: Pixels, rng: np.random.Generator, _: Pixels) -> Edited:
    """At 30 to 70 % of its size."""
    return shrunk(pixels, rng.uniform(0.3, 0.7))


def shrunk(pixels: Pixels, factor: float) -> Edited:
    """At `factor` of its size, rounded to whole pixels."""
    height, width = pixels.shape[:2]
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return Edited(resize(pixels, size), scaled(width / size[0], height / size[1]))


def crop(pixels: Pixels, rng: np.random.Generator, _: Pixels) -> Edited:
    """A part of 30 to 70 % of its area, anywhere, of much the same shape."""
    return part(pixels, rng, rng.uniform(0.3, 0.7))


def part(pixels: Pixels, rng: np.random.Generator, share: float) -> Edited:
    """A part of that share of the area, at a random place, its sides within a quarter of the picture's shape."""
    height, width = pixels.shape[:2]
    stretch = 1.25 ** rng.uniform(-1, 1)
    across = max(1, min(width, round(width * np.sqrt(share) * stretch)))
    down = max(1, min(height, round(height * np.sqrt(share) / stretch)))
    x, y = int(rng.integers(0, width - across + 1)), int(rng.integers(0, height - down + 1))
    return Edited(np.ascontiguousarray(pixels[y : y + down, x : x + across]), moved(x, y))


def flip(pixels: Pixels, _: np.random.Generator, __: Pixels) -> Edited:
    """Left for right."""
    mirrored = np.array([[-1.0, 0, pixels.shape[1] - 1], [0, 1, 0], [0, 0, 1]])
    return Edited(np.ascontiguousarray(pixels[:, ::-1]), mirrored)


def rotation(pixels: Pixels, rng: np.random.Generator, _: Pixels) -> Edited:
    """By 5 to 30 degrees either way, on a canvas that holds all of it, the corners black."""
    return turned(pixels, rng.choice((-1, 1)) * rng.uniform(5, 30))


def turned(pixels: Pixels, degrees: float) -> Edited:
    """By `degrees` against the clock, on the smallest canvas that holds all of it."""
    height, width = pixels.shape[:2]
    angle = np.radians(degrees)
    c, s = np.cos(angle), np.sin(angle)
    across, down = round(width * abs(c) + height * abs(s)), round(width * abs(s) + height * abs(c))
    turn = np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]])  # y points down: the top goes left
    there = moved((across - 1) / 2, (down - 1) / 2) @ turn @ moved(-(width - 1) / 2, -(height - 1) / 2)
    canvas = cv2.warpAffine(pixels, there[:2], (across, down), flags=cv2.INTER_LINEAR)
    return Edited(canvas, np.linalg.inv(there))
