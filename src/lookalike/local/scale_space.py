"""Extrema of the difference of Gaussians at a picture's own px, and the directions of the light around them
[Lowe, Distinctive image features from scale-invariant keypoints, IJCV 2004].

Lowe doubles the picture first, which makes the finest octave the dearest by far. Here it is not doubled: the finest
scales have half as many px a side, and the parabola through an extremum and its neighbours gives its place. All others
have as many px as there, so that the first octave is twice as long.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

LAYERS: Final = 3
"""Layers that have extrema from a scale to its double: of an octave, and half of those of the first one."""
MORE: Final = 3
"""Levels of an octave beside those of its layers: an extremum has a difference of two levels before and after it."""
STEP: Final = 2 ** (1 / LAYERS)
"""From the deviation of each level to that of the next."""
FINEST: Final = 0.9
"""px, the deviation of the first level of all: less, and px no longer show what it holds."""
CAMERA: Final = 0.5
"""px, the deviation that a picture has as it comes."""
SMALLEST: Final = 8
"""px of the shorter side of an octave."""
BORDER: Final = 2
"""px of the octave around it that have no extrema."""
FAINT: Final = 0.8
"""Share of the wanted contrast that a px must have before the way to the top of its extremum adds to it."""
EDGE: Final = 10.0
"""Ratio of curvatures from which on an extremum is an edge."""
MOVES: Final = 2
"""Times that an extremum may move to the px that its parabola points to."""
OFF: Final = 0.75
"""px or layers that the top may be away from the px in the end: more than half, since one between two px wavers."""
BINS: Final = 36
"""Bins of the histogram of directions."""
RING: Final = 6
"""Samples of a gradient from the middle of a keypoint to its border."""
REACH: Final = 4.5
"""Deviations of a keypoint from its middle to its border."""
STRONG: Final = 0.8
"""Share of the strongest direction from which on another one is a keypoint too."""

_NEAR: Final = np.array(
    [
        (0, 0, 0),
        *((1, 0, 0), (0, 1, 0), (0, 0, 1), (-1, 0, 0), (0, -1, 0), (0, 0, -1)),
        *((1, 1, 0), (1, 0, 1), (0, 1, 1), (-1, 1, 0), (-1, 0, 1), (0, -1, 1)),
        *((1, -1, 0), (1, 0, -1), (0, 1, -1), (-1, -1, 0), (-1, 0, -1), (0, -1, -1)),
    ]
)
"""(19, 3) steps along x, y and layer that a parabola is laid through: to itself, to each side, and to the corners."""

Plane = NDArray[np.float32]
_WINDOW: Final = np.ones((3, 3), np.uint8)


def _grid() -> Plane:
    """(n, 2) samples x, y of a disc, in deviations."""
    steps = np.arange(-RING, RING + 1)
    x, y = (axis.ravel() for axis in np.meshgrid(steps, steps))
    within = x**2 + y**2 <= RING**2
    return (np.column_stack([x, y])[within] * (REACH / RING)).astype(np.float32)


_GRID: Final = _grid()
_WEIGHTS: Final = np.exp(-(_GRID**2).sum(axis=1) / (2 * 1.5**2)).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Extrema:
    """(k, 2) places x, y and (k,) deviations in px of the picture, (k,) contrasts in [0, 1], octaves and levels."""

    xy: NDArray[np.float64]
    sigma: NDArray[np.float64]
    contrast: NDArray[np.float64]
    octave: NDArray[np.int64]
    level: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.level)

    def __getitem__(self, rows: NDArray[np.int64]) -> Extrema:
        """The extrema of `rows`."""
        return Extrema(self.xy[rows], self.sigma[rows], self.contrast[rows], self.octave[rows], self.level[rows])


class ScaleSpace:
    """Levels of a grey picture, ever smoother, in octaves of half as many px a side, and their differences."""

    def __init__(self, grey: NDArray[np.uint8]) -> None:
        shapes = list(_shapes(grey.shape))
        self._size = np.array(shapes, np.int64).reshape(-1, 2)  # (octaves, 2) h, w
        self._area = self._size.prod(axis=1)
        is_first = np.arange(len(shapes)) == 0
        self._layers = np.where(is_first, 2 * LAYERS, LAYERS)
        self._finest = np.where(is_first, FINEST, 2 * FINEST)  # px of the octave, deviation of its first level
        self._levels_begin = np.append(0, np.cumsum((self._layers + MORE) * self._area))  # px before each octave
        self._differences_begin = np.append(0, np.cumsum((self._layers + MORE - 1) * self._area))
        self._levels = np.empty(self._levels_begin[-1], np.float32)
        self._differences = np.empty(self._differences_begin[-1], np.float32)
        first = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), math.sqrt(FINEST**2 - CAMERA**2))
        for octave, finest in enumerate(self._finest):
            levels = self._planes(self._levels, self._levels_begin, octave)
            levels[0] = first
            for level in range(1, len(levels)):
                deviation = finest * STEP ** (level - 1) * math.sqrt(STEP**2 - 1)
                cv2.GaussianBlur(levels[level - 1], (0, 0), deviation, dst=levels[level])
            np.subtract(levels[1:], levels[:-1], out=self._planes(self._differences, self._differences_begin, octave))
            first = levels[-MORE][::2, ::2]

    def _planes(self, flat: Plane, begins: NDArray[np.int64], octave: int) -> Plane:
        """(count, h, w) planes of that octave."""
        begin, end = begins[octave : octave + 2]
        return flat[begin:end].reshape(-1, *self._size[octave])

    def extrema(self, contrast: float) -> Extrema:
        """All of at least that contrast, in no order; edges are none."""
        least = contrast * 255 / LAYERS
        at, off, top = self._tops(self._candidates(FAINT * least), least)
        octave, layer = at[:, 0], at[:, 1]
        step = 2.0**octave
        xy = (at[:, :1:-1] + off[:, :2]) * step[:, None]
        sigma = self._finest[octave] * step * STEP ** (layer + off[:, 2])
        return Extrema(xy, sigma, top * (LAYERS / 255), octave, layer)

    def _candidates(self, least: float) -> NDArray[np.int64]:
        """(k, 4) octave, layer, y and x of px that are the greatest or the least of their 26 neighbours."""
        found = [np.zeros((0, 4), np.int64)]
        for octave in range(len(self._size)):
            px = _outstanding(self._planes(self._differences, self._differences_begin, octave), least)
            found.append(np.column_stack([np.full(len(px), octave), px]))
        return np.concatenate(found)

    def _tops(
        self, at: NDArray[np.int64], least: float
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        """(k, 4) px of extrema, as `at`; (k, 3) from there to the top along x, y, layer; (k,) values of the tops."""
        edge = np.column_stack([self._layers, self._size - 1 - BORDER])
        low, high = np.array((1, BORDER, BORDER)), edge[at[:, 0]]
        off, top, is_corner = self._parabola(at)
        for _ in range(MOVES):
            far = np.flatnonzero((np.abs(off) > OFF).any(axis=1))
            steps = np.clip(np.rint(off[far]), -1, 1).astype(np.int64)[:, ::-1]
            at[far, 1:] = np.clip(at[far, 1:] + steps, low, high[far])
            off[far], top[far], is_corner[far] = self._parabola(at[far])
        kept = np.flatnonzero((np.abs(off) <= OFF).all(axis=1) & is_corner & (top >= least))
        _, first = np.unique(self._px(at[kept]), return_index=True)  # two may have moved to one px
        kept = kept[first]
        return at[kept], off[kept], top[kept]

    def _px(self, at: NDArray[np.int64]) -> NDArray[np.int64]:
        """(k,) where among the differences."""
        octave, layer, y, x = at.T
        plane = self._differences_begin[octave] + layer * self._area[octave]
        return np.asarray(plane + y * self._size[octave, 1] + x, np.int64)

    def _parabola(self, at: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
        """(k, 3) way to the top of the parabola along x, y and layer, (k,) its distance from 0, and no edge."""
        down, deeper = self._size[at[:, 0], 1], self._area[at[:, 0]]
        strides = np.stack([np.ones_like(down), down, deeper])
        near = self._differences[self._px(at) + _NEAR @ strides].astype(np.float64)
        centre, after, before = near[0], near[1:4], near[4:7]
        slope = (after - before) / 2
        xx, yy, ss = after + before - 2 * centre
        xy, xs, ys = (near[7:10] - near[10:13] - near[13:16] + near[16:19]) / 4
        # Of the matrix of second derivatives, the adjugate over the determinant.
        a, b, c = yy * ss - ys * ys, xs * ys - xy * ss, xy * ys - xs * yy
        d, e, f = xx * ss - xs * xs, xs * xy - xx * ys, xx * yy - xy * xy
        whole = xx * a + xy * b + xs * c
        whole[np.abs(whole) < 1e-12] = np.inf
        off = -np.stack([(row * slope).sum(axis=0) for row in ((a, b, c), (b, d, e), (c, e, f))]) / whole
        top = np.abs(centre + (slope * off).sum(axis=0) / 2)
        return off.T, top, (f > 0) & ((xx + yy) ** 2 * EDGE < (EDGE + 1) ** 2 * f)

    def directions(self, of: Extrema) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Rows of `of`, some more than once, and the angle of each in degrees, from the x axis towards the y axis."""
        if len(of) == 0:
            return np.zeros(0, np.int64), np.zeros(0)
        height, width = self._size[of.octave].T[:, :, None]
        step = 2.0**of.octave
        middle, spread = of.xy / step[:, None], of.sigma / step
        x, y = (np.rint(middle[:, axis, None] + _GRID[:, axis] * spread[:, None]).astype(np.int64) for axis in (0, 1))
        within = (x > 0) & (x < width - 1) & (y > 0) & (y < height - 1)
        plane = self._levels_begin[of.octave] + of.level * self._area[of.octave]
        px = plane[:, None] + np.clip(y, 1, height - 2) * width + np.clip(x, 1, width - 2)
        light = self._levels
        strength, angle = cv2.cartToPolar(
            light[px + 1] - light[px - 1], light[px + width] - light[px - width], angleInDegrees=True
        )
        at = angle * np.float32(BINS / 360)
        before = at.astype(np.int64)
        beyond = at - before  # a direction between the middles of two bins counts for both
        weights = strength * _WEIGHTS * within
        rows = BINS * np.arange(len(px))[:, None]
        shares = ((before, weights * (1 - beyond)), (before + 1, weights * beyond))
        histograms = sum(
            np.bincount((bins % BINS + rows).ravel(), share.ravel(), BINS * len(px)) for bins, share in shares
        )
        return _peaks(np.reshape(histograms, (-1, BINS)))


def _shapes(shape: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    """(h, w) of each octave."""
    height, width = shape
    while min(height, width) >= SMALLEST:
        yield height, width
        height, width = (height + 1) // 2, (width + 1) // 2


def _outstanding(differences: Plane, least: float) -> NDArray[np.int64]:
    """(k, 3) layer, y and x of px of one octave, each further from 0 than `least` and than its 26 neighbours."""
    high = [cv2.dilate(plane, _WINDOW) for plane in differences]
    low = [cv2.erode(plane, _WINDOW) for plane in differences]
    inner = slice(BORDER, -BORDER)
    found = []
    for layer in range(1, len(differences) - 1):
        here = differences[layer]
        highest = cv2.max(cv2.max(high[layer - 1], high[layer]), high[layer + 1])
        lowest = cv2.min(cv2.min(low[layer - 1], low[layer]), low[layer + 1])
        is_top = ((here >= highest) & (here >= least)) | ((here <= lowest) & (here <= -least))
        y, x = np.nonzero(is_top[inner, inner])
        found.append(np.column_stack([np.full(len(x), layer), y + BORDER, x + BORDER]))
    return np.concatenate(found)


def _peaks(histograms: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Rows of (k, BINS), and in degrees the tops of each that is nearly as high as the highest of its row."""
    wide = np.pad(histograms, ((0, 0), (2, 2)), "wrap")
    smooth = (wide[:, :-4] + 4 * wide[:, 1:-3] + 6 * wide[:, 2:-2] + 4 * wide[:, 3:-1] + wide[:, 4:]) / 16
    before, after = np.roll(smooth, 1, axis=1), np.roll(smooth, -1, axis=1)
    is_peak = (smooth > before) & (smooth >= after) & (smooth >= STRONG * smooth.max(axis=1, keepdims=True))
    rows, bins = np.nonzero(is_peak)
    left, here, right = before[is_peak], smooth[is_peak], after[is_peak]
    top = bins + (left - right) / (2 * (left - 2 * here + right))
    return rows, top * (360 / BINS) % 360
