"""Memes: one photo as a template, other captions."""

from __future__ import annotations

import numpy as np
from PIL import Image

from lookalike.evaluate.near_misses.family import Frames, still
from lookalike.evaluate.near_misses.lettering import other_word, sentence, width_of, write
from lookalike.evaluate.near_misses.photos import Photos


def memes(rng: np.random.Generator, photos: Photos) -> tuple[Frames, ...]:
    """Another word; another lower caption; both captions others. On the photo with an outline, or on white above it."""
    width = int(rng.integers(600, 901))
    photo = photos.fitted(rng, (width, round(width * rng.uniform(0.7, 1.1))))
    upper, lower = _caption(rng), _caption(rng)
    contents = (
        (upper, lower),
        (upper, other_word(rng, lower)),
        (upper, _caption(rng)),
        (_caption(rng), _caption(rng)),
    )
    drawn = _on_photo if rng.random() < 0.6 else _on_white
    return still(*(drawn(photo, *captions) for captions in contents))


def _caption(rng: np.random.Generator) -> str:
    return sentence(rng, int(rng.integers(2, 4)))


def _on_photo(photo: Image.Image, upper: str, lower: str) -> Image.Image:
    image = photo.copy()
    w, h = image.size
    for words, y in ((upper.upper(), 0.03 * h), (lower.upper(), 0.97 * h)):
        size = min(round(0.085 * w), round(0.085 * w * 0.92 * w / width_of(words, round(0.085 * w), bold=True)))
        top = y if y < h / 2 else y - 1.2 * size
        reach = max(2, size // 16)
        for dx, dy in ((-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (1, 1), (-1, 1), (1, -1)):
            write(image, (w / 2 + reach * dx, top + reach * dy), words, size, (0, 0, 0), anchor="m", bold=True)
        write(image, (w / 2, top), words, size, (255, 255, 255), anchor="m", bold=True)
    return image


def _on_white(photo: Image.Image, upper: str, lower: str) -> Image.Image:
    w, h = photo.size
    size = round(0.055 * w)
    image = Image.new("RGB", (w, h + 4 * size), "white")
    image.paste(photo, (0, 4 * size))
    for row, words in enumerate((upper, lower)):
        write(image, (0.04 * w, (0.5 + 1.6 * row) * size), words, size, (0, 0, 0))
    return image
