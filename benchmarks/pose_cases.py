"""Made cases for template search at any size and turn, whose answer is known: what is hard about them is their name.

Sizes and seeds were fixed before anything was tuned on them. A template is cut out of a photo; the image is the photo
warped, so that the template lies in it at a scale and angle, then lit otherwise and noisy.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import skimage.data
from numpy.typing import NDArray

from lookalike.types import Picture

PHOTOS = ("astronaut", "coffee", "chelsea", "rocket", "immunohistochemistry", "retina")
SOURCE = (1200, 900)
"""px of a photo."""
SIZE = (640, 480)
"""px of every image."""
SIDES = (48, 160)
"""px of a template's sides, between."""
SCALES = (0.5, 2.0)
ANGLES = (-180.0, 180.0)
CORNERS = 6
"""That every template has at least; along an edge, or on an even area, neither size nor turn nor place can be told."""
STEEP = 4.0
"""Grey levels a px, root mean square over 5 x 5 px, in whatever direction, that make a corner."""
EACH = 60
"""Cases of a kind."""
KINDS = ("plain", "noise", "light", "noise and light", "absent")

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Case:
    """`middle` (px of the image, (0.5, 0.5) the centre of its first), `scale` and `angle` (degrees); None if absent."""

    kind: str
    template: Picture
    image: Picture
    middle: tuple[float, float] | None
    scale: float
    angle: float


def cases(each: int = EACH, seed: int = 0) -> Iterator[Case]:
    """The same ones whenever they are asked for; another `seed` gives others, to calibrate on."""
    for number, kind in enumerate(KINDS):
        for at in range(each):
            yield _case(kind, np.random.default_rng([seed, number, at]))


def _case(kind: str, rng: np.random.Generator) -> Case:
    one, other = (str(name) for name in rng.permutation(PHOTOS)[:2])
    photo, shown = _photo(one), _photo(other if kind == "absent" else one)
    scale = float(np.exp(rng.uniform(*np.log(SCALES))))
    angle = float(rng.uniform(*ANGLES))
    while True:
        width, height = (int(side) for side in rng.integers(*SIDES, size=2, endpoint=True))
        x, y = int(rng.integers(SOURCE[0] - width)), int(rng.integers(SOURCE[1] - height))
        part = photo[y : y + height, x : x + width]
        middle = _room(rng, scale * width, scale * height, angle)
        if middle and _corners(part) >= CORNERS:
            break
    image = _warped(shown, (x + width / 2, y + height / 2), middle, scale, angle)
    if "light" in kind or kind == "absent":
        image = rng.uniform(0.5, 1.3) * 255 * (image / 255) ** rng.uniform(0.7, 1.4) + rng.uniform(-30, 30)
    if "noise" in kind or kind == "absent":
        image = image + rng.normal(0, rng.uniform(3, 12), image.shape)
    pixels = np.clip(np.rint(image), 0, 255).astype(np.uint8)
    return Case(kind, _picture(part), _picture(pixels), None if kind == "absent" else middle, scale, angle)


def _corners(part: Pixels) -> int:
    """Places, 4 px apart, where it is steep in every direction [Shi & Tomasi, Good features to track, 1994]."""
    grey = cv2.cvtColor(part, cv2.COLOR_RGB2GRAY).astype(np.float32)
    across, down = (cv2.Sobel(grey, cv2.CV_32F, *way, ksize=3, scale=1 / 8) for way in ((1, 0), (0, 1)))
    xx, xy, yy = (cv2.blur(product, (5, 5)) for product in (across * across, across * down, down * down))
    weakest = (xx + yy) / 2 - np.sqrt(np.square((xx - yy) / 2) + xy * xy)
    return int(((weakest >= STEEP**2) & (weakest >= cv2.dilate(weakest, np.ones((9, 9), np.uint8)))).sum())


def _room(rng: np.random.Generator, width: float, height: float, angle: float) -> tuple[float, float] | None:
    """A middle about which the turned template lies wholly inside the image; None where it is too large."""
    cosine, sine = abs(math.cos(math.radians(angle))), abs(math.sin(math.radians(angle)))
    half = (width * cosine + height * sine) / 2 + 2, (width * sine + height * cosine) / 2 + 2
    if 2 * half[0] >= SIZE[0] or 2 * half[1] >= SIZE[1]:
        return None
    return float(rng.uniform(half[0], SIZE[0] - half[0])), float(rng.uniform(half[1], SIZE[1] - half[1]))


def _warped(
    photo: Pixels, source: tuple[float, float], middle: tuple[float, float], scale: float, angle: float
) -> NDArray[np.float64]:
    """The photo so that its point `source` comes to `middle`, turned clockwise by `angle`; no part of it twice."""
    if scale < 1:
        photo = cv2.GaussianBlur(photo, (0, 0), 0.5 * math.sqrt(1 / scale**2 - 1) + 1e-3)
    cosine, sine = scale * math.cos(math.radians(angle)), scale * math.sin(math.radians(angle))
    turn = np.array([[cosine, -sine], [sine, cosine]])
    shift = np.array(middle) - 0.5 - turn @ (np.array(source) - 0.5)
    forward = np.hstack([turn, shift[:, None]])
    warped = cv2.warpAffine(photo, forward, SIZE, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(warped, np.float64)


def _photo(name: str) -> Pixels:
    return np.asarray(cv2.resize(getattr(skimage.data, name)(), SOURCE, interpolation=cv2.INTER_CUBIC), np.uint8)


def _picture(pixels: Pixels) -> Picture:
    return Picture(np.ascontiguousarray(pixels), (pixels.shape[1], pixels.shape[0]))
