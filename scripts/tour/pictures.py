"""The pictures of the tour: photos whose authors gave them away, as scikit-image ships them, and edits of them."""

from __future__ import annotations

from functools import cache
from typing import Final

import cv2
import numpy as np
import skimage.data
from numpy.typing import NDArray

from lookalike.pixels.colour import rgb_of_grey
from lookalike.types import Picture, Pixels

CREDITS: Final = {
    "astronaut": "Eileen Collins, by NASA; public domain",
    "brick": "cc0textures.com; CC0",
    "camera": "Lav Varshney; CC0",
    "chelsea": "Stefan van der Walt; CC0",
    "coffee": "Rachel Michetti; CC0",
    "coins": "Brooklyn Museum; no known copyright restrictions",
    "grass": "linolafett; CC0",
    "gravel": "cc0textures.com; CC0",
    "hubble_deep_field": "NASA; public domain",
    "rocket": "SpaceX; public domain",
}
"""Names in `skimage.data`, and whom we thank."""


@cache
def photo(name: str) -> Picture:
    """One of `CREDITS`."""
    if name not in CREDITS:
        raise ValueError(f"{name!r} is not among the pictures that may be shipped: {', '.join(CREDITS)}")
    pixels = np.asarray(getattr(skimage.data, name)())
    return picture(rgb_of_grey(pixels) if pixels.ndim == 2 else pixels)


def picture(pixels: NDArray[np.uint8]) -> Picture:
    """(h, w, 3) as a decoded picture."""
    return Picture(np.ascontiguousarray(pixels), (pixels.shape[1], pixels.shape[0]))


def part(whole: Picture, box: tuple[int, int, int, int]) -> Picture:
    """x, y, width, height in px."""
    x, y, width, height = box
    return picture(whole.pixels[y : y + height, x : x + width])


def scaled(whole: Picture, factor: float) -> Picture:
    size = (round(factor * whole.size[0]), round(factor * whole.size[1]))
    return picture(cv2.resize(whole.pixels, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC))


def lit(whole: Picture, dark: float, light: float) -> Picture:
    """Under a lamp at the right: `dark` times as light at the left edge, `light` times at the right one."""
    ramp = np.linspace(dark, light, whole.size[0])[None, :, None]
    return picture(np.clip(np.rint(whole.pixels * ramp), 0, 255).astype(np.uint8))


def noisy(whole: Picture, levels: float, seed: int = 0) -> Picture:
    noise = np.random.default_rng(seed).normal(scale=levels, size=whole.pixels.shape)
    return picture(np.clip(np.rint(whole.pixels + noise), 0, 255).astype(np.uint8))


def turned(whole: Picture, degrees: float, scale: float = 1.0, *, middle: tuple[float, float] | None = None) -> Picture:
    """Clockwise about its middle, or another place, within the same frame; beyond its edges it is mirrored."""
    width, height = whole.size
    there = cv2.getRotationMatrix2D(middle or ((width - 1) / 2, (height - 1) / 2), -degrees, scale)
    return picture(
        cv2.warpAffine(whole.pixels, there, whole.size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    )


def repainted(motif: Picture, paint: Picture) -> Picture:
    """The motif, each px by a px of `paint`: the darkest by the darkest, and so on; both of one size.

    Not one px of the paint is left over, so that the two have the same histogram, in every space of colours.
    """
    if motif.size != paint.size:
        raise ValueError(f"sizes must agree, not {motif.size} and {paint.size}")
    order, light = (np.argsort(_luminance(one.pixels), axis=None, kind="stable") for one in (motif, paint))
    pixels = np.empty_like(paint.pixels.reshape(-1, 3))
    pixels[order] = paint.pixels.reshape(-1, 3)[light]
    return picture(pixels.reshape(paint.pixels.shape))


def respectrum(motif: Picture, strengths: Picture) -> Picture:
    """The phases of the motif with the amplitudes of the other: the waves of the one, in the places of the other."""
    phases, amplitudes = (np.fft.fft2(_luminance(one.pixels)) for one in (motif, strengths))
    light = np.fft.ifft2(np.abs(amplitudes) * np.exp(1j * np.angle(phases))).real
    return picture(rgb_of_grey(np.clip(np.rint(light), 0, 255).astype(np.uint8)))


def square(whole: Picture, side: int) -> Picture:
    """The middle of it."""
    width, height = whole.size
    edge = min(width, height)
    middle = part(whole, ((width - edge) // 2, (height - edge) // 2, edge, edge))
    return picture(cv2.resize(middle.pixels, (side, side), interpolation=cv2.INTER_AREA))


def _luminance(pixels: Pixels) -> NDArray[np.float64]:
    return np.asarray(pixels @ np.array([0.299, 0.587, 0.114]), np.float64)
