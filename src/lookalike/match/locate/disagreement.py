"""Where a template and what lies under it show clear detail of their own that does not agree.

Both are brought into one light, a gain and an offset that most of them share, and compared px by px; what lies within
half a px counts as the same place. A difference is clear where it stands out of the noise of this very pair and is a
good part of the contrast about it; what is scattered is noise, what hangs together is a stroke.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product
from typing import Final, Literal, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.match.locate.integral_images import Mask

Plane: TypeAlias = NDArray[np.float32]
"""(h, w)"""
Colours: TypeAlias = NDArray[np.float32]
"""(h, w, c)"""

Colour: TypeAlias = Literal["kept", "told", "none"]

LUMA: Final[NDArray[np.float32]] = np.array([0.299, 0.587, 0.114], np.float32)
SOFT: Final = 0.6
"""px, the spread by which both are blurred before they are compared."""
SPREADS: Final = 6.5
"""Spreads of the pair's noise, from which on a difference is clear."""
OF_CONTRAST: Final = 0.28
"""Share of the contrast about it that a clear difference has."""
OF_ALL: Final = 0.13
"""Share of the contrast of the whole that a clear difference has."""
FAINT: Final = 7.0
"""Grey levels below which nothing is clear."""
ABOUT: Final = 9
"""px of a square in which contrast is told."""
STROKE: Final = 2.5
"""How much clear difference hangs together in a stroke: px, each by its share of the contrast about it, twofold."""
OF_QUIET_STROKE: Final = 0.75
"""Clear difference that hangs together in a stroke, in a pair without noise."""
WIDER: Final = 150.0
"""px of a side for which a stroke must be larger by one: the more there is, the more of noise hangs together."""
QUIET: Final = 0.5
"""Share of the px of outlines that are the very same in both, from which on a pair is without noise."""
VERY_SAME: Final = 0.6
"""Grey levels."""
OF_QUIET: Final = 0.12
"""Share of contrast that is clear in a pair without noise."""
WIDE: Final = 32.0
"""px, the spread of what counts as light, at most."""
GRAIN: Final = 4.0
"""Grey levels of contrast that light does not raise or lower."""
LARGE: Final = 48
"""px of a side from which on light may differ from place to place."""
TINTED: Final = 26.0
"""Levels of a channel, beside the others, that make another colour."""
TINTED_QUIET: Final = 12.0
"""Levels of a channel, beside the others, that make another colour in a pair without noise."""
SAME_GAIN: Final = 0.1
SAME_OFFSET: Final = 12.0
"""Grey levels; and gain beside 1, up to which light is the same, so that colours can be compared."""
GREY: Final = 4.0
"""Levels of a channel beside the others that a grey picture has at most."""
FAINTEST: Final = 0.3
"""Gain that light has at least; what is fainter was explained by what is not there."""
OFFSET_KEPT: Final = 30.0
"""Grey levels that light adds at most, where colours are kept."""
NOISY: Final = 2.0
"""px, the spread by which both are blurred, where they are noisy, for their light to be told."""
BETTER: Final = 1.04
"""How many times as much light must explain, for another to be taken."""
BLED: Final = 5
"""px of a square beyond whose half JPEG carries no colour; smaller areas of another colour are none."""
OF_TINT: Final = 0.45
"""Share of its colour by which another colour differs."""
SAMPLES: Final = 4096
"""px that tell the light, or somewhat more."""


@dataclass(frozen=True)
class Region:
    """Clear difference that hangs together: its box (x, y, w, h) in px of the template, and how much of it there is."""

    box: tuple[int, int, int, int]
    mass: float


@dataclass(frozen=True, eq=False)
class Disagreement:
    """Clear differences between a template and a place, largest first.

    `clear` (h, w) marks its px, `level` those whose level is another one as well, however smooth they are. `in_colour`:
    it is the colour that differs.
    """

    regions: tuple[Region, ...]
    clear: Mask
    level: Mask
    in_colour: bool


def disagreement(template: Colours, seen: Colours, inside: Mask, colour: Colour = "told") -> Disagreement:
    """Between two of one size, (h, w, 1) or (h, w, 3), of the px `inside` alone.

    `colour`: "kept", another one differs in whatever light; "told", in the same light alone, and of a grey template
    not at all; "none", never.
    """
    one, other = _luma(template), _luma(seen)
    light = _light(one, other, inside, OFFSET_KEPT if colour == "kept" else 255.0)
    expected = np.clip(light[0] * one + light[1], 0, 255)
    noise = _noise(other - expected, inside)
    near = _evenly_lit(expected, other, inside)
    soft, there = _softened(near, inside), _softened(other, inside)
    contrast = np.maximum(_range(soft, inside), _range(there, inside))
    of_all = _spread(soft, inside)
    quiet = _is_quiet(expected, other, inside, of_all)
    apart = _apart(soft, there)
    if quiet:
        least = np.maximum(OF_QUIET * contrast, FAINT)
    else:
        floor = max(SPREADS * _noise(there - soft, inside), OF_ALL * of_all, FAINT)
        least = np.maximum(OF_CONTRAST * contrast, floor)
    clear = inside & (apart > least)
    weights = np.where(clear, 2 * apart / np.maximum(contrast, 1e-6), 0)
    level = inside & (np.abs(other - expected) > max(4 * noise, OF_ALL * of_all, 2 * FAINT))
    stroke = OF_QUIET_STROKE if quiet else STROKE + math.sqrt(int(inside.sum())) / WIDER
    regions = _regions(clear, weights, stroke)
    tinted = _tinted(template, seen, light, inside, colour, quiet)
    of_colour = _regions(tinted, 0.5 * tinted.astype(np.float32), stroke)
    both = sorted([*regions, *of_colour], key=lambda one: -one.mass)
    return Disagreement(tuple(both), clear | tinted, level | tinted, bool(of_colour) and not regions)


def _luma(pixels: Colours) -> Plane:
    return np.asarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels @ LUMA, np.float32)


def _light(one: Plane, other: Plane, inside: Mask, most: float = 255.0) -> tuple[float, float]:
    """Gain and offset (`most` either way) that explain most px; of both blurred, where that is less than half.

    A px of noise says little of the light, and makes it look weaker than it is.
    """
    light, share = _best_light(one, other, inside, most, 0.0)
    grain = max(_noise(one, inside), _noise(other, inside))
    if share >= 0.5 or grain <= GRAIN:
        return light
    soft, there = (_softened(plane, inside, NOISY) for plane in (one, other))
    return _best_light(soft, there, inside, most, 0.3 * grain)[0]


def _best_light(
    one: Plane, other: Plane, inside: Mask, offset: float, least: float
) -> tuple[tuple[float, float], float]:
    """Gain and offset of the light, or of none, that explains most px, and their share, to `least` levels."""
    step = max(1, math.isqrt(one.size // SAMPLES))
    one, other, inside = one[::step, ::step], other[::step, ::step], inside[::step, ::step]
    height, width = one.shape
    rows, columns = np.mgrid[:height, :width]
    halves = [rows < height / 2, rows >= height / 2, columns < width / 2, columns >= width / 2]
    parts = [inside, *(inside & half for half in halves)]
    parts += [inside & a & b for a, b in product(halves[:2], halves[2:])]
    x, y = one[inside], other[inside]
    reach = max(4.0, 0.04 * float(np.ptp(x)), least)
    best, most = (1.0, 0.0), _explained(x, y, (1.0, 0.0), reach)
    for part in parts:
        if part.sum() < 8:
            continue
        for light in _suggested(one[part], other[part]):
            share = _explained(x, y, light, reach)
            if abs(light[1]) <= offset and share > BETTER * most:
                best, most = light, share
    return best, most


def _suggested(x: Plane, y: Plane) -> list[tuple[float, float]]:
    """Least squares of all, then of those that it explains best; and an offset alone."""
    found = [(1.0, float(np.median(y - x)))]
    weights = np.ones(len(x), bool)
    for _ in range(4):
        a, b = x[weights], y[weights]
        spread = float(np.var(a))
        if spread < 4:
            break
        gain = float(((a - a.mean()) * (b - b.mean())).mean()) / spread
        if not FAINTEST <= gain <= 1 / FAINTEST:
            break
        offset = float(b.mean() - gain * a.mean())
        found.append((gain, offset))
        apart = np.abs(y - np.clip(gain * x + offset, 0, 255))
        weights = apart <= max(3.0, 2.5 * 1.4826 * float(np.median(apart)))
    return found


def _explained(x: Plane, y: Plane, light: tuple[float, float], reach: float) -> float:
    """Share of px, those that are explained roughly by a part; dark strokes count beside the wide ground."""
    levels = np.asarray(x / 16, np.int64)
    shares = 1 / np.sqrt(np.bincount(levels, minlength=16))[levels]
    apart = np.abs(y - np.clip(light[0] * x + light[1], 0, 255)) / reach
    return float((shares * np.maximum(0, 1 - np.square(apart / 2))).sum() / shares.sum())


def _noise(apart: Plane, inside: Mask) -> float:
    """Robust spread of what is fine in it [Hampel, The influence curve and its role in robust estimation, JASA 1974].

    Areas of another level are no noise, however many they are.
    """
    grain = np.abs(apart - cv2.blur(apart, (3, 3)))[inside]
    return max(1.0, 1.6 * float(np.median(grain)))


def _evenly_lit(expected: Plane, other: Plane, inside: Mask) -> Plane:
    """`expected` in the light about each place [He et al., Guided image filtering, PAMI 2013]; as it is where small.

    It is wider than any stroke, so that one more or less does not change it.
    """
    side = min(expected.shape)
    if side < LARGE:
        return expected
    spread = min(max(side / 5, ABOUT), WIDE)
    weights = inside.astype(np.float32)
    count = np.maximum(_broadly(weights, spread), 1e-3)

    def mean(values: Plane) -> Plane:
        return np.asarray(_broadly(weights * values, spread) / count)

    here, there = mean(expected), mean(other)
    shared = mean(expected * other) - here * there
    gain = (shared + GRAIN**2) / (mean(np.square(expected)) - np.square(here) + GRAIN**2)
    return np.asarray(np.clip(there + np.clip(gain, 0.5, 2) * (expected - here), 0, 255), np.float32)


def _softened(plane: Plane, inside: Mask, spread: float = SOFT) -> Plane:
    """Blurred, of what lies inside alone."""
    weights = inside.astype(np.float32)
    return np.asarray(_blurred(plane * weights, spread) / np.maximum(_blurred(weights, spread), 1e-3), np.float32)


def _blurred(plane: Plane, spread: float) -> Plane:
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), spread, borderType=cv2.BORDER_REPLICATE), np.float32)


def _broadly(plane: Plane, spread: float) -> Plane:
    """Blurred by several px, as a smaller plane is by fewer."""
    factor = max(1, int(spread / 4))
    size = (max(1, plane.shape[1] // factor), max(1, plane.shape[0] // factor))
    small = cv2.resize(plane, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(_blurred(small, spread / factor), plane.shape[::-1], interpolation=cv2.INTER_LINEAR))


def _range(plane: Plane, inside: Mask) -> Plane:
    """Range of the values about each px."""
    square = np.ones((ABOUT, ABOUT), np.uint8)
    high = cv2.dilate(np.where(inside, plane, -1e4).astype(np.float32), square)
    low = cv2.erode(np.where(inside, plane, 1e4).astype(np.float32), square)
    return np.asarray(np.maximum(high - low, 0), np.float32)


def _spread(plane: Plane, inside: Mask) -> float:
    """Range of nearly all values."""
    low, high = np.quantile(plane[inside], (0.01, 0.99))
    return float(high - low)


def _is_quiet(one: Plane, other: Plane, inside: Mask, of_all: float) -> bool:
    """Whether most of the outlines are the very same, as they are in no JPEG and between no two photos."""
    steep = cv2.morphologyEx(one, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    outlines = inside & (steep > 0.25 * of_all)
    if of_all < FAINT or not outlines.any():
        outlines = inside
    return float((np.abs(one - other)[outlines] <= VERY_SAME).mean()) >= QUIET


def _apart(one: Plane, other: Plane) -> Plane:
    """How far each lies outside of what the other one has within half a px, whichever is further."""
    return np.maximum(_outside(one, other), _outside(other, one))


def _outside(one: Plane, other: Plane) -> Plane:
    framed = cv2.copyMakeBorder(other, 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    height, width = other.shape
    low, high = other.copy(), other.copy()
    for down, across in product((0, 1, 2), repeat=2):
        between = (other + framed[down : down + height, across : across + width]) / 2
        np.minimum(low, between, out=low)
        np.maximum(high, between, out=high)
    return np.asarray(np.maximum(np.maximum(one - high, low - one), 0), np.float32)


def _tinted(
    template: Colours, seen: Colours, light: tuple[float, float], inside: Mask, colour: Colour, quiet: bool
) -> Mask:
    """Where the colour is another one, whatever the lightness: no cast of light explains it, nor a grey picture."""
    is_lit_so = abs(light[0] - 1) <= SAME_GAIN and abs(light[1]) <= SAME_OFFSET
    speaks = colour == "kept" or (colour == "told" and is_lit_so and _saturation(template, inside) >= GREY)
    if template.shape[2] == 1 or not speaks:
        return np.zeros(inside.shape, bool)
    one, other = _luma(template), _luma(seen)
    wanted, found = _chroma(template), _chroma(seen)
    if quiet:
        apart = np.max([_apart(a, b) for a, b in zip(wanted, found, strict=True)], axis=0)
        return np.asarray(inside & (apart > TINTED_QUIET))
    square = np.ones((BLED, BLED), np.uint8)
    # Light makes colours weaker or stronger as it does levels, unless haze lies over them.
    gains = (light[0], np.clip(cv2.blur(other, (BLED, BLED)) / np.maximum(cv2.blur(one, (BLED, BLED)), 8), 0.2, 4), 1.0)
    tinted = inside.copy()
    for gain in gains:
        lit = [np.asarray(gain * plane, np.float32) for plane in wanted]
        apart = np.max([_beyond(a, b, square) for a, b in zip(lit, found, strict=True)], axis=0)
        strong = np.max([np.abs(plane) for plane in (*lit, *found)], axis=0)
        tinted &= apart > np.maximum(TINTED * np.clip(gain, 0.5, 1), OF_TINT * strong)
    whole = cv2.morphologyEx(
        np.pad(tinted.astype(np.uint8), BLED), cv2.MORPH_OPEN, square, borderType=cv2.BORDER_CONSTANT, borderValue=0
    )
    return np.asarray(whole[BLED:-BLED, BLED:-BLED] > 0)


def _beyond(one: Plane, other: Plane, square: NDArray[np.uint8]) -> Plane:
    """How far each lies outside of what the other one has in a square about it, whichever is further."""
    ways = ((one, other), (other, one))
    outside = [np.maximum(a - cv2.dilate(b, square), cv2.erode(b, square) - a) for a, b in ways]
    return np.asarray(np.maximum(*outside))


def _chroma(pixels: Colours) -> list[Plane]:
    """Chroma of each channel: its values less the luma."""
    luma = _luma(pixels)
    return [np.asarray(pixels[:, :, channel] - luma, np.float32) for channel in range(3)]


def _saturation(pixels: Colours, inside: Mask) -> float:
    """Levels by which the most colourful px have one channel beside another."""
    red, green, blue = pixels[inside].T
    apart = np.maximum(np.maximum(red, green), blue) - np.minimum(np.minimum(red, green), blue)
    return float(np.quantile(apart, 0.98))


def _regions(clear: Mask, weights: NDArray[np.floating], least: float) -> list[Region]:
    """Regions of clear px that hang together and weigh `least` or more."""
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(clear.astype(np.uint8), connectivity=8)
    masses = np.bincount(labels.ravel(), np.asarray(weights, np.float64).ravel(), count)
    return [
        Region((int(x), int(y), int(w), int(h)), float(mass))
        for (x, y, w, h, _), mass in zip(boxes[1:].tolist(), masses[1:].tolist(), strict=True)
        if mass >= least
    ]
