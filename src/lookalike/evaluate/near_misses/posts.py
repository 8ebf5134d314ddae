"""Posts of a network: a photo that fills most of the page, and words and marks on paper beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from PIL import Image, ImageDraw

from lookalike.evaluate.near_misses.family import Frames, still
from lookalike.evaluate.near_misses.lettering import other_word, sentence, write
from lookalike.evaluate.near_misses.photos import Photos

SCHEMES = (((255, 255, 255), (20, 20, 22), (120, 120, 125)), ((16, 16, 18), (235, 235, 238), (150, 150, 155)))
"""Colours of paper, letters, and pale letters."""
MARKS = ((230, 40, 40), (30, 120, 230), (40, 160, 80))


@dataclass(frozen=True)
class _Post:
    """What is written and marked; `is_sold` puts a tag beside the likes."""

    name: str
    likes: int
    is_liked: bool
    is_sold: bool
    lines: tuple[str, ...]


def posts(rng: np.random.Generator, photos: Photos) -> tuple[Frames, ...]:
    """One word more; a heart that is filled, and a tag; other words."""
    width = int(rng.integers(540, 721))
    photo = photos.fitted(rng, (width, round(0.85 * width)))
    scheme, mark = SCHEMES[int(rng.integers(len(SCHEMES)))], MARKS[int(rng.integers(len(MARKS)))]
    lines = tuple(sentence(rng, int(rng.integers(2, 5))) for _ in range(4))
    base = _Post(sentence(rng, 2), int(rng.integers(3, 900)), False, False, lines)
    at = int(rng.integers(4))
    more = tuple(f"{line} {sentence(rng, 1).lower()}" if row == at else line for row, line in enumerate(lines))
    others = tuple(other_word(rng, line) for line in lines)
    variants = replace(base, lines=more), replace(base, is_liked=True, is_sold=True), replace(base, lines=others)
    return still(*(_drawn(each, photo, scheme, mark) for each in (base, *variants)))


def _drawn(
    post: _Post, photo: Image.Image, scheme: tuple[tuple[int, int, int], ...], mark: tuple[int, int, int]
) -> Image.Image:
    paper, ink, pale = scheme
    unit = photo.width / 540
    size = round(18 * unit)
    image = Image.new("RGB", (photo.width, round(1.35 * photo.width)), paper)
    draw = ImageDraw.Draw(image)
    draw.ellipse((14 * unit, 10 * unit, 46 * unit, 42 * unit), fill=(90, 140, 200))
    write(image, (58 * unit, 14 * unit), post.name, size, ink, bold=True)
    image.paste(photo, (0, round(54 * unit)))
    y = 66 * unit + photo.height
    _heart(draw, (26 * unit, y + 14 * unit), 12 * unit, (237, 50, 70) if post.is_liked else pale)
    write(image, (48 * unit, y + 3 * unit), f"{post.likes} likes", size, ink)
    if post.is_sold:
        draw.rounded_rectangle((380 * unit, y + 2 * unit, 470 * unit, y + 30 * unit), round(6 * unit), fill=mark)
        write(image, (425 * unit, y + 5 * unit), "SOLD", size, (255, 255, 255), anchor="m", bold=True)
    for row, line in enumerate(post.lines):
        write(image, (16 * unit, y + (40 + 28 * row) * unit), line, size, pale if row % 2 else ink)
    return image


def _heart(draw: ImageDraw.ImageDraw, xy: tuple[float, float], radius: float, fill: tuple[int, int, int]) -> None:
    x, y = xy
    draw.ellipse((x - radius, y - 0.8 * radius, x, y + 0.2 * radius), fill=fill)
    draw.ellipse((x, y - 0.8 * radius, x + radius, y + 0.2 * radius), fill=fill)
    points = [(x - 0.95 * radius, y - 0.1 * radius), (x + 0.95 * radius, y - 0.1 * radius), (x, y + radius)]
    draw.polygon(points, fill=fill)
