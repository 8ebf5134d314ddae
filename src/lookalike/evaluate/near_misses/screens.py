"""Screens full of text, and chats: other words in the same window."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from lookalike.evaluate.near_misses.family import Frames, still
from lookalike.evaluate.near_misses.lettering import (
    face_of,
    number,
    other_digit,
    other_word,
    sentence,
    width_of,
    write,
)
from lookalike.evaluate.near_misses.photos import Photos

SCHEMES = (
    ((255, 255, 255), (20, 20, 20), (228, 230, 234)),
    ((30, 31, 34), (210, 214, 220), (52, 54, 60)),
    ((253, 246, 227), (88, 110, 117), (238, 232, 213)),
)
"""Colours of ground, letters and bars."""


def text_screens(rng: np.random.Generator, _photos: Photos) -> tuple[Frames, ...]:
    """Another digit; some other lines; all lines others. A log, as a terminal or an editor shows it."""
    size = int(rng.integers(14, 23))
    shape = (int(rng.integers(800, 1441)), int(rng.integers(600, 1001)))
    scheme, face, title = SCHEMES[int(rng.integers(len(SCHEMES)))], face_of(rng), sentence(rng, 2)
    count = int((shape[1] - 4 * size) / (1.5 * size))
    count -= int(rng.integers(0, count // 3))
    base = [_log_line(rng) for _ in range(count)]
    at = int(rng.integers(count))
    digit = [other_digit(rng, line) if row == at else line for row, line in enumerate(base)]
    start = int(rng.integers(count - count // 4))
    some = [_log_line(rng) if start <= row < start + count // 4 else line for row, line in enumerate(base)]
    contents = (base, digit, some, [_log_line(rng) for _ in range(count)])
    return still(*(_window(lines, shape, size, scheme, face, title) for lines in contents))


@dataclass(frozen=True)
class _Message:
    lines: tuple[str, ...]
    is_own: bool
    at: str


def chat_screens(rng: np.random.Generator, _photos: Photos) -> tuple[Frames, ...]:
    """Another word in one message; another last message; another talk with the same person."""
    width = int(rng.integers(620, 881))
    name, is_dark = sentence(rng, 1), bool(rng.random() < 0.3)
    base = [_message(rng, bool(rng.random() < 0.5)) for _ in range(int(rng.integers(6, 9)))]
    at = int(rng.integers(len(base)))
    chosen = base[at]
    word = _Message((other_word(rng, chosen.lines[0]), *chosen.lines[1:]), chosen.is_own, chosen.at)
    last = _message(rng, base[-1].is_own, lines=len(base[-1].lines))
    fresh = [_message(rng, each.is_own, lines=len(each.lines)) for each in base]
    contents = (base, [*base[:at], word, *base[at + 1 :]], [*base[:-1], last], fresh)
    return still(*(_chat(each, width, name, is_dark) for each in contents))


def _log_line(rng: np.random.Generator) -> str:
    stamp = f"{rng.integers(24):02}:{rng.integers(60):02}:{rng.integers(60):02}"
    level = str(rng.choice(["INFO", "INFO", "INFO", "WARN", "ERROR"]))
    return f"{stamp} {level} {sentence(rng, int(rng.integers(2, 7)))} {number(rng, int(rng.integers(1, 6)))}"


def _window(
    lines: list[str],
    shape: tuple[int, int],
    size: int,
    scheme: tuple[tuple[int, int, int], ...],
    face: str,
    title: str,
) -> Image.Image:
    ground, letters, bar = scheme
    image = Image.new("RGB", shape, ground)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, shape[0], 2 * size), fill=bar)
    for at, colour in enumerate(((255, 95, 86), (255, 189, 46), (39, 201, 63))):
        x = size + at * 1.4 * size
        draw.ellipse((x - 0.4 * size, 0.6 * size, x + 0.4 * size, 1.4 * size), fill=colour)
    write(image, (shape[0] / 2, 0.4 * size), title, size, letters, face=face, anchor="m")
    for row, line in enumerate(lines):
        write(image, (size, 3 * size + 1.5 * size * row), line, size, letters, face=face)
    return image


def _message(rng: np.random.Generator, is_own: bool, *, lines: int | None = None) -> _Message:
    count = int(rng.integers(1, 4)) if lines is None else lines
    words = tuple(sentence(rng, int(rng.integers(2, 5))) for _ in range(count))
    return _Message(words, is_own, f"{rng.integers(24):02}:{rng.integers(60):02}")


def _chat(messages: list[_Message], width: int, name: str, is_dark: bool) -> Image.Image:
    size = round(0.036 * width)
    ground, letters = ((18, 27, 33), (233, 237, 239)) if is_dark else ((236, 229, 221), (17, 27, 33))
    theirs, own = ((32, 44, 51), (0, 92, 75)) if is_dark else ((255, 255, 255), (220, 248, 198))
    height = round(4.5 * size + sum((1.35 * len(each.lines) + 2.4) * size for each in messages) + 3.5 * size)
    image = Image.new("RGB", (width, height), ground)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, width, 3.2 * size), fill=(0, 128, 105))
    draw.ellipse((size, 0.5 * size, 3.2 * size, 2.7 * size), fill=(200, 210, 215))
    write(image, (4 * size, 0.9 * size), name, round(1.2 * size), (255, 255, 255), bold=True)
    y = 4 * size
    for each in messages:
        inner = max(width_of(line, size) for line in each.lines) + 3.4 * size
        left = width - inner - 1.6 * size if each.is_own else 0.6 * size
        bottom = y + (1.35 * len(each.lines) + 1.5) * size
        draw.rounded_rectangle((left, y, left + inner + size, bottom), 0.6 * size, fill=own if each.is_own else theirs)
        for row, line in enumerate(each.lines):
            write(image, (left + 0.7 * size, y + 0.4 * size + 1.35 * size * row), line, size, letters)
        write(
            image, (left + inner + 0.6 * size, bottom - size), each.at, round(0.65 * size), (130, 140, 145), anchor="r"
        )
        y = round(bottom + 0.9 * size)
    draw.rounded_rectangle(
        (0.6 * size, height - 2.6 * size, width - 3.4 * size, height - 0.5 * size), size, fill=theirs
    )
    return image
