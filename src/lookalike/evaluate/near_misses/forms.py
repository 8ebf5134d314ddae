"""A printed form, filled in with other numbers, another name, another tick."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from PIL import Image, ImageDraw

from lookalike.evaluate.near_misses.family import Frames, still
from lookalike.evaluate.near_misses.lettering import (
    amount,
    face_of,
    number,
    other_digit,
    sentence,
    width_of,
    write,
)
from lookalike.evaluate.near_misses.photos import Photos

TITLES = ("INVOICE", "ORDER FORM", "DELIVERY NOTE", "APPLICATION", "INSPECTION RECORD", "TIMESHEET")
CHOICES = ("Urgent", "Paid", "Returned", "Insured", "By courier", "Gift")


@dataclass(frozen=True)
class _Blank:
    """Printed part of a form."""

    size: tuple[int, int]
    title: str
    company: str
    goods: tuple[str, ...]
    face: str
    is_ruled: bool


@dataclass(frozen=True)
class _Filled:
    """Handwritten part of a form."""

    number: str
    name: str
    rows: tuple[tuple[str, str], ...]
    ticked: tuple[bool, ...]
    total: str


def forms(rng: np.random.Generator, _photos: Photos) -> tuple[Frames, ...]:
    """Another digit; another total, name and tick; all filled in anew."""
    width = int(rng.integers(820, 1241))
    count = int(rng.integers(6, 13))
    goods = tuple(sentence(rng, 2) for _ in range(count))
    blank = _Blank(
        (width, round(width * 1.414)),
        str(rng.choice(TITLES)),
        f"{sentence(rng, 3)} Ltd, {number(rng, 2)} {sentence(rng, 1)} Road",
        goods,
        face_of(rng),
        bool(rng.random() < 0.5),
    )
    base = _filled(rng, count)
    at = int(rng.integers(count))
    digit = tuple(
        (pieces, other_digit(rng, cost) if row == at else cost) for row, (pieces, cost) in enumerate(base.rows)
    )
    tick = int(rng.integers(len(base.ticked)))
    some = replace(
        base,
        total=other_digit(rng, base.total),
        name=sentence(rng, 2),
        ticked=tuple(is_ticked != (place == tick) for place, is_ticked in enumerate(base.ticked)),
    )
    contents = (base, replace(base, rows=digit), some, _filled(rng, count))
    return still(*(_drawn(blank, content) for content in contents))


def _filled(rng: np.random.Generator, count: int) -> _Filled:
    rows = tuple((number(rng, int(rng.integers(1, 3))), amount(rng, 900)) for _ in range(count))
    ticked = tuple(bool(rng.random() < 0.5) for _ in range(4))
    return _Filled(number(rng, 5), sentence(rng, 2), rows, ticked, amount(rng, 9000))


def _drawn(blank: _Blank, filled: _Filled) -> Image.Image:
    w, h = blank.size
    size, face = round(0.021 * w), blank.face
    image = Image.new("RGB", blank.size, (252, 252, 250))
    draw = ImageDraw.Draw(image)
    left, right = round(0.1 * w), round(0.9 * w)
    write(image, (left, 0.05 * h), blank.title, round(0.05 * w), (0, 0, 0), face=face, bold=True)
    write(image, (left, 0.1 * h), blank.company, size, (0, 0, 0), face=face)
    write(image, (0.62 * w, 0.15 * h), "No.", size, (0, 0, 0), face=face)
    write(image, (0.68 * w, 0.15 * h), filled.number, size, (20, 30, 90))
    write(image, (left, 0.15 * h), "Name", size, (0, 0, 0), face=face)
    write(image, (left + 0.09 * w, 0.15 * h), filled.name, size, (20, 30, 90))
    draw.line((left + 0.09 * w, 0.15 * h + 1.4 * size, 0.55 * w, 0.15 * h + 1.4 * size), fill=(120, 120, 120), width=2)
    step = min(0.05 * h, 0.55 * h / len(blank.goods))
    for row, (good, (pieces, cost)) in enumerate(zip(blank.goods, filled.rows, strict=True)):
        y = 0.22 * h + row * step
        draw.line((left, y + 1.6 * size, right, y + 1.6 * size), fill=(130, 130, 130), width=2)
        write(image, (left + 8, y), good, size, (0, 0, 0), face=face)
        write(image, (0.6 * w, y), pieces, size, (20, 30, 90), anchor="r")
        write(image, (0.86 * w, y), cost, size, (20, 30, 90), anchor="r")
    if blank.is_ruled:
        for x in (left, 0.5 * w, 0.65 * w, right):
            draw.line((x, 0.21 * h, x, 0.22 * h + len(blank.goods) * step), fill=(130, 130, 130), width=2)
    write(image, (0.55 * w, 0.82 * h), "Total", round(1.3 * size), (0, 0, 0), face=face, bold=True)
    write(image, (0.86 * w, 0.82 * h), filled.total, round(1.3 * size), (20, 30, 90), anchor="r")
    x = float(left)
    for choice, is_ticked in zip(CHOICES, filled.ticked, strict=False):
        _box(draw, (x, 0.9 * h), size, is_ticked)
        write(image, (x + 1.5 * size, 0.9 * h - 0.1 * size), choice, size, (0, 0, 0), face=face)
        x += 3 * size + width_of(choice, size, face)
    return image


def _box(draw: ImageDraw.ImageDraw, xy: tuple[float, float], side: int, is_ticked: bool) -> None:
    x, y = xy
    draw.rectangle((x, y, x + side, y + side), outline=(0, 0, 0), width=2)
    if is_ticked:
        points = [(x + 0.2 * side, y + 0.5 * side), (x + 0.45 * side, y + 0.8 * side), (x + 0.9 * side, y + 0.1 * side)]
        draw.line(points, fill=(20, 30, 90), width=max(2, side // 7))
