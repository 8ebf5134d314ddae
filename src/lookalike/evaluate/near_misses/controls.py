"""Dialogs whose controls are in another state: boxes, switches, choices, a slider, and buttons that are greyed out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from lookalike.evaluate.near_misses.family import Frames, still
from lookalike.evaluate.near_misses.lettering import sentence, write
from lookalike.evaluate.near_misses.photos import Photos

ACCENTS = ((0, 103, 192), (38, 162, 105), (233, 84, 32), (120, 70, 190))


@dataclass(frozen=True)
class _State:
    """State of the controls: `is_on` of box and switch by row, the choice, the level, whether the button acts."""

    is_on: tuple[bool, ...]
    chosen: int
    level: int
    is_active: bool


@dataclass(frozen=True)
class _Dialog:
    size: tuple[int, int]
    unit: int
    title: str
    words: tuple[str, ...]
    choices: tuple[str, ...]
    accent: tuple[int, int, int]
    has_switches: bool


def controls(rng: np.random.Generator, _photos: Photos) -> tuple[Frames, ...]:
    """One box or switch; another choice and a greyed button; all others."""
    unit = int(rng.integers(16, 27))
    rows = int(rng.integers(5, 10))
    dialog = _Dialog(
        (unit * int(rng.integers(38, 52)), unit * (2 * rows + 16)),
        unit,
        sentence(rng, 2),
        tuple(sentence(rng, 3) for _ in range(rows)),
        tuple(sentence(rng, 1) for _ in range(3)),
        ACCENTS[int(rng.integers(len(ACCENTS)))],
        bool(rng.random() < 0.5),
    )
    is_on = tuple(bool(each) for each in rng.random(rows) < 0.5)
    at = int(rng.integers(rows))
    base = _State(is_on, int(rng.integers(3)), int(rng.integers(2, 9)), True)
    states = (
        base,
        _State(tuple(on != (row == at) for row, on in enumerate(is_on)), base.chosen, base.level, True),
        _State(is_on, (base.chosen + 1) % 3, base.level, False),
        _State(tuple(not on for on in is_on), (base.chosen + 2) % 3, (base.level + 5) % 10, True),
    )
    return still(*(_drawn(dialog, state) for state in states))


def _drawn(dialog: _Dialog, state: _State) -> Image.Image:
    (w, h), unit, ink = dialog.size, dialog.unit, (30, 30, 30)
    image = Image.new("RGB", (w, h), (246, 246, 246))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, w, 2.4 * unit), fill=(225, 225, 228))
    write(image, (w / 2, 0.5 * unit), dialog.title, unit, ink, anchor="m", bold=True)
    y = 3.5 * unit
    for words, is_on in zip(dialog.words, state.is_on, strict=True):
        if dialog.has_switches:
            write(image, (2 * unit, y), words, unit, ink)
            _switch(draw, (w - 4.5 * unit, y), unit, is_on, dialog.accent)
        else:
            _box(draw, (2 * unit, y), unit, is_on, dialog.accent)
            write(image, (3.8 * unit, y), words, unit, ink)
        y += 2 * unit
    draw.line((2 * unit, y, w - 2 * unit, y), fill=(205, 205, 205), width=2)
    x = 2.0 * unit
    for at, words in enumerate(dialog.choices):
        draw.ellipse((x, y + unit, x + unit, y + 2 * unit), outline=(110, 110, 110), width=2, fill="white")
        if at == state.chosen:
            draw.ellipse((x + 0.25 * unit, y + 1.25 * unit, x + 0.75 * unit, y + 1.75 * unit), fill=dialog.accent)
        x += 2.8 * unit + write(image, (x + 1.5 * unit, y + 0.9 * unit), words, unit, ink)
    y += 4 * unit
    draw.line((2 * unit, y, w - 2 * unit, y), fill=(180, 180, 180), width=4)
    knob = 2 * unit + (w - 4 * unit) * state.level / 10
    draw.ellipse((knob - 0.6 * unit, y - 0.6 * unit, knob + 0.6 * unit, y + 0.6 * unit), fill=dialog.accent)
    left, top = w - 9 * unit, h - 3.5 * unit
    fill, letters = (dialog.accent, (255, 255, 255)) if state.is_active else ((215, 215, 215), (150, 150, 150))
    draw.rounded_rectangle((left, top, left + 7 * unit, top + 2 * unit), unit // 3, fill=fill)
    write(image, (left + 3.5 * unit, top + 0.4 * unit), "Apply", unit, letters, anchor="m")
    return image


def _box(
    draw: ImageDraw.ImageDraw, xy: tuple[float, float], unit: int, is_on: bool, accent: tuple[int, int, int]
) -> None:
    x, y = xy
    draw.rectangle((x, y, x + unit, y + unit), outline=(110, 110, 110), width=2, fill=accent if is_on else "white")
    if is_on:
        points = [
            (x + 0.2 * unit, y + 0.5 * unit),
            (x + 0.42 * unit, y + 0.75 * unit),
            (x + 0.8 * unit, y + 0.25 * unit),
        ]
        draw.line(points, fill="white", width=max(2, unit // 7))


def _switch(
    draw: ImageDraw.ImageDraw, xy: tuple[float, float], unit: int, is_on: bool, accent: tuple[int, int, int]
) -> None:
    x, y = xy
    draw.rounded_rectangle(
        (x, y, x + 2.4 * unit, y + 1.2 * unit), round(0.6 * unit), fill=accent if is_on else (180,) * 3
    )
    left = x + (1.3 if is_on else 0.1) * unit
    draw.ellipse((left, y + 0.1 * unit, left + unit, y + 1.1 * unit), fill="white")
