"""Pictures drawn by chance from a seed: scenes, surfaces, signs and charts that nobody has a right to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.types import Pixels

SIZE: Final = (640, 480)
"""(w, h) px of a scene and of a chart."""
SIDE: Final = 384
"""px of a surface and of a sign, each way."""
SURFACES: Final = ("bricks", "weave", "dots", "grain")
FONT: Final = cv2.FONT_HERSHEY_SIMPLEX
Colour = tuple[int, int, int]


def scene(rng: np.random.Generator) -> Pixels:
    """(480, 640, 3) hills below a sky, with a sun, houses and trees."""
    width, height = SIZE
    ramp = np.linspace(0, 1, height)[:, None, None]
    sky = (1 - ramp) * rng.integers(60, 200, 3) + ramp * rng.integers(170, 250, 3)
    sheet = np.repeat(np.rint(sky).astype(np.uint8), width, axis=1)
    sun = int(rng.integers(60, width - 60)), int(rng.integers(40, 140))
    cv2.circle(sheet, sun, int(rng.integers(18, 46)), _light(rng), cv2.FILLED, cv2.LINE_AA)
    for layer in range(3):
        _hill(sheet, rng, 0.4 + 0.17 * layer)
        for _ in range(int(rng.integers(1, 4))):
            _house(sheet, rng, layer)
        for _ in range(int(rng.integers(3, 9))):
            _tree(sheet, rng, layer)
    return _grainy(sheet, rng, 5)


def surface(kind: str, rng: np.random.Generator) -> Pixels:
    """(384, 384, 3) of one of `SURFACES`."""
    down, across = np.mgrid[:SIDE, :SIDE].astype(np.float64)
    pitch = float(rng.uniform(18, 34))
    if kind == "bricks":
        row = np.floor(down / pitch)
        joint = (down % pitch < 3) | ((across + pitch * (row % 2)) % (2 * pitch) < 3)
        light = np.where(joint, 0.9, 0.45)
    elif kind == "weave":
        light = 0.5 + 0.25 * np.sin(across * 2 * np.pi / pitch) * np.sign(np.sin(down * 2 * np.pi / pitch))
    elif kind == "dots":
        light = np.where(np.hypot(across % pitch - pitch / 2, down % pitch - pitch / 2) < pitch / 4, 0.25, 0.8)
    else:
        bend = 6 * _smooth(rng, (SIDE, SIDE), 64)
        light = 0.55 + 0.3 * np.sin((across + pitch * bend) * 2 * np.pi / pitch)
    rough = light + 0.15 * _smooth(rng, (SIDE, SIDE), 6)
    colour = rng.uniform(90, 255, 3)
    return _grainy(np.clip(rough[:, :, None] * colour, 0, 255).astype(np.uint8), rng, 6)


def sign(rng: np.random.Generator, words: str) -> Pixels:
    """(384, 384, 3) a shape on a plain ground, a border, and words."""
    sheet = np.full((SIDE, SIDE, 3), _light(rng), np.uint8)
    ink, shade = _dark(rng), _dark(rng)
    middle = (SIDE // 2, SIDE // 2 - 30)
    corners = int(rng.integers(3, 9))
    turns = 2 * np.pi * np.arange(corners) / corners - np.pi / 2
    star = rng.uniform(60, 130, corners)[:, None] * np.stack([np.cos(turns), np.sin(turns)], axis=1) + middle
    cv2.fillPoly(sheet, [np.rint(star).astype(np.int32)], shade, cv2.LINE_AA)
    cv2.circle(sheet, middle, int(rng.integers(20, 45)), _light(rng), cv2.FILLED, cv2.LINE_AA)
    cv2.rectangle(sheet, (10, 10), (SIDE - 11, SIDE - 11), ink, 6)
    (width, _), _ = cv2.getTextSize(words, FONT, 1.5, 4)
    cv2.putText(sheet, words, ((SIDE - width) // 2, SIDE - 40), FONT, 1.5, ink, 4, cv2.LINE_AA)
    return sheet


def chart(title: str, values: Sequence[float], colour: Colour) -> Pixels:
    """(480, 640, 3) bars from 0 to 1 over two axes, below a title."""
    width, height = SIZE
    sheet = np.full((height, width, 3), 255, np.uint8)
    cv2.putText(sheet, title, (60, 44), FONT, 0.9, (40, 40, 40), 2, cv2.LINE_AA)
    foot, step = height - 60, (width - 120) // len(values)
    for tenth in range(0, 11, 2):
        down = foot - round(tenth / 10 * (foot - 80))
        cv2.line(sheet, (60, down), (width - 40, down), (215, 215, 215), 1)
        cv2.putText(sheet, f"{10 * tenth}", (18, down + 5), FONT, 0.45, (90, 90, 90), 1, cv2.LINE_AA)
    for at, value in enumerate(values):
        left = 70 + at * step
        cv2.rectangle(sheet, (left, foot - round(value * (foot - 80))), (left + step - 16, foot), colour, cv2.FILLED)
        cv2.putText(sheet, f"Q{at + 1}", (left + 4, foot + 24), FONT, 0.5, (60, 60, 60), 1, cv2.LINE_AA)
    cv2.line(sheet, (60, 80), (60, foot), (40, 40, 40), 2)
    cv2.line(sheet, (60, foot), (width - 40, foot), (40, 40, 40), 2)
    return sheet


def _hill(sheet: Pixels, rng: np.random.Generator, top: float) -> None:
    height, width = sheet.shape[:2]
    across = np.arange(width) / width
    waves = sum(rng.uniform(0.01, 0.06) * np.sin(2 * np.pi * (n * across + rng.random())) for n in (1, 2, 3))
    edge = height * (top + np.asarray(waves))
    below = np.arange(height)[:, None] >= edge[None]
    rough = 1 + 0.25 * _smooth(rng, (height, width), 10)
    colour = np.array(rng.integers((30, 70, 20), (120, 170, 90)), np.float64)
    painted = np.clip(rough[:, :, None] * colour, 0, 255).astype(np.uint8)
    sheet[below] = painted[below]


def _house(sheet: Pixels, rng: np.random.Generator, layer: int) -> None:
    size = int(rng.integers(26, 44)) + 14 * layer
    left, foot = int(rng.integers(10, SIZE[0] - 90)), round(SIZE[1] * (0.55 + 0.17 * layer + rng.uniform(0, 0.08)))
    cv2.rectangle(sheet, (left, foot - size), (left + round(1.4 * size), foot), _light(rng), cv2.FILLED)
    gable = [
        (left - 6, foot - size),
        (left + round(1.4 * size) + 6, foot - size),
        (left + round(0.7 * size), foot - 2 * size + 8),
    ]
    cv2.fillPoly(sheet, [np.array(gable, np.int32)], _dark(rng), cv2.LINE_AA)
    for column in range(3):
        x = left + round((0.15 + 0.42 * column) * size)
        cv2.rectangle(sheet, (x, foot - round(0.75 * size)), (x + size // 4, foot - size // 3), _dark(rng), cv2.FILLED)


def _tree(sheet: Pixels, rng: np.random.Generator, layer: int) -> None:
    tall = int(rng.integers(24, 50)) + 16 * layer
    x, foot = int(rng.integers(8, SIZE[0] - 8)), round(SIZE[1] * (0.56 + 0.17 * layer + rng.uniform(0, 0.09)))
    cv2.rectangle(sheet, (x - 2, foot - tall // 3), (x + 2, foot), (80, 55, 30), cv2.FILLED)
    green = tuple(int(one) for one in rng.integers((20, 60, 20), (90, 150, 80)))
    for step in range(3):
        y, half = foot - tall // 4 - step * tall // 4, round(tall * (0.34 - 0.08 * step))
        crown = np.array([(x - half, y), (x + half, y), (x, y - tall // 3)], np.int32)
        cv2.fillPoly(sheet, [crown], green, cv2.LINE_AA)


def _smooth(rng: np.random.Generator, shape: tuple[int, int], pitch: int) -> NDArray[np.float64]:
    """(h, w) noise of unit spread whose bumps are some `pitch` px wide."""
    coarse = rng.normal(size=(shape[0] // pitch + 2, shape[1] // pitch + 2))
    return np.asarray(cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC), np.float64)


def _grainy(pixels: Pixels, rng: np.random.Generator, levels: float) -> Pixels:
    noise = rng.normal(scale=levels, size=pixels.shape[:2])[:, :, None]
    return np.clip(np.rint(pixels + noise), 0, 255).astype(np.uint8)


def _light(rng: np.random.Generator) -> Colour:
    return _colour(rng, 180, 256)


def _dark(rng: np.random.Generator) -> Colour:
    return _colour(rng, 10, 130)


def _colour(rng: np.random.Generator, low: int, high: int) -> Colour:
    red, green, blue = rng.integers(low, high, 3).tolist()
    return red, green, blue
