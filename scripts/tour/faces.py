"""Faces that a program draws [Chernoff, The Use of Faces to Represent Points in k-Dimensional Space, JASA 1973].

Nobody's picture: so they may be shown, and what differs between them is known.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import cv2
import numpy as np

from lookalike.pixels.colour import rgb_of_grey
from lookalike.types import Picture

SIDE: Final = 128
"""px of a face."""
FINE: Final = 4
"""Times as large it is drawn, so that its edges are smooth."""
SKIN, DARK, WHITE = 190, 45, 235


@cache
def faces(count: int, seed: int = 0) -> tuple[Picture, ...]:
    """So many, of random features."""
    rng = np.random.default_rng(seed)
    return tuple(face(rng) for _ in range(count))


def face(rng: np.random.Generator) -> Picture:
    """Head, hair, eyes, brows, nose, mouth, beard, glasses, each as chance has it; lit from left or right."""
    canvas = np.full((FINE * SIDE, FINE * SIDE), rng.uniform(80, 120), np.float32)
    wide, high, skin = rng.uniform(36, 44), rng.uniform(48, 55), SKIN + rng.uniform(-30, 20)
    hair = rng.choice((DARK, 90, 150))
    _ellipse(canvas, (64, 62), (wide + 5, high + 4), hair)
    _ellipse(canvas, (64, 66 + rng.uniform(0, 6)), (wide, high), skin)
    if rng.random() < 0.25:
        _beard(canvas, wide, high, hair)
    gap, eye_line, eye = rng.uniform(14, 18), rng.uniform(54, 60), rng.uniform(4, 7.5)
    for side in (-1, 1):
        x = 64 + side * gap
        _ellipse(canvas, (x, eye_line), (8, eye), WHITE)
        _ellipse(canvas, (x, eye_line), (3.2, min(eye, 3.6)), DARK)
        slant = rng.normal() * 0.5 + side * rng.uniform(-3, 3)
        _stroke(canvas, [(x - 10, eye_line - 13 - slant), (x + 10, eye_line - 13 + slant)], 3, hair * 0.8)
    if rng.random() < 0.25:
        for side in (-1, 1):
            _ellipse(canvas, (64 + side * gap, eye_line), (13, 11), DARK, thick=2)
        _stroke(canvas, [(64 - gap + 13, eye_line), (64 + gap - 13, eye_line)], 2, DARK)
    nose = rng.uniform(74, 82)
    _stroke(canvas, [(64, eye_line + 6), (60, nose), (66, nose)], 2, 0.7 * skin)
    across, smile = rng.uniform(10, 20), rng.uniform(-6, 9)
    places = np.linspace(-1, 1, 15)
    _stroke(canvas, [(64 + across * at, 94 + smile * (0.5 - at**2)) for at in places], rng.uniform(2, 5), 95)
    light = 1 + rng.uniform(-0.3, 0.3) * np.linspace(-1, 1, canvas.shape[1], dtype=np.float32)[None]
    small = cv2.resize(canvas * light, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return Picture(
        rgb_of_grey(np.clip(np.rint(cv2.GaussianBlur(small, (0, 0), 1.2)), 0, 255).astype(np.uint8)), (SIDE, SIDE)
    )


def _beard(canvas: np.ndarray, wide: float, high: float, tone: float) -> None:
    before = canvas.copy()
    _ellipse(canvas, (64, 69), (wide, high), tone)
    canvas[: 82 * FINE] = before[: 82 * FINE]
    _ellipse(canvas, (64, 94), (24, 9), SKIN - 10)


def _ellipse(
    canvas: np.ndarray, middle: tuple[float, float], radii: tuple[float, float], tone: float, thick: float = 0
) -> None:
    at, reach = (tuple(round(FINE * value) for value in pair) for pair in (middle, radii))
    cv2.ellipse(canvas, at, reach, 0, 0, 360, float(tone), round(FINE * thick) or cv2.FILLED, cv2.LINE_AA)


def _stroke(canvas: np.ndarray, places: list[tuple[float, float]], thick: float, tone: float) -> None:
    line = np.rint(FINE * np.array(places)).astype(np.int32)
    cv2.polylines(canvas, [line], False, float(tone), round(FINE * thick), cv2.LINE_AA)
