"""Pages of a calendar: another appointment, other ones, another month."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from lookalike.evaluate.near_misses.family import Frames, still
from lookalike.evaluate.near_misses.lettering import other_word, sentence, write
from lookalike.evaluate.near_misses.photos import Photos

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October")
COLOURS = ((66, 133, 244), (219, 68, 55), (15, 157, 88), (244, 180, 0))
Entries = dict[int, str]
"""Day -> what is on."""


def calendars(rng: np.random.Generator, _photos: Photos) -> tuple[Frames, ...]:
    """Another word of an appointment; other appointments; another month."""
    size = (int(rng.integers(900, 1301)), int(rng.integers(700, 951)))
    month, first = int(rng.integers(len(MONTHS))), int(rng.integers(7))
    base = _entries(rng)
    day = sorted(base)[int(rng.integers(len(base)))]
    pages = (
        (month, first, base),
        (month, first, base | {day: other_word(rng, base[day])}),
        (month, first, _entries(rng)),
        ((month + 1) % len(MONTHS), (first + 3) % 7, _entries(rng)),
    )
    return still(*(_page(size, *page) for page in pages))


def _entries(rng: np.random.Generator) -> Entries:
    return {int(day): sentence(rng, 2) for day in 1 + rng.permutation(28)[: int(rng.integers(6, 13))]}


def _page(size: tuple[int, int], month: int, first: int, entries: Entries) -> Image.Image:
    w, h = size
    unit = round(0.018 * w)
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    write(image, (0.03 * w, 0.02 * h), f"{MONTHS[month]} 2025", 2 * unit, (50, 50, 60), bold=True)
    top, wide, high = 0.15 * h, 0.94 * w / 7, 0.82 * h / 6
    for column, name in enumerate(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")):
        write(image, (0.03 * w + (column + 0.5) * wide, 0.1 * h), name, unit, (110, 110, 110), anchor="m")
    for cell in range(42):
        x, y = 0.03 * w + cell % 7 * wide, top + cell // 7 * high
        draw.rectangle((x, y, x + wide, y + high), outline=(215, 215, 220))
        day = cell - first + 1
        if not 1 <= day <= 30:
            continue
        write(image, (x + 0.4 * unit, y + 0.2 * unit), str(day), unit, (60, 60, 60))
        if day in entries:
            bar = (x + 3, y + 1.8 * unit, x + wide - 3, y + 3.4 * unit)
            draw.rounded_rectangle(bar, unit // 3, fill=COLOURS[len(entries[day]) % len(COLOURS)])
            write(image, (x + 8, y + 1.95 * unit), entries[day][:16], round(0.85 * unit), (255, 255, 255))
    return image
