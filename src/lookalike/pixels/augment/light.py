"""Edits that leave every pixel in its place."""

from __future__ import annotations

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray

from lookalike.pixels.augment.edited import Edited, in_place
from lookalike.types import Pixels


def jpeg(pixels: Pixels, rng: np.random.Generator, _: Pixels) -> Edited:
    """Saved as JPEG of quality 10 to 60."""
    return in_place(compressed(pixels, int(rng.integers(10, 61))))


def compressed(pixels: Pixels, quality: int) -> Pixels:
    """`pixels` as they come back from a JPEG of that quality."""
    data = simplejpeg.encode_jpeg(np.ascontiguousarray(pixels), quality, "RGB", "420")
    back: Pixels = simplejpeg.decode_jpeg(data)
    return back


def grey(pixels: Pixels, _: np.random.Generator, __: Pixels) -> Edited:
    """Without colour."""
    return in_place(np.repeat(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)[:, :, None], 3, axis=2))


def brightness(pixels: Pixels, rng: np.random.Generator, _: Pixels) -> Edited:
    """Darker or lighter by 20 to 70 levels."""
    return in_place(_levels(np.arange(256) + rng.choice((-1, 1)) * rng.uniform(20, 70))[pixels])


def contrast(pixels: Pixels, rng: np.random.Generator, _: Pixels) -> Edited:
    """Levels drawn together to a half, or apart to twice, about the middle."""
    return in_place(_levels(128 + (np.arange(256) - 128) * 2 ** rng.uniform(-1, 1))[pixels])


def gamma(pixels: Pixels, rng: np.random.Generator, _: Pixels) -> Edited:
    """Levels to a power between 1/2 and 2."""
    return in_place(_levels(255 * (np.arange(256) / 255) ** 2 ** rng.uniform(-1, 1))[pixels])


def cast(pixels: Pixels, rng: np.random.Generator, _: Pixels) -> Edited:
    """Each colour multiplied by a factor of its own, 0.7 to 1.3, as of other lamps."""
    return in_place(_bytes(pixels * rng.uniform(0.7, 1.3, 3)))


def blur(pixels: Pixels, rng: np.random.Generator, _: Pixels) -> Edited:
    """A Gaussian blur of 0.3 to 1 % of the shorter side."""
    sigma = max(0.5, rng.uniform(0.003, 0.01) * min(pixels.shape[:2]))
    return in_place(cv2.GaussianBlur(pixels, (0, 0), sigma))


def noise(pixels: Pixels, rng: np.random.Generator, _: Pixels) -> Edited:
    """Normal noise of 8 to 25 levels on each value."""
    grain = rng.standard_normal(pixels.shape, np.float32) * np.float32(rng.uniform(8, 25))
    return in_place(_bytes(pixels + grain))


def _levels(curve: NDArray[np.floating]) -> NDArray[np.uint8]:
    """(256,) a level for each level."""
    return _bytes(curve)


def _bytes(values: NDArray[np.floating]) -> NDArray[np.uint8]:
    clipped: NDArray[np.uint8] = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return clipped
