"""Parts of drawn explanations: pictures fitted into tiles, and tiles set side by side on white paper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.types import Picture, Pixels, Size

GAP: Final = 12
"""px between tiles."""
PAPER: Final = 255
MARK: Final = (235, 95, 0)
"""RGB of what differs."""
FRAME: Final = (150, 150, 150)
HEAD: Final = 190
"""px of the pictures above a chart."""
INK: Final = (60, 60, 60)
TEXT: Final = 0.4
"""Size of letters, as OpenCV counts it."""
LEAST: Final = 12
"""px that the shorter side of a drawn picture keeps, however narrow the original."""


def fit(size: Size, side: int) -> Size:
    """The largest size of that shape within side x side."""
    width, height = size
    scale = side / max(width, height)
    return max(LEAST, round(width * scale)), max(LEAST, round(height * scale))


def drawn(pixels: Pixels, size: Size) -> Pixels:
    """The picture at that size, smoothly, within a thin frame."""
    shrinks = size[0] < pixels.shape[1]
    return framed(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC))


def magnified(pixels: Pixels, size: Size) -> Pixels:
    """The picture at that size, each of its px a block, within a thin frame."""
    return framed(cv2.resize(pixels, size, interpolation=cv2.INTER_NEAREST))


def framed(pixels: Pixels) -> Pixels:
    """A copy whose outermost px are grey, so that white shows on white."""
    copy = np.ascontiguousarray(np.full_like(pixels, FRAME))
    copy[1:-1, 1:-1] = pixels[1:-1, 1:-1]
    return copy


def tile(pixels: Pixels, size: Size, side: int) -> Pixels:
    """The picture, of that shape, in the middle of a white tile of that width."""
    fitted = fit(size, side)
    return centred(drawn(pixels, fitted), (side, fitted[1]))


def grid_marked(pixels: Pixels, cells: NDArray[np.bool_]) -> Pixels:
    """The picture cut into as many blocks as there are cells, those that are set tinted and outlined."""
    height, width = pixels.shape[:2]
    ys = np.linspace(0, height, cells.shape[0] + 1).astype(int)
    xs = np.linspace(0, width, cells.shape[1] + 1).astype(int)
    marked = pixels.copy()
    for row, column in np.argwhere(cells):
        block = marked[ys[row] : ys[row + 1], xs[column] : xs[column + 1]]
        block[:] = (0.7 * block + 0.3 * np.array(MARK)).astype(np.uint8)
        cv2.rectangle(marked, (xs[column], ys[row]), (xs[column + 1] - 1, ys[row + 1] - 1), MARK, 1)
    return marked


def centred(pixels: Pixels, size: Size) -> Pixels:
    """The picture in the middle of a white tile of that size."""
    width, height = size
    tile = np.full((height, width, 3), PAPER, np.uint8)
    top, left = (height - pixels.shape[0]) // 2, (width - pixels.shape[1]) // 2
    tile[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels
    return tile


def side_by_side(pictures: Sequence[Pixels]) -> Pixels:
    """One row, each picture centred on its height."""
    height = max(picture.shape[0] for picture in pictures)
    gap = np.full((height, GAP, 3), PAPER, np.uint8)
    tiles = [centred(picture, (picture.shape[1], height)) for picture in pictures]
    return np.concatenate([part for tile in tiles for part in (gap, tile)][1:], axis=1)


def stacked_up(pictures: Sequence[Pixels]) -> Pixels:
    """One column, each picture centred on its width."""
    width = max(picture.shape[1] for picture in pictures)
    gap = np.full((GAP, width, 3), PAPER, np.uint8)
    tiles = [centred(picture, (width, picture.shape[0])) for picture in pictures]
    return np.concatenate([part for tile in tiles for part in (gap, tile)][1:], axis=0)


def headed(query: Picture, hit: Picture, chart: Pixels) -> Pixels:
    """The two pictures, and below them what is drawn of them."""
    return stacked_up([side_by_side([tile(picture.pixels, picture.size, HEAD) for picture in (query, hit)]), chart])


def captioned(pixels: Pixels, words: str) -> Pixels:
    """The picture, and below it, in its middle, what it is."""
    (width, height), _ = cv2.getTextSize(words, cv2.FONT_HERSHEY_SIMPLEX, TEXT, 1)
    line = np.full((height + 14, max(width + 2, pixels.shape[1]), 3), PAPER, np.uint8)
    place = (line.shape[1] - width) // 2, height + 6
    cv2.putText(line, words, place, cv2.FONT_HERSHEY_SIMPLEX, TEXT, INK, 1, cv2.LINE_AA)
    return np.concatenate([centred(pixels, (line.shape[1], pixels.shape[0])), line])


def in_rows(tiles: Sequence[Pixels], columns: int) -> Pixels:
    """A sheet of tiles, row by row."""
    return stacked_up([side_by_side(tiles[at : at + columns]) for at in range(0, len(tiles), columns)])
