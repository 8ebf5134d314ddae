"""Badges of one firm: another number, another name, another person."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from lookalike.evaluate.near_misses.family import Frames, still
from lookalike.evaluate.near_misses.lettering import number, other_digit, sentence, write
from lookalike.evaluate.near_misses.photos import Photos


def badges(rng: np.random.Generator, photos: Photos) -> tuple[Frames, ...]:
    """Another digit of the number; another name and number; another photo with them."""
    width = int(rng.integers(640, 901))
    face = (width // 3, round(width / 2.6))
    firm, name, no = sentence(rng, 2), sentence(rng, 2), number(rng, 6)
    one, two = photos.fitted(rng, face), photos.fitted(rng, face)
    other, other_no = sentence(rng, 2), number(rng, 6)
    cards = ((one, name, no), (one, name, other_digit(rng, no)), (one, other, other_no), (two, other, other_no))
    return still(*(_card(width, firm, *card) for card in cards))


def _card(width: int, firm: str, photo: Image.Image, name: str, no: str) -> Image.Image:
    height = round(0.63 * width)
    image = Image.new("RGB", (width, height), (252, 252, 252))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, width, 0.16 * height), fill=(20, 80, 130))
    write(image, (0.04 * width, 0.03 * height), firm, round(0.075 * height), (255, 255, 255), bold=True)
    image.paste(photo, (round(0.05 * width), round(0.24 * height)))
    rows = (("Name", name), ("Number", no), ("Valid until", "12 / 2027"))
    for row, (what, value) in enumerate(rows):
        y = (0.28 + 0.2 * row) * height
        write(image, (0.45 * width, y), what, round(0.04 * height), (120, 120, 120))
        write(image, (0.45 * width, y + 0.05 * height), value, round(0.065 * height), (20, 20, 20))
    return image
