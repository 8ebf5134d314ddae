"""Residual of two aligned pictures when light, colour, sharpness and grain are accounted for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.match.difference.channels import most
from lookalike.match.difference.order_statistics import median, quantile
from lookalike.match.difference.overlap import Mask, Overlap
from lookalike.match.difference.sharpness import blurred, sharpness
from lookalike.match.difference.shift import shifted
from lookalike.match.difference.tone import luma
from lookalike.match.difference.tone_bound import Plane

CELL: Final = 4
"""px of the cells whose moments are taken; a window is such a cell and half of each neighbour."""
WIDE: Final = 9
"""Cells of the neighbourhood whose mean and contrast do not count."""
SCALES: Final = 3
"""Sizes of the picture, each half of the one before, at which windows are compared."""
CONTRASTS: Final = (0.75, 1.33)
"""Times that one may have more contrast here and there, where light was clipped or falls otherwise."""
FLAT: Final = 4.0
"""Levels of contrast, of which less is none."""
BLOCK: Final = 16
"""px each way of the blocks in which noise is measured."""
CLIPPED: Final = 118.0
"""Levels from the middle at which px may be clipped."""
HARDLY_ANY: Final = 0.02
"""Share of the px of a block that may be."""
SMOOTHEST: Final = 0.1
"""Share of the blocks that are taken for even."""
GRAIN: Final = 0.5
"""Levels of noise that are always to be expected, unless px are equal."""
LOST: Final = 6.0
"""Levels that JPEG takes away of what is even."""
MISSED: Final = 4.0
"""Levels that a change of tone may be off by."""
OF_CONTRAST: Final = (0.05, 0.35)
"""Share of the contrast of a window that is noise: resampling, JPEG; the least and the most."""
AROUND: Final = (0.03, 0.2)
"""Share of the contrast around a window that is noise: ringing, and what JPEG spreads over its blocks."""
TELLING: Final = 12
"""Windows with contrast at a smaller size, the least that tell."""
LOSSLESS: Final = 0.6
"""Share of px that are equal, from which on each that is not counts."""
ROUNDED: Final = 1
"""Levels that a px is off where it lies a hair beside the other's."""
FAINT: Final = (12, 40)
"""Levels of which px that are off by fewer are ringing of JPEG, and that content has by more; of art that it leaves
even, most px are equal."""
RINGING: Final = (1000, 10)
"""px of ringing that there are at least, and so many to each px of content."""
CLEAR: Final = (25.0, 50.0)
"""Levels of contrast from which on what a window shows is clear; and with less than which it is taken for so many."""
UNLIKE: Final = (0.5, 0.875)
"""Share of the contrast of a clear window that is left where it shows something else; the least and the most."""
OF_USUAL: Final = 3.0
"""Times what is left in a window of both that show the same, its lower quartile: most may differ."""
AGREES: Final = 0.7
"""Correlation of a window of both that show the same."""


@dataclass(frozen=True, eq=False)
class Coarse:
    """Windows with contrast, and those of them that agree, at the smallest size that has some, on the same grid.

    Noise is averaged away there, and content is not.
    """

    seen: Mask
    agreeing: Mask


@dataclass(frozen=True, eq=False)
class Residual:
    """Differences of two pictures in one tone and of one sharpness, on the grid of the overlap in cells of `CELL`.

    `excess` is the difference of each window by what noise explains there, its largest over all sizes, `fine` that of
    the smallest windows alone; `unlike` are those of them that clearly show something else, whatever the noise. `seen`
    is where either has contrast beyond noise, `varied` where either has any; `agreeing` where what they show
    correlates. `noise` in levels; `blurred_a` is by how many px a is blurred to be as b, `blurred_b` the other way
    round. `lossless`: most px are equal.
    """

    excess: Plane
    fine: Plane
    unlike: Mask
    seen: Mask
    varied: Mask
    agreeing: Mask
    noise: float
    blurred_a: float
    blurred_b: float
    lossless: bool
    coarse: Coarse

    @property
    def agreement(self) -> float:
        """Share of what has contrast that agrees; 0 where nothing has."""
        count = int(self.seen.sum())
        return float((self.agreeing & self.seen).sum()) / count if count else 0.0


@dataclass(frozen=True, eq=False)
class _Compared:
    excess: Plane
    unlike: Mask
    seen: Mask
    varied: Mask
    agreeing: Mask
    noise: float


def residual(found: Overlap, *, shift: bool, toned: bool, scales: int = SCALES, sharpen: bool = True) -> Residual:
    """Residual of an overlap in one tone; with `shift`, places may be a px away from where they belong;
    without `sharpen` neither counts as blurred. What was `toned` is equal nowhere."""
    inside = found.both.astype(np.float32)
    lossless = not toned and _is_lossless(found)
    a, b = luma(found.a), luma(found.b)
    blur_a, blur_b = (0.0, 0.0) if lossless or not sharpen else sharpness(a, b, found.both)
    a, b = blurred(a, blur_a), blurred(b, blur_b)
    if shift and not lossless:
        a = shifted(a, b, inside)
    a, b = (a - 128) * inside, (b - 128) * inside
    compared: list[_Compared] = []
    for scale in range(scales):
        if scale:
            a, b, inside = (cv2.pyrDown(plane) for plane in (a, b, inside))
        if min(a.shape) < 3 * CELL and scale:
            break
        compared.append(_compared(a, b, inside, lossless))
    first = compared[0]
    size = first.excess.shape[1], first.excess.shape[0]
    excess = first.excess
    for each in compared[1:]:
        excess = np.maximum(excess, cv2.resize(each.excess, size, interpolation=cv2.INTER_LINEAR))
    coarse = next((each for each in reversed(compared) if each.seen.sum() >= TELLING), first)
    seen, agreeing = (
        cv2.resize(each.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
        for each in (coarse.seen, coarse.agreeing)
    )
    return Residual(
        excess,
        first.excess,
        first.unlike,
        first.seen,
        first.varied,
        first.agreeing,
        first.noise,
        blur_a,
        blur_b,
        lossless,
        Coarse(np.asarray(seen), np.asarray(agreeing)),
    )


def _is_lossless(found: Overlap) -> bool:
    """Whether px are equal wherever nothing else is shown; after JPEG those in between are."""
    if not has_equal_px(found):
        return False
    off = most(cv2.absdiff(found.a, found.b))
    differing = (off > 0).astype(np.uint8)
    content = int((off >= FAINT[1]).sum())
    if int(((off > ROUNDED) & (off < FAINT[0])).sum()) >= max(RINGING[0], RINGING[1] * content):
        return False
    near = cv2.dilate(differing, np.ones((9, 9), np.uint8))
    contrast = cv2.Laplacian(cv2.cvtColor(found.a, cv2.COLOR_RGB2GRAY), cv2.CV_16S) != 0
    return bool((near[contrast & found.both] == 0).mean() >= LOSSLESS / 2)


def has_equal_px(found: Overlap) -> bool:
    """Whether most px with contrast are equal in both pictures."""
    return equal_px(found) >= LOSSLESS


def equal_px(found: Overlap) -> float:
    """Share of px with contrast that are equal in both pictures, where they lie px on px; of every third row."""
    if not found.full:
        return 0.0
    rows = slice(None, None, 3)
    a, b, both = found.a[rows], found.b[rows], found.both[rows]
    contrast = np.zeros(both.shape, np.bool_)
    contrast[:, 1:] = cv2.absdiff(np.ascontiguousarray(a[:, 1:, 1]), np.ascontiguousarray(a[:, :-1, 1])) > FLAT
    told = contrast & both
    equal = cv2.inRange(cv2.absdiff(a, b), (0, 0, 0), (0, 0, 0)) > 0
    return float(np.count_nonzero(equal & told) / np.count_nonzero(told)) if told.any() else 0.0


def _compared(a: Plane, b: Plane, inside: Plane, lossless: bool) -> _Compared:
    """Comparison of one size. The planes are 0 where `inside` is."""
    planes = [_cells(each) for each in (inside, a, b, a * a, b * b, a * b)]
    near, wide = ([filtered / share for filtered in rest] for share, *rest in (_window(planes), _neighbourhood(planes)))
    valid = planes[0] > 0.4
    mean_a, mean_b, a_a, b_b, a_b = near
    wide_a, wide_b, wide_a_a, _, wide_a_b = wide
    gain = (wide_a_b - wide_a * wide_b + 1) / (np.maximum(wide_a_a - wide_a * wide_a, 0) + 1)
    gain = np.clip(gain, *CONTRASTS) if not lossless else np.ones_like(gain)
    mean = wide_b - gain * wide_a if not lossless else np.zeros_like(gain)
    energy = b_b - 2 * gain * a_b + gain * gain * a_a - 2 * mean * (mean_b - gain * mean_a) + mean * mean
    energy = np.maximum(energy, 0)
    spread_a, spread_b = np.maximum(a_a - mean_a * mean_a, 0), np.maximum(b_b - mean_b * mean_b, 0)
    content = np.maximum(spread_a, spread_b)
    around = cv2.blur(np.where(valid, content, 0), (WIDE, WIDE))
    within = np.maximum(energy - np.square(mean_b - gain * mean_a - mean), 0)
    whole = _whole_blocks(inside)
    most = 2 * sum(grain(plane, whole) ** 2 for plane in (a, b)) + LOST**2
    base, of_contrast, of_around = _noise(energy[valid], within[valid], content[valid], around[valid], most, lossless)
    above = np.sqrt(energy / (base + of_contrast * content + of_around * around))
    # Noise of its own in either lowers the correlation of what is the same.
    seen = valid & (content > 6 * base + (1.5 * FLAT) ** 2)
    varied = valid & (content > (1.5 * FLAT) ** 2)
    strength = np.maximum(spread_a - base / 2, 1) * np.maximum(spread_b - base / 2, 1)
    agreeing = a_b - mean_a * mean_b > AGREES * np.sqrt(strength)
    unlike = _unlike(within, content, base, valid)
    return _Compared(
        np.where(valid, above, 0).astype(np.float32), unlike, seen, varied, agreeing & valid, float(np.sqrt(base))
    )


def _unlike(within: Plane, content: Plane, base: float, valid: Mask) -> Mask:
    """Windows of clear contrast of which far more is left than of most.

    Noise that goes by the contrast leaves a small share of it in every window, other content all of it in some.
    """
    clear = valid & (content > CLEAR[0] ** 2 + 20 * base)
    if not clear.any():
        return clear
    left, contrast = np.sqrt(np.maximum(within - base, 0)), np.sqrt(np.maximum(content, 1))
    usual = quantile((left / contrast)[clear], 0.25)
    return np.asarray(clear & (left >= np.clip(OF_USUAL * usual, *UNLIKE) * np.maximum(contrast, CLEAR[1])))


def _cells(plane: Plane) -> Plane:
    """Means of cells; those that stick out are filled up with 0, as what is not `inside`."""
    height, width = plane.shape
    down, across = -height % CELL, -width % CELL
    if down or across:
        plane = cv2.copyMakeBorder(plane, 0, down, 0, across, cv2.BORDER_CONSTANT, value=0)
    size = plane.shape[1] // CELL, plane.shape[0] // CELL
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA))


def _whole_blocks(inside: Plane) -> Mask:
    """Blocks that lie inside from edge to edge."""
    size = max(1, inside.shape[1] // BLOCK), max(1, inside.shape[0] // BLOCK)
    return np.asarray(cv2.resize(inside, size, interpolation=cv2.INTER_AREA) > 0.99)


def grain(plane: Plane, whole: Mask) -> float:
    """Levels of noise of one picture by itself: in its smoothest blocks, since fine detail is everywhere but there
    [after Olsen, Estimation of noise in images: an evaluation, CVGIP 1993; Immerkaer, Fast noise variance estimation,
    CVIU 1996].

    Blocks tell that are `whole`, and not clipped, black or white. `plane` is 0 at the middle of the levels.
    """
    fine = np.abs(cv2.filter2D(plane, -1, np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32) / 6))
    size = whole.shape[1], whole.shape[0]
    clipped = cv2.resize((np.abs(plane) >= CLIPPED).astype(np.float32), size, interpolation=cv2.INTER_AREA)
    told = whole & (clipped <= HARDLY_ANY)
    if not told.any():
        return 0.0
    means = cv2.resize(fine, size, interpolation=cv2.INTER_AREA)[told]
    return float(np.sqrt(np.pi / 2) * quantile(means, SMOOTHEST))


def _window(planes: list[Plane]) -> list[Plane]:
    filtered = [cv2.GaussianBlur(each, (3, 3), 0) for each in planes]
    return [np.maximum(filtered[0], 1e-6), *filtered[1:]]


def _neighbourhood(planes: list[Plane]) -> list[Plane]:
    filtered = [cv2.blur(each, (WIDE, WIDE)) for each in planes]
    return [np.maximum(filtered[0], 1e-6), *filtered[1:]]


def _noise(
    energy: NDArray[np.float32],
    within: NDArray[np.float32],
    content: NDArray[np.float32],
    around: NDArray[np.float32],
    most: float,
    lossless: bool,
) -> tuple[float, float, float]:
    """Energy that is to be expected of noise everywhere, by content, and by the content around; medians, within limits.

    What differs is in the minority, or does not vary `within` windows as noise does: a whole window that is off counts
    as noise only as far as one change of tone may have missed it, and no more than `most`, which the grain of the two
    and what JPEG takes away account for. Equal windows of one colour, as of white, say nothing of noise elsewhere.
    """
    if lossless or not len(energy):
        return 0.01, 0.0, 0.0
    is_bland = (content <= max(quantile(content, 0.35), FLAT**2)) & (content + energy > 0)
    varying, whole = (median(each[is_bland]) if is_bland.any() else 0.0 for each in (within, energy))
    base = max(min(varying, most), min(whole, MISSED**2), GRAIN**2)
    left = np.maximum(within - base, 0)
    rich = content > 4 * base + FLAT**2
    of_contrast = _typical(left[rich] / content[rich], OF_CONTRAST)
    beside = (around > 4 * base + FLAT**2) & (content < 0.2 * around)
    rest = np.maximum(left[beside] - of_contrast * content[beside], 0)
    return base, of_contrast, _typical(rest / around[beside], AROUND)


def _typical(shares: NDArray[np.float32], limits: tuple[float, float]) -> float:
    middle = median(shares) if len(shares) >= 20 else 0.0
    return float(np.clip(middle, limits[0] ** 2, limits[1] ** 2))
