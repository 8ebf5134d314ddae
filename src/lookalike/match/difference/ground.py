"""A transparent picture beside one that is not: laid on the other's ground, so that all that is left differs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.match.difference.channels import most
from lookalike.match.difference.overlap import Mask, inverse
from lookalike.pixels.resize import scaling
from lookalike.types import Matrix, Picture, Pixels

LEVELS: Final = 24
"""Levels that px of one ground may be apart, as JPEG makes them beside an edge."""
EVEN: Final = 0.75
"""Share of the ground that must be of one colour: the rest is content that lies on it."""
AWAY: Final = 0.01
"""Share of the longer side, but a px at least, that ground is looked for away from what is opaque."""
SIDE: Final = 1024
"""px of the longer side, about, on which the ground is looked for."""
BAND: Final = 2**20
"""px that are laid on it at a time."""
LEAST: Final = 0.002
"""Share of the picture that is ground, below which there is none."""


@dataclass(frozen=True, eq=False)
class Grounded:
    """Both pictures on one ground. `of_b` says that b has the ground that a lacks; None where neither lacks one.

    `box` (left, top, width, height) are px of the original that is transparent, `share` that of its area.
    """

    a: Picture
    b: Picture
    of_b: bool | None = None
    box: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    share: float = 0.0


def on_one_ground(a: Picture, b: Picture, model: Matrix) -> Grounded:
    """Where exactly one is transparent and the other shows one colour there, the former on that colour.

    `model` takes px of a to px of b.
    """
    if (a.alpha is None) == (b.alpha is None):
        return Grounded(a, b)
    if a.alpha is None:
        turned = on_one_ground(b, a, inverse(model))
        return replace(turned, a=turned.b, b=turned.a, of_b=None if turned.of_b is None else False)
    step, step_b = (-(-max(each.pixels.shape[:2]) // SIDE) for each in (a, b))
    bare = _bare(a.alpha[::step, ::step])
    if bare.mean() < LEAST:
        return Grounded(a, b)
    decoded_a, decoded_b = (scaling((each.pixels.shape[1], each.pixels.shape[0]), each.size) for each in (a, b))
    to_a = decoded_a @ inverse(model) @ inverse(decoded_b)
    moving = np.diag([1 / step, 1 / step, 1.0]) @ to_a @ np.diag([step_b, step_b, 1.0])
    beneath, seen = _beneath(np.ascontiguousarray(b.pixels[::step_b, ::step_b]), moving, bare)
    if not seen.any():
        return Grounded(a, b)
    colour = np.median(beneath[seen], axis=0)
    if (most(np.abs(beneath[seen] - colour)) <= LEVELS).mean() < EVEN:
        return Grounded(a, b)
    left, top, width, height = cv2.boundingRect(bare.astype(np.uint8))
    across, down = a.size[0] / bare.shape[1], a.size[1] / bare.shape[0]
    box = left * across, top * down, width * across, height * down
    return Grounded(_laid_on(a, colour), b, True, box, float((a.alpha == 0).mean()))


def _bare(alpha: NDArray[np.uint8]) -> Mask:
    """(h, w) where nothing is shown, away from what is."""
    away = 2 * max(1, round(AWAY * max(alpha.shape))) + 1
    clear = np.asarray(alpha == 0, np.uint8)
    bare = np.asarray(cv2.erode(clear, np.ones((away, away), np.uint8)) > 0)  # beyond the border all is bare
    return bare if bare.mean() >= LEAST else clear > 0  # the corners of an icon


def _beneath(pixels: Pixels, moving: Matrix, bare: Mask) -> tuple[Pixels, Mask]:
    """(h, w, 3) `pixels` on the grid of `bare`, and where they are seen as what lies behind a."""
    size = bare.shape[1], bare.shape[0]
    laid = cv2.warpAffine(pixels, moving[:2], size, flags=cv2.INTER_NEAREST)
    there = cv2.warpAffine(np.ones(pixels.shape[:2], np.uint8), moving[:2], size, flags=cv2.INTER_NEAREST)
    return np.asarray(laid, np.uint8), bare & (there > 0)


def _laid_on(picture: Picture, colour: Matrix) -> Picture:
    """The picture over a ground of that colour, all of it opaque."""
    assert picture.alpha is not None
    first = int(np.argmax(picture.alpha == 0))
    now = picture.pixels.reshape(-1, 3)[first].astype(np.float32)
    pixels = picture.pixels.copy()
    rows = max(1, BAND // pixels.shape[1])
    for top in range(0, len(pixels), rows):
        band, alpha = pixels[top : top + rows], picture.alpha[top : top + rows]
        shining = alpha < 255
        through = 1 - alpha[shining, None].astype(np.float32) / 255
        band[shining] = np.clip(np.rint(band[shining] + through * (colour - now)), 0, 255).astype(np.uint8)
    return Picture(pixels, picture.size, None, picture.frames)
