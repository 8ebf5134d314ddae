"""One map with other routes on it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from lookalike.evaluate.near_misses.family import Frames, still
from lookalike.evaluate.near_misses.lettering import sentence, write
from lookalike.evaluate.near_misses.photos import Photos

Crossing = tuple[int, int]
"""Column and row of the streets."""


def maps(rng: np.random.Generator, _photos: Photos) -> tuple[Frames, ...]:
    """Another last stretch; another way to the same end; another route."""
    size = (int(rng.integers(800, 1201)), int(rng.integers(650, 901)))
    columns, rows = int(rng.integers(8, 13)), int(rng.integers(7, 10))
    xs = _spread(rng, columns) * size[0]
    ys = _spread(rng, rows) * size[1]
    bend = rng.normal(0, 0.012 * size[0], (columns, rows, 2))
    places = {(c, r): (xs[c] + bend[c, r, 0], ys[r] + bend[c, r, 1]) for c in range(columns) for r in range(rows)}
    plain = _map(rng, size, places, (columns, rows))
    start, end = (1, int(rng.integers(1, rows // 2))), (columns - 2, int(rng.integers(rows // 2, rows - 1)))
    turn = int(rng.integers(2, columns - 3))
    later = int(rng.integers(turn + 1, columns - 2))
    near = end[0], end[1] - 1
    routes = (
        _route(start, turn, end),
        _route(start, turn, near),
        _route(start, later, end),
        _route((1, rows - 2), later, (columns - 3, 1)),
    )
    return still(*(_routed(plain, [places[each] for each in route]) for route in routes))


def _spread(rng: np.random.Generator, count: int) -> NDArray[np.float64]:
    """(count,) places from edge to edge, unevenly."""
    gaps = rng.uniform(0.5, 1.5, count - 1)
    return np.asarray(np.concatenate([[0], np.cumsum(gaps)]) / gaps.sum())


def _route(start: Crossing, turn: int, end: Crossing) -> list[Crossing]:
    """Along the row of `start` to column `turn`, along that to the row of `end`, along this."""
    across = 1 if turn >= start[0] else -1
    down = 1 if end[1] >= start[1] else -1
    back = 1 if end[0] >= turn else -1
    route = [(column, start[1]) for column in range(start[0], turn + across, across)]
    route += [(turn, row) for row in range(start[1], end[1] + down, down)]
    return route + [(column, end[1]) for column in range(turn, end[0] + back, back)]


def _map(
    rng: np.random.Generator,
    size: tuple[int, int],
    places: dict[Crossing, tuple[float, float]],
    shape: tuple[int, int],
) -> Image.Image:
    columns, rows = shape
    image = Image.new("RGB", size, (242, 239, 233))
    draw = ImageDraw.Draw(image)
    for _ in range(6):
        column, row = int(rng.integers(columns - 1)), int(rng.integers(rows - 1))
        block = [places[each] for each in ((column, row), (column + 1, row), (column + 1, row + 1), (column, row + 1))]
        draw.polygon(block, fill=(200, 232, 190) if rng.random() < 0.7 else (170, 211, 223))
    ways = [[places[c, r] for r in range(rows)] for c in range(columns)]
    ways += [[places[c, r] for c in range(columns)] for r in range(rows)]
    for at, way in enumerate(ways):
        is_main = at % 4 == 0
        draw.line(way, fill=(190, 180, 165), width=15 if is_main else 10, joint="curve")
        draw.line(way, fill=(253, 225, 140) if is_main else (255, 255, 255), width=11 if is_main else 7, joint="curve")
    for _ in range(10):
        x, y = places[int(rng.integers(columns)), int(rng.integers(rows))]
        write(image, (x + 8, y + 8), f"{sentence(rng, 1)} Street", round(0.016 * size[0]), (90, 80, 70))
    return image


def _routed(plain: Image.Image, route: list[tuple[float, float]]) -> Image.Image:
    image = plain.copy()
    draw = ImageDraw.Draw(image)
    draw.line(route, fill=(20, 80, 200), width=9, joint="curve")
    draw.line(route, fill=(80, 150, 255), width=6, joint="curve")
    for (x, y), fill in ((route[0], (30, 160, 60)), (route[-1], (220, 40, 40))):
        draw.ellipse((x - 11, y - 11, x + 11, y + 11), fill=fill, outline="white", width=3)
    return image
