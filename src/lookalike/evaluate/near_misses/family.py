"""Pictures of one make-up and other content, and where two of them differ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lookalike.evaluate.near_misses.photos import Photos
from lookalike.types import Box, Pixels

Frames: TypeAlias = tuple[Pixels, ...]
"""(h, w, 3) sRGB, or (h, w, 4) with alpha last, of one picture; more than one of an animation."""
Maker: TypeAlias = Callable[[np.random.Generator, Photos], tuple[Frames, ...]]
"""Chance and photos to a base picture and its variants, of one size, the smallest difference first."""

GAP: Final = 0.02
"""Share of the longer side: differences that lie closer are one."""


@dataclass(frozen=True, eq=False)
class Family:
    """A base picture and its variants, each of other content than all others."""

    kind: str
    seed: int
    base: Frames
    variants: tuple[Frames, ...]


def still(*images: Image.Image) -> tuple[Frames, ...]:
    """Each as a picture of one frame."""
    return tuple((np.array(image),) for image in images)


def differing(a: Frames, b: Frames) -> NDArray[np.bool_]:
    """(h, w), whether a px shows another colour or opacity in any frame; a frame that only one has differs all over.

    Colours that alpha hides do not count.
    """
    shown = np.zeros(a[0].shape[:2], bool)
    for one, other in zip(a, b, strict=False):
        shown |= (_seen(one) != _seen(other)).any(axis=2)
    return shown | (len(a) != len(b))


def difference_boxes(a: Frames, b: Frames) -> tuple[Box, ...]:
    """Where two of a family differ, px of either, from top to bottom; one box about what lies closer than `GAP`."""
    mask = differing(a, b)
    gap = max(3, round(GAP * max(mask.shape)))
    return tuple((float(x), float(y), float(w), float(h)) for x, y, w, h in _apart(_pieces(mask, gap)))


def _seen(frame: Pixels) -> Pixels:
    """(h, w, 4), with one colour where alpha hides it."""
    if frame.shape[2] == 3:
        return np.dstack([frame, np.full(frame.shape[:2], 255, np.uint8)])
    return np.where(frame[..., 3:] > 0, frame, 0).astype(np.uint8)


def _pieces(mask: NDArray[np.bool_], gap: int) -> list[tuple[int, int, int, int]]:
    """Tight boxes about the parts that stay apart when each grows by half of `gap`."""
    grown = cv2.dilate(mask.astype(np.uint8), np.ones((gap, gap), np.uint8))
    count, labels = cv2.connectedComponents(grown, connectivity=8)
    return [cv2.boundingRect((mask & (labels == each)).astype(np.uint8)) for each in range(1, count)]


def _apart(boxes: list[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Boxes, those that overlap joined, until none do."""
    left = sorted(boxes, key=lambda box: (box[1], box[0]))
    apart: list[tuple[int, int, int, int]] = []
    while left:
        box = left.pop(0)
        touching = [each for each in (*left, *apart) if _overlap(box, each)]
        if not touching:
            apart.append(box)
            continue
        left, apart = ([each for each in some if each not in touching] for some in (left, apart))
        left.append(_around(box, *touching))
    return sorted(apart, key=lambda box: (box[1], box[0]))


def _overlap(a: tuple[int, int, int, int], b: tuple[int, int, int, int]) -> bool:
    return a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]


def _around(*boxes: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(box[0] + box[2] for box in boxes), max(box[1] + box[3] for box in boxes)
    return left, top, right - left, bottom - top
