"""Drawn shapes whose corners are known [DeTone et al., SuperPoint, CVPRW 2018, section 4.1]."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Points = NDArray[np.float32]
Place = NDArray[np.float64]

MOST: Final = 100
"""Corners of a drawing."""
CONTRAST: Final = 35
"""Levels between neighbouring areas, at the least."""
FINE: Final = 4
"""Bits of a fraction of a px, as OpenCV draws."""


@dataclass(frozen=True, eq=False)
class Shape:
    """A drawing (side, side) and its corners (k, 2) in px x, y; an ellipse and noise have none."""

    grey: Grey
    corners: Points


def drawn(rng: np.random.Generator, side: int) -> Shape:
    """One shape of the eight kinds, before a ground of blurred blobs."""
    grey = _ground(rng, side)
    kind = KINDS[int(rng.integers(len(KINDS)))]
    corners = np.asarray(kind(rng, grey), np.float32).reshape(-1, 2)
    inside = ((corners >= 0) & (corners <= side - 1)).all(axis=1)
    return Shape(grey, corners[inside][:MOST])


def _ground(rng: np.random.Generator, side: int) -> Grey:
    grey = np.full((side, side), rng.integers(30, 226), np.uint8)
    for _ in range(int(rng.integers(0, 20))):
        centre, radius = rng.integers(0, side, 2).tolist(), int(rng.integers(2, max(3, side // 6)))
        cv2.circle(grey, centre, radius, int(np.clip(grey[0, 0] + rng.normal() * 40, 0, 255)), -1)
    return np.asarray(cv2.GaussianBlur(grey, (0, 0), side / 20), np.uint8)


def _level(rng: np.random.Generator, *beside: float) -> int:
    """Level that stands out from those beside it."""
    levels = [level for level in range(0, 256, 5) if all(abs(level - each) >= CONTRAST for each in beside)]
    return int(rng.choice(levels))


def _fill(grey: Grey, outline: Place, level: int) -> None:
    points = np.rint(outline * 2**FINE).astype(np.int32)
    cv2.fillPoly(grey, [points], level, cv2.LINE_AA, FINE)


def _line(grey: Grey, ends: Place, level: int, width: int) -> None:
    a, b = (tuple(end) for end in np.rint(ends * 2**FINE).astype(int).tolist())
    cv2.line(grey, a, b, level, width, cv2.LINE_AA, FINE)


def _round(rng: np.random.Generator, count: int, centre: Place, radius: float) -> Place:
    """(count, 2) points in turn on an ellipse, none close to the next: no angle is nearly straight."""
    angles = (np.arange(count) + rng.uniform(-0.25, 0.25, count)) * 2 * np.pi / count + rng.uniform(0, 2 * np.pi)
    flat = np.column_stack([np.cos(angles), np.sin(angles) * rng.uniform(0.5, 1)]) * radius
    turn = rng.uniform(0, 2 * np.pi)
    return np.asarray(flat @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]) + centre)


def _polygons(rng: np.random.Generator, grey: Grey) -> list[Place]:
    """Triangles to hexagons that do not touch."""
    side = len(grey)
    found: list[Place] = []
    discs: list[tuple[Place, float]] = []
    for _ in range(int(rng.integers(1, 8))):
        centre, radius = rng.uniform(0, side, 2), rng.uniform(0.1, 0.4) * side
        if any(np.linalg.norm(centre - other) < radius + far + 2 for other, far in discs):
            continue
        outline = _round(rng, int(rng.integers(3, 7)), centre, radius)
        _fill(grey, outline, _level(rng, float(grey[tuple(np.clip(centre, 0, side - 1).astype(int)[::-1])])))
        discs.append((centre, radius))
        found.extend(outline)
    return found


def _lines(rng: np.random.Generator, grey: Grey) -> list[Place]:
    """Ends of lines, and where they cross."""
    side = len(grey)
    found: list[Place] = []
    lines: list[Place] = []
    for _ in range(int(rng.integers(1, 7))):
        ends = rng.uniform(0, side, (2, 2))
        if np.linalg.norm(ends[0] - ends[1]) < side / 5:
            continue
        _line(grey, ends, _level(rng, float(grey.mean())), int(rng.integers(1, 4)))
        found.extend([*ends, *(cross for other in lines if (cross := _crossing(ends, other)) is not None)])
        lines.append(ends)
    return found


def _crossing(one: Place, other: Place) -> Place | None:
    along, across = one[1] - one[0], other[1] - other[0]
    system = np.column_stack([along, -across])
    if abs(np.linalg.det(system)) < 1e-6:
        return None
    where = np.linalg.solve(system, other[0] - one[0])
    return one[0] + where[0] * along if ((where > 0) & (where < 1)).all() else None


def _star(rng: np.random.Generator, grey: Grey) -> list[Place]:
    """Middle and ends of its rays."""
    side = len(grey)
    centre = rng.uniform(0.3, 0.7, 2) * side
    ends = _round(rng, int(rng.integers(3, 7)), centre, rng.uniform(0.2, 0.5) * side)
    level, width = _level(rng, float(grey.mean())), int(rng.integers(1, 4))
    for end in ends:
        _line(grey, np.stack([centre, end]), level, width)
    return [centre, *ends]


def _board(rng: np.random.Generator, grey: Grey, rows: int, columns: int) -> list[Place]:
    """Crossings of a grid of (rows, columns) fields, seen aslant."""
    side = len(grey)
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1)]) + rng.uniform(-0.15, 0.15, (4, 2))
    seen = cv2.getPerspectiveTransform(
        np.array([(0, 0), (columns, 0), (columns, rows), (0, rows)], np.float32),
        (corners * side * rng.uniform(0.6, 1) + rng.uniform(0, 0.2, 2) * side).astype(np.float32),
    )
    places = np.stack(np.meshgrid(np.arange(columns + 1.0), np.arange(rows + 1.0)), axis=-1)
    grid = cv2.perspectiveTransform(places.reshape(-1, 1, 2), seen).reshape(rows + 1, columns + 1, 2)
    dark = int(rng.integers(0, 120))
    for y in range(rows):
        for x in range(columns):
            level = dark + (CONTRAST + int(rng.integers(0, 90))) * ((x + y) % 2)
            _fill(grey, np.array([grid[y, x], grid[y, x + 1], grid[y + 1, x + 1], grid[y + 1, x]]), level)
    return list(grid.reshape(-1, 2))


def _checkerboard(rng: np.random.Generator, grey: Grey) -> list[Place]:
    return _board(rng, grey, int(rng.integers(3, 7)), int(rng.integers(3, 7)))


def _stripes(rng: np.random.Generator, grey: Grey) -> list[Place]:
    return _board(rng, grey, 1, int(rng.integers(3, 9)))


def _cube(rng: np.random.Generator, grey: Grey) -> list[Place]:
    """Three faces about the corner that is nearest."""
    side = len(grey)
    near = rng.uniform(0.35, 0.65, 2) * side
    a, b, c = _round(rng, 3, np.zeros(2), rng.uniform(0.2, 0.45) * side)
    beside = [float(grey.mean())]
    for u, v in ((a, b), (b, c), (c, a)):
        beside.append(_level(rng, *beside))
        _fill(grey, np.array([near, near + u, near + u + v, near + v]), int(beside[-1]))
    return [near, near + a, near + b, near + c, near + a + b, near + b + c, near + c + a]


def _ellipses(rng: np.random.Generator, grey: Grey) -> list[Place]:
    side = len(grey)
    for _ in range(int(rng.integers(1, 6))):
        axes = rng.integers(max(3, side // 12), max(4, side // 3), 2).tolist()
        level, centre = _level(rng, float(grey.mean())), rng.integers(0, side, 2).tolist()
        cv2.ellipse(grey, centre, axes, float(rng.uniform(0, 180)), 0, 360, level, -1, cv2.LINE_AA)
    return []


def _noise(rng: np.random.Generator, grey: Grey) -> list[Place]:
    grey[:] = np.clip(grey + rng.normal(size=grey.shape) * rng.uniform(5, 40), 0, 255).astype(np.uint8)
    return []


KINDS: Final[tuple[Callable[[np.random.Generator, Grey], list[Place]], ...]] = (
    _polygons,
    _lines,
    _star,
    _checkerboard,
    _stripes,
    _cube,
    _ellipses,
    _noise,
)
