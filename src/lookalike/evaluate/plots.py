"""Plots as SVG, drawn by a page's own style: lines, points and bars of several methods, told apart by number."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 440, 300
LEFT, RIGHT, TOP, BOTTOM = 48, 12, 12, 40
"""px around the field."""
POINTS = 200
"""Points of a line."""
COLOURS = 8
"""Colours that the style knows; methods beyond share them."""

Line = tuple[NDArray[np.float64], NDArray[np.float64]]


def curves(lines: Mapping[str, Line], *, across: str, up: str) -> str:
    """Lines of (x, y) in [0, 1]."""
    marks = []
    for at, (name, (x, y)) in enumerate(lines.items()):
        points = _points(*_thinned(x, y))
        marks.append(
            f'<polyline class="line c{at % COLOURS}" points="{points}"><title>{escape(name)}</title></polyline>'
        )
    ticks = [(value, f"{value:g}") for value in (0, 0.25, 0.5, 0.75, 1)]
    return _framed(marks, [(_x(v), text) for v, text in ticks], [(_y(v), text) for v, text in ticks], across, up)


def scatter(points: Mapping[str, tuple[float, float]], *, across: str, up: str) -> str:
    """Points of (cost, quality), the cost on a logarithmic scale."""
    costs = [max(cost, 1e-3) for cost, _ in points.values()]
    low, high = math.floor(math.log10(min(costs))), math.ceil(math.log10(max(costs)) + 1e-9)
    high = max(high, low + 1)
    marks = []
    for at, (name, (cost, quality)) in enumerate(points.items()):
        x, y = _x((math.log10(max(cost, 1e-3)) - low) / (high - low)), _y(quality)
        side = ("end", -8) if x > WIDTH * 0.7 else ("start", 8)
        marks.append(f'<circle class="dot c{at % COLOURS}" cx="{x:.1f}" cy="{y:.1f}" r="5"/>')
        marks.append(f'<text x="{x + side[1]:.1f}" y="{y + 4:.1f}" text-anchor="{side[0]}">{escape(name)}</text>')
    across_ticks = [(_x((power - low) / (high - low)), f"{10.0**power:g}") for power in range(low, high + 1)]
    up_ticks = [(_y(value), f"{value:g}") for value in (0, 0.25, 0.5, 0.75, 1)]
    return _framed(marks, across_ticks, up_ticks, across, up)


def bars(values: Sequence[tuple[float, float, float]]) -> str:
    """For each method in order a bar of its (value, low, high) in [0, 1], with its interval as a whisker."""
    width, step = 120, 9
    marks = []
    for at, (value, low, high) in enumerate(values):
        y = at * step
        marks.append(f'<rect class="rail" y="{y}" width="{width}" height="6"/>')
        marks.append(f'<rect class="fill c{at % COLOURS}" y="{y}" width="{width * value:.1f}" height="6"/>')
        whisker = f'x1="{width * low:.1f}" x2="{width * high:.1f}" y1="{y + 3}" y2="{y + 3}"'
        marks.append(f'<line class="whisker" {whisker}/>')
    height = max(1, len(values) * step - 3)
    return f'<svg class="bars" viewBox="0 0 {width} {height}" role="img">{"".join(marks)}</svg>'


def intervals(values: Mapping[str, tuple[float, float, float]], *, across: str) -> str:
    """A line for each name, from above: its (value, low, high) in [0, 1] as a dot on a whisker, one scale for all."""
    names, step, room = 190, 18, WIDTH - 190 - RIGHT
    floor = max(0.0, math.floor(10 * min(low for _, low, _ in values.values())) / 10)
    top = min(1.0, math.ceil(10 * max(high for _, _, high in values.values())) / 10)

    def at(value: float) -> float:
        return names + room * (value - floor) / max(top - floor, 1e-9)

    height = len(values) * step
    marks = [f'<line class="grid" x1="{at(v):.1f}" x2="{at(v):.1f}" y1="0" y2="{height}"/>' for v in (floor, top)]
    marks += [f'<text x="{at(v):.1f}" y="{height + 14}" text-anchor="middle">{v:g}</text>' for v in (floor, top)]
    for number, (name, (value, low, high)) in enumerate(values.items()):
        y = number * step + step / 2
        marks.append(f'<text x="{names - 8}" y="{y + 4:g}" text-anchor="end">{escape(name)}</text>')
        marks.append(f'<line class="whisker" x1="{at(low):.1f}" x2="{at(high):.1f}" y1="{y:g}" y2="{y:g}"/>')
        marks.append(f'<circle class="dot c0" cx="{at(value):.1f}" cy="{y:g}" r="4"/>')
    label = escape(across, quote=True)
    marks.append(f'<text x="{names + room / 2:g}" y="{height + 28}" text-anchor="middle">{label}</text>')
    body = "".join(marks)
    return f'<svg class="plot" viewBox="0 0 {WIDTH} {height + 32}" role="img" aria-label="{label}">{body}</svg>'


def _framed(
    marks: Sequence[str],
    across_ticks: Sequence[tuple[float, str]],
    up_ticks: Sequence[tuple[float, str]],
    x: str,
    y: str,
) -> str:
    floor, wall = HEIGHT - BOTTOM, LEFT
    grid = [
        *(f'<line class="grid" x1="{at:.1f}" x2="{at:.1f}" y1="{TOP}" y2="{floor}"/>' for at, _ in across_ticks),
        *(f'<line class="grid" x1="{wall}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}"/>' for at, _ in up_ticks),
        *(f'<text x="{at:.1f}" y="{floor + 16}" text-anchor="middle">{text}</text>' for at, text in across_ticks),
        *(f'<text x="{wall - 6}" y="{at + 4:.1f}" text-anchor="end">{text}</text>' for at, text in up_ticks),
        f'<text x="{(wall + WIDTH - RIGHT) / 2}" y="{HEIGHT - 6}" text-anchor="middle">{escape(x)}</text>',
        f'<text transform="translate(12 {(TOP + floor) / 2}) rotate(-90)" text-anchor="middle">{escape(y)}</text>',
    ]
    label = escape(f"{y} against {x}", quote=True)
    body = "".join([*grid, *marks])
    return f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">{body}</svg>'


def _x(share: float) -> float:
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _y(share: float) -> float:
    return TOP + (1 - share) * (HEIGHT - TOP - BOTTOM)


def _points(x: NDArray[np.float64], y: NDArray[np.float64]) -> str:
    return " ".join(f"{_x(a):.1f},{_y(b):.1f}" for a, b in zip(x, y, strict=True))


def _thinned(x: NDArray[np.float64], y: NDArray[np.float64]) -> Line:
    """`POINTS` of a long line, its ends among them."""
    if len(x) <= POINTS:
        return x, y
    at = np.unique(np.linspace(0, len(x) - 1, POINTS).astype(int))
    return x[at], y[at]
