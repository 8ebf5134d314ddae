"""Two pictures that are too small, or too plain, for features, as wholes at one size: icons, thumbnails, logos."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

import cv2
import numpy as np

from lookalike.match.difference import turned
from lookalike.match.difference.channels import most
from lookalike.match.difference.comparison import Comparison, Difference, Verdict, compare_pixels, grounds
from lookalike.match.difference.ground import on_one_ground
from lookalike.match.difference.overlap import Mask
from lookalike.match.difference.tone import luma
from lookalike.match.difference.tone_bound import Plane
from lookalike.pixels.resize import resize, scaling
from lookalike.types import Box, Picture, Size

FEW: Final = 128
"""px of the shorter side, below which colours must agree all over as well."""
ALIKE: Final = 0.9
"""Correlation of their colours."""
GREY: Final = 12.0
"""Levels between the colours of a px, of which fewer are grey."""
SHAPE: Final = 1.02
"""Times that one may be longer for its height than the other, besides a px that rounding makes."""
OFF: Final = 14.0
"""Levels that two px of one icon may be apart, reduced by two programs, and so much of the contrast about them:"""
OF_CONTRAST: Final = 0.2
EDGE: Final = 24.0
"""Levels within 3 x 3 px that make an edge."""
EDGES: Final = 20
"""px of edges, and the share of all px, that prove a copy: a plain patch is like any other."""
OF_ALL: Final = 0.04
CORRELATES: Final = 0.95
"""Correlation of a copy, and of another content of one make-up."""
RESEMBLES: Final = 0.6
AT_A_GLANCE: Final = 24
"""px each way of what is looked at first."""
HARDLY: Final = 0.4
"""Correlation of its light, below which two are strangers."""


def compare_whole(a: Picture, b: Picture) -> Comparison | None:
    """As if b showed all of a and nothing else; None where their shapes forbid it, or they are too plain to tell."""
    if not one_shape(a.size, b.size):
        return None
    on = on_one_ground(a, b, scaling(b.size, a.size))
    if not _may_be_one(on.a, on.b):
        return None
    size = min(_size(a), _size(b), key=math.prod)
    if min(size) < turned.FEW:
        told = _compare_small(on.a, on.b, size)
        return None if told is None else replace(told, differs=(*told.differs, *grounds(on, told.model)))
    told = compare_pixels(a, b, scaling(b.size, a.size))
    is_small = min(size) < FEW
    if told is not None and told.verdict in ("copy", "part") and is_small and not _resembles(on.a, on.b, size):
        return replace(told, verdict=None)
    return told


def _may_be_one(a: Picture, b: Picture) -> bool:
    """Whether light and dark lie alike at a glance: most pairs that are asked about are strangers."""
    size = (AT_A_GLANCE, AT_A_GLANCE)
    x, y = (luma(resize(each.pixels, size))[..., None] for each in (a, b))
    return _correlation(x, y) >= HARDLY


def _size(picture: Picture) -> Size:
    return picture.pixels.shape[1], picture.pixels.shape[0]


def one_shape(a: Size, b: Size) -> bool:
    """Whether one may be the other at another size, its sides rounded to whole px."""
    (w, h), (wide, high) = sorted((a, b), key=min)
    factor = max(wide, high) / max(w, h)
    shorter, there = min(w, h), min(wide, high) / factor
    return (w >= h) == (wide >= high) and abs(shorter - there) <= max(1.0, (SHAPE - 1) * shorter)


def _resembles(a: Picture, b: Picture, size: Size) -> bool:
    """Whether their colours agree all over, or their light where one is grey: few px hold few windows of detail."""
    x, y = (resize(each.pixels, size).astype(np.float32) for each in (a, b))
    if min(float(np.ptp(each, axis=2).max()) for each in (x, y)) < GREY:
        x, y = (each.mean(axis=2, keepdims=True) for each in (x, y))
    return _correlation(x, y) >= ALIKE


def _compare_small(a: Picture, b: Picture, size: Size) -> Comparison | None:
    x, y = (resize(each.pixels, size).astype(np.float32) for each in (a, b))
    smooth_x, smooth_y = (cv2.GaussianBlur(each, (3, 3), 0) for each in (x, y))
    contrast = np.maximum(_contrast(x), _contrast(y))
    off = most(np.abs(smooth_x - smooth_y))
    bearable = OFF + OF_CONTRAST * contrast
    differing = off > bearable
    has_turned = turned.has_turned(x, y)
    if has_turned and not differing.any():
        differing = off > bearable / 2
    edges = int((contrast > EDGE).sum())
    correlation = _correlation(smooth_x, smooth_y)
    if edges < max(EDGES, OF_ALL * contrast.size) or correlation < RESEMBLES:
        return None
    verdict: Verdict = "copy" if correlation >= CORRELATES and not (has_turned or differing.any()) else "variant"
    model = scaling(b.size, a.size)
    return Comparison(
        verdict,
        model,
        (1.0, 1.0),
        () if a.size == b.size else (f"resized to {100 * b.size[0] / a.size[0]:.0f} %",),
        _differences(differing, size, a.size, b.size),
        correlation,
        1.0,
        edges,
    )


def _contrast(plane: Plane) -> Plane:
    square = np.ones((3, 3), np.uint8)
    return np.asarray(most(cv2.dilate(plane, square) - cv2.erode(plane, square)))


def _correlation(x: Plane, y: Plane) -> float:
    centred_x, centred_y = x - x.mean(axis=(0, 1)), y - y.mean(axis=(0, 1))
    strength = float(np.linalg.norm(centred_x) * np.linalg.norm(centred_y))
    return float((centred_x * centred_y).sum()) / strength if strength > 1 else 0.0


def _differences(differing: Mask, size: Size, size_a: Size, size_b: Size) -> tuple[Difference, ...]:
    joined = cv2.dilate(differing.astype(np.uint8), np.ones((3, 3), np.uint8))
    count, labels = cv2.connectedComponents(joined, connectivity=8)
    found = []
    for number in range(1, count):
        place = differing & (labels == number)
        x, y, width, height = cv2.boundingRect(place.astype(np.uint8))
        box_a, box_b = (_box((x, y, width, height), size, to) for to in (size_a, size_b))
        found.append(Difference(box_a, box_b, float(place.mean()), "content"))
    return tuple(sorted(found, key=lambda each: -each.share))


def _box(box: tuple[int, int, int, int], size: Size, to: Size) -> Box:
    across, down = to[0] / size[0], to[1] / size[1]
    return box[0] * across, box[1] * down, box[2] * across, box[3] * down
