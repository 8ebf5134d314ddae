"""The reduced picture in colour spaces, each channel stretched over 0 to 255
[van de Sande, Gevers & Snoek, Evaluating Color Descriptors for Object and Scene Recognition, PAMI 2010]."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.describe.reduced import reduced
from lookalike.types import Picture, Pixels

ColourSpace = Literal["grey", "rgb", "hsv", "lab", "opponent", "rg", "ycbcr"]
CHANNELS: Final[dict[ColourSpace, int]] = {
    "grey": 1,
    "rgb": 3,
    "hsv": 3,
    "lab": 3,
    "opponent": 3,
    "rg": 2,
    "ycbcr": 3,
}

MIDDLE: Final = 128.0
"""Level of a channel that stands for no light against another, or no colour."""


def channels(picture: Picture, colours: ColourSpace) -> NDArray[np.uint8]:
    """(SIDE, SIDE, channels); computed once a picture. Hue, the first channel of hsv, is a circle of 256 steps."""
    return picture.plane(("channels", colours), lambda _: _CONVERSIONS[colours](reduced(picture)))


def rgb_of_ycbcr(offsets: NDArray[np.float64]) -> Pixels:
    """(h, w, 3) of light, blue and red as they differ from `MIDDLE`."""
    levels = np.clip(np.rint(offsets[:, :, [0, 2, 1]] + MIDDLE), 0, 255).astype(np.uint8)
    return np.asarray(cv2.cvtColor(levels, cv2.COLOR_YCrCb2RGB), np.uint8)


def _converted(code: int) -> Callable[[Pixels], NDArray[np.uint8]]:
    return lambda pixels: np.asarray(cv2.cvtColor(pixels, code), np.uint8)


def _grey(pixels: Pixels) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)[:, :, None]


def _opponent(pixels: Pixels) -> NDArray[np.uint8]:
    """Red against green, yellow against blue, and light."""
    red, green, blue = np.moveaxis(pixels.astype(np.int32), 2, 0)
    stretched = (red - green + 255) // 2, (red + green - 2 * blue + 510) // 4, (red + green + blue) // 3
    return np.stack(stretched, axis=2).astype(np.uint8)


def _chromaticity(pixels: Pixels) -> NDArray[np.uint8]:
    """The shares of red and green in the light; a third each in black."""
    colours = pixels.astype(np.int32)
    light = colours.sum(axis=2, keepdims=True)
    shares = np.where(light > 0, colours[:, :, :2] * 255 // np.maximum(light, 1), 85)
    return shares.astype(np.uint8)


def _ycbcr(pixels: Pixels) -> NDArray[np.uint8]:
    return np.ascontiguousarray(np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2YCrCb), np.uint8)[:, :, [0, 2, 1]])


_CONVERSIONS: Final[dict[ColourSpace, Callable[[Pixels], NDArray[np.uint8]]]] = {
    "grey": _grey,
    "rgb": lambda pixels: pixels,
    "hsv": _converted(cv2.COLOR_RGB2HSV_FULL),
    "lab": _converted(cv2.COLOR_RGB2Lab),
    "opponent": _opponent,
    "rg": _chromaticity,
    "ycbcr": _ycbcr,
}
