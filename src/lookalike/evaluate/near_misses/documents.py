"""A page of a document, and the page that another version of it has."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from lookalike.evaluate.near_misses.family import Frames, still
from lookalike.evaluate.near_misses.lettering import face_of, number, other_digit, other_word, sentence, width_of, write
from lookalike.evaluate.near_misses.photos import Photos

Paragraph = tuple[str, ...]
"""Its lines."""


def documents(rng: np.random.Generator, photos: Photos) -> tuple[Frames, ...]:
    """Another word or number; another paragraph; another page under the same letterhead. Some hold a photo."""
    width = int(rng.integers(850, 1241))
    size = round(0.02 * width)
    firm, face = f"{sentence(rng, 2)} Ltd", face_of(rng)
    shape = (width, round(1.414 * width))
    has_photo = bool(photos.files) and rng.random() < 0.3
    photo = photos.fitted(rng, (width // 3, width // 4)) if has_photo else None
    wanted = (size, face, round(0.8 * width))
    count = 4 if has_photo else 5
    base = [_paragraph(rng, *wanted) for _ in range(count)]
    at = int(rng.integers(len(base)))
    first, *middle, last = base[at]
    is_number = rng.random() < 0.5
    small = (first, *middle, other_digit(rng, last)) if is_number else (other_word(rng, first), *middle, last)
    contents = (
        base,
        [*base[:at], small, *base[at + 1 :]],
        [*base[:2], _paragraph(rng, *wanted), *base[3:]],
        [_paragraph(rng, *wanted) for _ in range(count)],
    )
    return still(*(_page(each, shape, size, firm, face, photo) for each in contents))


def _paragraph(rng: np.random.Generator, size: int, face: str, width: int) -> Paragraph:
    """Lines no wider than `width`; the last tells a number."""
    lines = [_fitting(sentence(rng, 18), size, face, width) for _ in range(5)]
    return (
        *lines,
        _fitting(f"In all {number(rng, 5)} {sentence(rng, int(rng.integers(2, 9))).lower()}.", size, face, width),
    )


def _fitting(line: str, size: int, face: str, width: int) -> str:
    while width_of(line, size, face) > width:
        line = line.rpartition(" ")[0]
    return line


def _page(
    paragraphs: list[Paragraph], shape: tuple[int, int], size: int, firm: str, face: str, photo: Image.Image | None
) -> Image.Image:
    w, h = shape
    image = Image.new("RGB", shape, (250, 249, 245))
    write(image, (0.1 * w, 0.05 * h), firm, 2 * size, (30, 50, 100), face=face, bold=True)
    ImageDraw.Draw(image).line((0.1 * w, 0.095 * h, 0.9 * w, 0.095 * h), fill=(30, 50, 100), width=3)
    y = 0.13 * h
    for paragraph in paragraphs:
        for line in paragraph:
            write(image, (0.1 * w, y), line, size, (25, 25, 25), face=face)
            y += 1.5 * size
        y += 1.2 * size
    if photo is not None:
        image.paste(photo, (round(0.1 * w), round(min(y, h - photo.height - 0.08 * h))))
    write(image, (w / 2, 0.95 * h), "Page 3 of 12", round(0.8 * size), (90, 90, 90), face=face, anchor="m")
    return image
