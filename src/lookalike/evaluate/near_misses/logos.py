"""Logos of one family, and line drawings, on nothing or on a ground: another letter, another stroke."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from lookalike.evaluate.near_misses.family import Frames, still
from lookalike.evaluate.near_misses.lettering import other_of, write
from lookalike.evaluate.near_misses.photos import Photos

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
TWINS = ("OQ", "EF", "38", "CG", "IL", "PR", "VY", "56", "1I", "UV", "BE", "08")
"""Signs that differ in a stroke."""
COLOURS = ((200, 30, 40), (20, 90, 170), (20, 130, 80), (240, 150, 20), (60, 60, 70), (120, 50, 140))


def logos(rng: np.random.Generator, _photos: Photos) -> tuple[Frames, ...]:
    """A sign that differs in a stroke; another letter; another pair of letters. Half of the families have alpha."""
    side = int(rng.integers(500, 901))
    first, twin = list(str(rng.choice(TWINS)))
    tail = str(rng.choice(list(LETTERS))) if rng.random() < 0.5 else ""
    pairs = (first + tail, twin + tail, other_of(rng, LETTERS, first) + tail, _signs(rng, 1 + len(tail), first + twin))
    shape = str(rng.choice(["disc", "shield", "square", "none"]))
    colour = COLOURS[int(rng.integers(len(COLOURS)))]
    ground = (0, 0, 0, 0) if rng.random() < 0.5 else (255, 255, 255, 255)
    made = [_logo(each, side, shape, colour, ground) for each in pairs]
    return still(*(made if ground[3] == 0 else (each.convert("RGB") for each in made)))


def line_drawings(rng: np.random.Generator, _photos: Photos) -> tuple[Frames, ...]:
    """One stroke elsewhere; half of them; all. In white or black alone, on nothing."""
    side = int(rng.integers(500, 801))
    colour = (255, 255, 255, 255) if rng.random() < 0.6 else (0, 0, 0, 255)
    base = _strokes(rng, 8)
    contents = (base, [*base[:-1], *_strokes(rng, 1)], [*base[:4], *_strokes(rng, 4)], _strokes(rng, 8))
    return still(*(_line_drawing(each, side, colour) for each in contents))


def _signs(rng: np.random.Generator, count: int, without: str) -> str:
    return "".join(str(each) for each in rng.choice([each for each in LETTERS if each not in without], count))


def _logo(
    signs: str, side: int, shape: str, colour: tuple[int, int, int], ground: tuple[int, int, int, int]
) -> Image.Image:
    image = Image.new("RGBA", (side, side), ground)
    draw = ImageDraw.Draw(image)
    fill = (*colour, 255)
    edge = 0.06 * side
    if shape == "disc":
        draw.ellipse((edge, edge, side - edge, side - edge), fill=fill)
    elif shape == "square":
        draw.rounded_rectangle((edge, edge, side - edge, side - edge), round(0.15 * side), fill=fill)
    elif shape == "shield":
        points = [(0.1, 0.08), (0.9, 0.08), (0.9, 0.5), (0.5, 0.95), (0.1, 0.5)]
        draw.polygon([(x * side, y * side) for x, y in points], fill=fill)
    letters = fill if shape == "none" else (255, 255, 255, 255)
    size = round((0.62 if len(signs) == 1 else 0.46) * side)
    write(image, (side / 2, side * 0.5 - 0.62 * size), signs, size, letters, anchor="m", bold=True)
    draw.line((0.25 * side, 0.82 * side, 0.75 * side, 0.82 * side), fill=letters, width=round(0.02 * side))
    return image


Stroke = tuple[str, float, float, float, float]


def _strokes(rng: np.random.Generator, count: int) -> list[Stroke]:
    """Kind, and where in the unit square it begins and how far it goes."""
    kinds = rng.choice(["ellipse", "line", "box", "arc"], count)
    places = rng.uniform(0.08, 0.6, (count, 2))
    reach = rng.uniform(0.12, 0.32, (count, 2))
    return [
        (str(kind), float(x), float(y), float(w), float(h))
        for kind, (x, y), (w, h) in zip(kinds, places, reach, strict=True)
    ]


def _line_drawing(strokes: list[Stroke], side: int, colour: tuple[int, int, int, int]) -> Image.Image:
    image = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    width = max(3, side // 90)
    for kind, x, y, w, h in strokes:
        box = (x * side, y * side, (x + w) * side, (y + h) * side)
        if kind == "ellipse":
            draw.ellipse(box, outline=colour, width=width)
        elif kind == "box":
            draw.rectangle(box, outline=colour, width=width)
        elif kind == "arc":
            draw.arc(box, 20, 250, fill=colour, width=width)
        else:
            draw.line(box, fill=colour, width=width)
    return image
