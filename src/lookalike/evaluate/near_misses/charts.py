"""Charts of one template with other data: lines, bars, dots."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from lookalike.evaluate.near_misses.family import Frames, still
from lookalike.evaluate.near_misses.lettering import face_of, sentence, write
from lookalike.evaluate.near_misses.photos import Photos

COLOURS = ((31, 119, 180), (214, 39, 40), (44, 160, 44), (255, 127, 14), (148, 103, 189), (60, 60, 60))


@dataclass(frozen=True)
class _Axes:
    """Parts that all charts of a family share."""

    size: tuple[int, int]
    title: str
    mark: str
    colour: tuple[int, int, int]
    face: str
    points: int


def charts(rng: np.random.Generator, _photos: Photos) -> tuple[Frames, ...]:
    """One bar, dot or stretch of the curve elsewhere; a third of them; all."""
    width = int(rng.integers(700, 1401))
    mark = str(rng.choice(["line", "bars", "dots"]))
    points = {"line": 90, "bars": int(rng.integers(6, 16)), "dots": 60}[mark]
    axes = _Axes(
        (width, round(width * rng.uniform(0.5, 0.75))),
        sentence(rng, 3),
        mark,
        COLOURS[int(rng.integers(len(COLOURS)))],
        face_of(rng),
        points,
    )
    base = _data(rng, axes)
    stretch = 8 if mark == "line" else 1
    contents = (base, _changed(rng, base, stretch), _changed(rng, base, points // 3), _data(rng, axes))
    return still(*(_drawn(axes, values) for values in contents))


def _data(rng: np.random.Generator, axes: _Axes) -> NDArray[np.float64]:
    """(points,) in [0, 1]."""
    if axes.mark != "line":
        return rng.uniform(0.05, 0.95, axes.points)
    walk = np.cumsum(rng.normal(size=axes.points))
    return np.asarray(0.05 + 0.9 * (walk - walk.min()) / np.ptp(walk))


def _changed(rng: np.random.Generator, values: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """`count` values in a row, the ends of a stretch least, moved towards the half that has more room."""
    start = int(rng.integers(1, len(values) - count))
    part = values[start : start + count]
    swell = np.sin(np.pi * (np.arange(count) + 1) / (count + 1)) * rng.uniform(0.25, 0.4)
    moved = part + np.where(part.mean() < 0.5, swell, -swell)
    return np.concatenate([values[:start], np.clip(moved, 0.02, 0.98), values[start + count :]])


def _drawn(axes: _Axes, values: NDArray[np.float64]) -> Image.Image:
    w, h = axes.size
    size = round(0.024 * w)
    image = Image.new("RGB", axes.size, "white")
    draw = ImageDraw.Draw(image)
    left, top, right, bottom = 0.1 * w, 0.13 * h, 0.96 * w, 0.87 * h
    write(image, (w / 2, 0.03 * h), axes.title, round(1.3 * size), (0, 0, 0), face=axes.face, anchor="m")
    for row in range(6):
        y = top + row * (bottom - top) / 5
        draw.line((left, y, right, y), fill=(214, 214, 214))
        write(image, (left - 8, y - 0.6 * size), str(100 - 20 * row), size, (0, 0, 0), face=axes.face, anchor="r")
        x = left + row * (right - left) / 5
        write(image, (x, bottom + 8), f"W{row + 1}", size, (0, 0, 0), face=axes.face, anchor="m")
    draw.rectangle((left, top, right, bottom), outline=(0, 0, 0))
    xs = left + (np.arange(len(values)) + 0.5) * (right - left) / len(values)
    ys = bottom - values * (bottom - top)
    if axes.mark == "line":
        draw.line(list(zip(xs.tolist(), ys.tolist(), strict=True)), fill=axes.colour, width=max(2, w // 300))
        return image
    half = 0.36 * (right - left) / len(values) if axes.mark == "bars" else 0.006 * w
    for x, y in zip(xs.tolist(), ys.tolist(), strict=True):
        if axes.mark == "bars":
            draw.rectangle((x - half, y, x + half, bottom - 1), fill=axes.colour)
        else:
            draw.ellipse((x - half, y - half, x + half, y + half), fill=axes.colour)
    return image
