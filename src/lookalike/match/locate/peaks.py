"""The best places of a response, each to a fraction of a pixel, none on top of another."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.match.locate.correlation import Response
from lookalike.types import Box, Placement, Size

Rank = tuple[float, ...]
"""Compared from the left; the larger is the better."""
CELL = 64
"""px of a side of the squares whose maxima are remembered."""


def placements(response: Response, size: Size, k: int, overlap: float) -> list[Placement]:
    """At most `k`, best first, for a template of `size` (w, h); each takes away what overlaps it by more."""
    if k == 1:
        return [_placement(response, cv2.minMaxLoc(response)[3], size)]
    left = response.copy()
    tops = _maxima(left)
    found = []
    for _ in range(k):
        row, column = np.unravel_index(int(np.argmax(tops)), tops.shape)
        cell = left[row * CELL : (row + 1) * CELL, column * CELL : (column + 1) * CELL]
        y, x = np.unravel_index(int(np.argmax(cell)), cell.shape)
        if cell[y, x] == -np.inf:
            break
        at = (int(column * CELL + x), int(row * CELL + y))
        found.append(_placement(response, at, size))
        _take_away(left, tops, at, size, overlap)
    return found


def tops(response: Response, size: Size, most: int) -> list[Placement]:
    """At most `most` places, the best of each two by two pixels, best first, to a pixel.

    Not the local maxima alone: where the template lies between pixels, on a ridge, there may be none.
    """
    pairs = np.maximum(response[: response.shape[0] // 2 * 2 : 2], response[1::2])
    if response.shape[0] % 2:
        pairs = np.vstack([pairs, response[-1:]])
    cells = pairs[:, ::2].copy()
    np.maximum(cells[:, : response.shape[1] // 2], pairs[:, 1::2], out=cells[:, : response.shape[1] // 2])
    scores = cells.ravel()
    best = np.argpartition(scores, -most)[-most:] if len(scores) > most else np.arange(len(scores))
    best = best[np.lexsort((best, -scores[best]))]
    return [_top_of(response, int(at) // cells.shape[1], int(at) % cells.shape[1], size) for at in best]


def _top_of(response: Response, row: int, column: int, size: Size) -> Placement:
    cell = response[2 * row : 2 * row + 2, 2 * column : 2 * column + 2]
    y, x = divmod(int(cell.argmax()), cell.shape[1])
    box = (float(2 * column + x), float(2 * row + y), float(size[0]), float(size[1]))
    return Placement(box, float(cell[y, x]))


def by_score(one: Placement) -> Rank:
    """Rank of a placement."""
    return (one.score,)


def settled(
    found: Sequence[Placement], k: int, overlap: float, rank: Callable[[Placement], Rank] = by_score
) -> list[Placement]:
    """At most `k` of these, best first, none sharing more than `overlap` of the union with a better one."""
    kept: list[Placement] = []
    for one in sorted(found, key=rank, reverse=True):
        if len(kept) < k and all(_shared(one.box, other.box) <= overlap for other in kept):
            kept.append(one)
    return kept


def _shared(a: Box, b: Box) -> float:
    """Intersection over union."""
    across = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    down = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    both = max(across, 0.0) * max(down, 0.0)
    return both / (a[2] * a[3] + b[2] * b[3] - both)


def refined(values: NDArray[np.floating], at: int) -> float:
    """Where between its neighbours a parabola through the three has its top, in [-0.5, 0.5]."""
    if not 0 < at < len(values) - 1:
        return 0.0
    before, here, after = (float(value) for value in values[at - 1 : at + 2])
    bend = before - 2 * here + after
    return float(np.clip((before - after) / (2 * bend), -0.5, 0.5)) if bend < 0 else 0.0


def _placement(response: Response, at: Sequence[int], size: Size) -> Placement:
    x, y = at
    box = (x + refined(response[y], x), y + refined(response[:, x], y), float(size[0]), float(size[1]))
    return Placement(box, float(response[y, x]))


def _maxima(response: Response) -> Response:
    rows, columns = (-(-length // CELL) for length in response.shape)
    padded = np.full((rows * CELL, columns * CELL), -np.inf, np.float32)
    padded[: response.shape[0], : response.shape[1]] = response
    tops: Response = padded.reshape(rows, CELL, columns, CELL).max(axis=(1, 3))
    return tops


def _take_away(left: Response, tops: Response, at: tuple[int, int], size: Size, overlap: float) -> None:
    """Every place whose box shares more than `overlap` of the union with the box there."""
    (x, y), (width, height) = at, size
    rows = slice(max(0, y - height + 1), min(left.shape[0], y + height))
    columns = slice(max(0, x - width + 1), min(left.shape[1], x + width))
    down = height - abs(np.arange(rows.start, rows.stop) - y)
    across = width - abs(np.arange(columns.start, columns.stop) - x)
    shared = down[:, None] * across[None, :]
    left[rows, columns][shared > overlap / (1 + overlap) * 2 * width * height] = -np.inf
    left[y, x] = -np.inf
    first = (rows.start // CELL, columns.start // CELL)
    last = ((rows.stop - 1) // CELL + 1, (columns.stop - 1) // CELL + 1)
    part = left[first[0] * CELL : last[0] * CELL, first[1] * CELL : last[1] * CELL]
    tops[first[0] : last[0], first[1] : last[1]] = _maxima(part)
