"""Receipts of one till: another digit, other goods, another purchase."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from lookalike.evaluate.near_misses.family import Frames, still
from lookalike.evaluate.near_misses.lettering import amount, number, other_digit, sentence, write
from lookalike.evaluate.near_misses.photos import Photos

Rows = tuple[tuple[str, str], ...]
"""Goods, and their prices."""


def receipts(rng: np.random.Generator, _photos: Photos) -> tuple[Frames, ...]:
    """Another digit of a price; some other goods; another purchase."""
    width = int(rng.integers(480, 701))
    count = int(rng.integers(8, 17))
    shop, face = sentence(rng, 2).upper(), str(rng.choice(["truetype", "simplex", "duplex"]))
    base = _rows(rng, count)
    at = int(rng.integers(count))
    digit = tuple((what, other_digit(rng, cost) if row == at else cost) for row, (what, cost) in enumerate(base))
    start = int(rng.integers(count - 3))
    some = (*base[:start], *_rows(rng, 3), *base[start + 3 :])
    stamp, other = _stamp(rng), _stamp(rng)
    slips = ((base, stamp), (digit, stamp), (some, stamp), (_rows(rng, count), other))
    return still(*(_slip(rows, each, width, shop, face) for rows, each in slips))


def _rows(rng: np.random.Generator, count: int) -> Rows:
    return tuple((sentence(rng, 2), amount(rng, 60)) for _ in range(count))


def _stamp(rng: np.random.Generator) -> str:
    day, hour = (rng.integers(1, 13), rng.integers(1, 29)), (rng.integers(8, 21), rng.integers(60))
    return f"2025-{day[0]:02}-{day[1]:02} {hour[0]:02}:{hour[1]:02}  no {number(rng, 6)}"


def _slip(rows: Rows, stamp: str, width: int, shop: str, face: str) -> Image.Image:
    size = round(0.042 * width)
    image = Image.new("RGB", (width, round((17 + 1.6 * len(rows)) * size)), (248, 247, 243))
    draw = ImageDraw.Draw(image)
    ink = (45, 45, 50)
    write(image, (width / 2, size), shop, 2 * size, ink, face=face, anchor="m", bold=True)
    write(image, (width / 2, 4 * size), stamp, round(0.9 * size), ink, face=face, anchor="m")
    y = 6.5 * size
    for what, cost in rows:
        write(image, (0.06 * width, y), what, size, ink, face=face)
        write(image, (0.94 * width, y), cost, size, ink, face=face, anchor="r")
        y += 1.6 * size
    draw.line((0.06 * width, y + 0.3 * size, 0.94 * width, y + 0.3 * size), fill=ink, width=2)
    total = f"{sum(float(cost) for _, cost in rows):.2f}"
    write(image, (0.06 * width, y + size), "TOTAL", round(1.4 * size), ink, face=face, bold=True)
    write(image, (0.94 * width, y + size), total, round(1.4 * size), ink, face=face, anchor="r", bold=True)
    write(image, (width / 2, y + 6 * size), "Thank you for your visit", size, ink, face=face, anchor="m")
    return image
