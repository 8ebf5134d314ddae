"""Made cases for template search whose answer is known: what is hard about them is their name.

Sizes and seeds were fixed before anything was tuned on them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import skimage.data
from numpy.typing import NDArray

from lookalike.types import Picture

PHOTOS = ("astronaut", "coffee", "chelsea", "rocket", "retina")
TEXTURES = ("brick", "grass", "gravel", "page")
SIZE = (1200, 900)
"""px of every image."""
SIDES = (24, 32, 48, 64, 96, 128, 192, 256)
"""px of a template's sides."""
EACH = 40
"""Cases of a kind."""

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Case:
    """A template, an image, and where the one lies in the other, px; None where it is not there."""

    kind: str
    template: Picture
    image: Picture
    place: tuple[int, int] | None


def cases(each: int = EACH) -> Iterator[Case]:
    """The same ones whenever they are asked for."""
    for number, (kind, make) in enumerate(KINDS.items()):
        for seed in range(each):
            yield make(kind, np.random.default_rng([number, seed]))


def mask_of(size: tuple[int, int], number: int) -> NDArray[np.bool_]:
    """(h, w) which pixels of a template of `size` (w, h) count: of an oval, a ring, a star or a letter, by turns."""
    width, height = size
    drawn = np.zeros((height, width), np.uint8)
    middle, radii = (width // 2, height // 2), (width / 2, height / 2)
    if number % 4 == 3:
        cv2.putText(drawn, "R", (width // 8, 7 * height // 8), 0, min(size) / 26, (1,), max(2, min(size) // 6))
    elif number % 4 == 2:
        angles = np.arange(10) * np.pi / 5
        reach = np.where(np.arange(10) % 2, 0.5, 1.0)
        corners = np.stack([np.sin(angles), -np.cos(angles)], axis=1) * reach[:, None] * radii + middle
        cv2.fillPoly(drawn, [corners.astype(np.int32)], (1,))
    else:
        cv2.ellipse(drawn, middle, (width // 2, height // 2), 0, 0, 360, (1,), -1)
        if number % 4 == 1:
            cv2.ellipse(drawn, middle, (width // 4, height // 4), 0, 0, 360, (0,), -1)
    return drawn > 0


def _plain(kind: str, rng: np.random.Generator) -> Case:
    return _cut(kind, _photo(rng, PHOTOS), rng, lambda part: part)


def _noise(kind: str, rng: np.random.Generator) -> Case:
    sigma = rng.uniform(5, 25)
    return _cut(kind, _photo(rng, PHOTOS), rng, lambda part: _clipped(part + rng.normal(0, sigma, part.shape)))


def _light(kind: str, rng: np.random.Generator) -> Case:
    gain, offset, gamma = rng.uniform(0.4, 1.5), rng.uniform(-40, 40), rng.uniform(0.6, 1.6)
    return _cut(kind, _photo(rng, PHOTOS), rng, lambda part: _clipped(gain * 255 * (part / 255) ** gamma + offset))


def _texture(kind: str, rng: np.random.Generator) -> Case:
    return _cut(kind, _photo(rng, TEXTURES), rng, lambda part: _clipped(part + rng.normal(0, 4, part.shape)))


def _repeated(kind: str, rng: np.random.Generator) -> Case:
    """A tile again and again, each copy with a little noise of its own."""
    side = int(rng.integers(40, 120))
    tile = _photo(rng, PHOTOS)[200 : 200 + side, 300 : 300 + side]
    rows, columns = -(-SIZE[1] // side), -(-SIZE[0] // side)
    image = np.tile(tile, (rows, columns, 1))[: SIZE[1], : SIZE[0]]
    return _cut(kind, _clipped(image + rng.normal(0, 6, image.shape)), rng, lambda part: part)


def _fine(kind: str, rng: np.random.Generator) -> Case:
    """Nothing but detail of a pixel or two: it is gone when the picture is halved."""
    values = rng.normal(0, 40, (SIZE[1], SIZE[0]))
    image = _clipped(128 + values - cv2.GaussianBlur(values, (0, 0), 1.5))
    return _cut(kind, np.repeat(image[:, :, None], 3, axis=2), rng, lambda part: part)


def _absent(kind: str, rng: np.random.Generator) -> Case:
    one, other = rng.permutation(PHOTOS)[:2]
    found = _cut(kind, _photo(rng, (str(one),)), rng, lambda part: part)
    return Case(kind, found.template, _picture(_photo(rng, (str(other),))), None)


KINDS: dict[str, Callable[[str, np.random.Generator], Case]] = {
    "plain": _plain,
    "noise": _noise,
    "light": _light,
    "texture": _texture,
    "repeated": _repeated,
    "fine": _fine,
    "absent": _absent,
}


def _photo(rng: np.random.Generator, names: tuple[str, ...]) -> Pixels:
    pixels = getattr(skimage.data, names[int(rng.integers(len(names)))])()
    pixels = np.repeat(pixels[:, :, None], 3, axis=2) if pixels.ndim == 2 else pixels
    return np.asarray(cv2.resize(pixels, SIZE, interpolation=cv2.INTER_CUBIC), np.uint8)


def _cut(kind: str, image: Pixels, rng: np.random.Generator, change: Callable[[Pixels], Pixels]) -> Case:
    width, height = (int(rng.choice(SIDES)) for _ in range(2))
    x, y = int(rng.integers(SIZE[0] - width)), int(rng.integers(SIZE[1] - height))
    return Case(kind, _picture(change(image[y : y + height, x : x + width])), _picture(image), (x, y))


def _picture(pixels: Pixels) -> Picture:
    return Picture(np.ascontiguousarray(pixels), (pixels.shape[1], pixels.shape[0]))


def _clipped(values: NDArray[np.floating]) -> Pixels:
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)
