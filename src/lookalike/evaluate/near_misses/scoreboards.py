"""Overlays that a broadcast lays over its picture: another score, another minute, another match."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from lookalike.evaluate.near_misses.family import Frames, still
from lookalike.evaluate.near_misses.lettering import write
from lookalike.evaluate.near_misses.photos import Photos

TEAMS = ("NOR", "RIV", "HAR", "UTD", "ROV", "ATH", "CTY", "LOK", "DYN", "REA", "VAL", "ORI")


def scoreboards(rng: np.random.Generator, photos: Photos) -> tuple[Frames, ...]:
    """Another goal; another goal and minute; other teams. In a corner of a photo, or a board that fills it."""
    width = int(rng.integers(900, 1281))
    photo = photos.fitted(rng, (width, round(width * 9 / 16)))
    names = [str(name) for name in rng.permutation(TEAMS)[:4]]
    home, away, minute = (int(rng.integers(top)) for top in (5, 5, 80))
    boards = (
        (names[0], names[1], home, away, minute),
        (names[0], names[1], home + 1, away, minute),
        (names[0], names[1], home, away + 2, minute + 9),
        (names[2], names[3], away + 1, home, (minute + 40) % 90),
    )
    is_large = bool(rng.random() < 0.4)
    return still(*(_scored(photo, is_large, *board) for board in boards))


def _scored(
    photo: Image.Image, is_large: bool, home: str, away: str, goals: int, against: int, minute: int
) -> Image.Image:
    image = photo.copy()
    draw = ImageDraw.Draw(image)
    size = round((0.16 if is_large else 0.05) * image.height)
    x, y = (0.08 * image.width, 0.3 * image.height) if is_large else (0.04 * image.width, 0.05 * image.height)
    wide = (2.6, 1.5, 1.5, 2.6, 2.8)
    fills = ((25, 30, 60), (240, 240, 240), (240, 240, 240), (25, 30, 60), (180, 20, 40))
    words = (home, str(goals), str(against), away, f"{minute:02}:30")
    factor = 0.84 * image.width / (sum(wide) * size) if is_large else 1.0
    size = round(size * min(1.0, factor))
    for share, fill, text in zip(wide, fills, words, strict=True):
        draw.rectangle((x, y, x + share * size, y + 1.6 * size), fill=fill)
        ink = (20, 20, 20) if fill[0] > 200 else (255, 255, 255)
        write(image, (x + share * size / 2, y + 0.2 * size), text, size, ink, anchor="m", bold=True)
        x += share * size
    return image
