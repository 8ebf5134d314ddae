"""Boards of chess and go: another move, another position."""

from __future__ import annotations

from typing import Final

import numpy as np
from PIL import Image, ImageDraw

from lookalike.evaluate.near_misses.family import Frames, still
from lookalike.evaluate.near_misses.lettering import write
from lookalike.evaluate.near_misses.photos import Photos

WOODS: Final = (
    ((240, 217, 181), (181, 136, 99)),
    ((235, 236, 208), (119, 149, 86)),
    ((222, 227, 230), (140, 162, 173)),
)
"""Colours of light and dark squares."""
PIECES: Final = "prnbqk"
Position = dict[tuple[int, int], tuple[str, bool]]
"""(column, row) -> piece, whether it is white."""


def chess_boards(rng: np.random.Generator, _photos: Photos) -> tuple[Frames, ...]:
    """Another last move; four moves later; another game."""
    side = int(rng.integers(75, 126))
    wood = WOODS[int(rng.integers(len(WOODS)))]
    base = _position(rng)
    later = base
    for _ in range(4):
        later = _moved(rng, later)
    return still(*(_chess(each, side, wood) for each in (base, _moved(rng, base), later, _position(rng))))


def go_boards(rng: np.random.Generator, _photos: Photos) -> tuple[Frames, ...]:
    """The last stone elsewhere; the last ten elsewhere; another game."""
    step = int(rng.integers(36, 61))
    count = int(rng.integers(60, 141))
    base = _stones(rng, count)
    last = [*base[:-1], _free(rng, base)]
    other: list[tuple[int, int]] = base[:-10]
    for _ in range(10):
        other = [*other, _free(rng, [*base, *other])]
    return still(*(_go(each, step) for each in (base, last, other, _stones(rng, count))))


def _position(rng: np.random.Generator) -> Position:
    """Kings, and as many others as a middle game has."""
    squares = rng.permutation(64)[: int(rng.integers(14, 25))]
    kinds = ["k", "k", *(str(kind) for kind in rng.choice(list("ppppprrnnbbq"), len(squares) - 2))]
    return {
        (int(square) % 8, int(square) // 8): (kind, at % 2 == 0)
        for at, (square, kind) in enumerate(zip(squares, kinds, strict=True))
    }


def _moved(rng: np.random.Generator, position: Position) -> Position:
    pieces = sorted(position)
    start = pieces[int(rng.integers(len(pieces)))]
    free = [(x, y) for x in range(8) for y in range(8) if (x, y) not in position]
    end = free[int(rng.integers(len(free)))]
    return {square: piece for square, piece in position.items() if square != start} | {end: position[start]}


def _chess(position: Position, side: int, wood: tuple[tuple[int, int, int], ...]) -> Image.Image:
    edge = side // 3
    image = Image.new("RGB", (8 * side + 2 * edge,) * 2, (60, 50, 45))
    draw = ImageDraw.Draw(image)
    for x in range(8):
        write(
            image, (edge + (x + 0.5) * side, 8 * side + edge), "abcdefgh"[x], edge * 3 // 4, (230, 230, 230), anchor="m"
        )
        write(image, (edge * 0.4, edge + (x + 0.4) * side), str(8 - x), edge * 3 // 4, (230, 230, 230), anchor="m")
        for y in range(8):
            box = (edge + x * side, edge + y * side, edge + (x + 1) * side - 1, edge + (y + 1) * side - 1)
            draw.rectangle(box, fill=wood[(x + y) % 2])
    for (x, y), (kind, is_white) in position.items():
        _piece(image, (edge + x * side, edge + y * side), side, kind, is_white)
    return image


def _piece(image: Image.Image, xy: tuple[int, int], side: int, kind: str, is_white: bool) -> None:
    """A flat figure with an outline, drawn four times as large and scaled."""
    n = 4 * side
    figure = Image.new("RGBA", (n, n), (0, 0, 0, 0))
    draw = ImageDraw.Draw(figure)
    fill, line = ((250, 250, 245), (20, 20, 20)) if is_white else ((45, 45, 45), (5, 5, 5))
    wide = max(4, n // 40)

    def shape(*points: tuple[float, float]) -> None:
        draw.polygon([(x * n, y * n) for x, y in points], fill=fill, outline=line, width=wide)

    def ball(x: float, y: float, radius: float) -> None:
        box = ((x - radius) * n, (y - radius) * n, (x + radius) * n, (y + radius) * n)
        draw.ellipse(box, fill=fill, outline=line, width=wide)

    shape((0.25, 0.88), (0.75, 0.88), (0.7, 0.76), (0.3, 0.76))
    if kind == "p":
        shape((0.33, 0.78), (0.67, 0.78), (0.55, 0.45), (0.45, 0.45))
        ball(0.5, 0.36, 0.13)
    elif kind == "r":
        shape((0.34, 0.78), (0.66, 0.78), (0.64, 0.4), (0.36, 0.4))
        teeth = [(0.29, 0.42), (0.29, 0.2), (0.38, 0.2), (0.38, 0.28), (0.46, 0.28), (0.46, 0.2), (0.54, 0.2)]
        shape(*teeth, (0.54, 0.28), (0.62, 0.28), (0.62, 0.2), (0.71, 0.2), (0.71, 0.42))
    elif kind == "n":
        head = [(0.34, 0.78), (0.4, 0.55), (0.24, 0.56), (0.22, 0.46), (0.4, 0.24), (0.44, 0.14), (0.52, 0.22)]
        shape(*head, (0.68, 0.36), (0.68, 0.78))
    elif kind == "b":
        shape((0.34, 0.78), (0.66, 0.78), (0.56, 0.58), (0.64, 0.42), (0.5, 0.18), (0.36, 0.42), (0.44, 0.58))
        ball(0.5, 0.16, 0.05)
    elif kind == "q":
        spikes = [(0.3, 0.78), (0.18, 0.3), (0.34, 0.52), (0.38, 0.22), (0.5, 0.5), (0.62, 0.22), (0.66, 0.52)]
        shape(*spikes, (0.82, 0.3), (0.7, 0.78))
        for x, y in ((0.18, 0.28), (0.38, 0.2), (0.62, 0.2), (0.82, 0.28)):
            ball(x, y, 0.045)
    else:
        shape((0.32, 0.78), (0.68, 0.78), (0.76, 0.5), (0.6, 0.4), (0.5, 0.5), (0.4, 0.4), (0.24, 0.5))
        shape(
            (0.47, 0.42),
            (0.53, 0.42),
            (0.53, 0.28),
            (0.61, 0.28),
            (0.61, 0.22),
            (0.53, 0.22),
            (0.53, 0.14),
            (0.47, 0.14),
            (0.47, 0.22),
            (0.39, 0.22),
            (0.39, 0.28),
            (0.47, 0.28),
        )
    small = figure.resize((side, side), Image.Resampling.LANCZOS)
    image.paste(small, xy, small)


def _stones(rng: np.random.Generator, count: int) -> list[tuple[int, int]]:
    return [(int(place) % 19, int(place) // 19) for place in rng.permutation(361)[:count]]


def _free(rng: np.random.Generator, taken: list[tuple[int, int]]) -> tuple[int, int]:
    free = [(x, y) for x in range(19) for y in range(19) if (x, y) not in set(taken)]
    return free[int(rng.integers(len(free)))]


def _go(stones: list[tuple[int, int]], step: int) -> Image.Image:
    side = 20 * step
    image = Image.new("RGB", (side, side), (220, 179, 92))
    draw = ImageDraw.Draw(image)
    for at in range(1, 20):
        draw.line((step, at * step, 19 * step, at * step), fill=(60, 45, 20), width=1 + step // 40)
        draw.line((at * step, step, at * step, 19 * step), fill=(60, 45, 20), width=1 + step // 40)
    for x in (4, 10, 16):
        for y in (4, 10, 16):
            draw.ellipse((x * step - 4, y * step - 4, x * step + 4, y * step + 4), fill=(60, 45, 20))
    big = 4 * step
    for at, (x, y) in enumerate(stones):
        stone = Image.new("RGBA", (big, big), (0, 0, 0, 0))
        grey = 20 if at % 2 == 0 else 240
        ImageDraw.Draw(stone).ellipse((big * 0.03, big * 0.03, big * 0.97, big * 0.97), fill=(grey,) * 3 + (255,))
        ImageDraw.Draw(stone).ellipse(
            (big * 0.25, big * 0.18, big * 0.5, big * 0.4), fill=(min(255, grey + 40),) * 3 + (255,)
        )
        small = stone.resize((step, step), Image.Resampling.LANCZOS)
        image.paste(small, (round((x + 0.5) * step), round((y + 0.5) * step)), small)
    return image
