"""A made library and templates cut out of it, as `locate -l` is measured: sizes and seeds were fixed before tuning.

A photo of at least 320 x 240 px gives disjoint tiles of that size, a smaller one all of itself; each is scaled to cover
640 x 480 px. Templates are what a user would have: cut out, seen in other light, noisy, saved as JPEG.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.errors import BadPicture
from lookalike.pixels.decode import decode

SETS = (
    *("skimage", "opencv", "multiview", "hpatches", "oxford_affine", "wxbs", "sacre_coeur", "imagededup", "textures"),
    *("grocery", "flickr8k", "imagenette", "scene15", "caltech101"),
)
SIZE = (640, 480)
TILE = (320, 240)
PICTURES = 5000
ASIDE = 100
"""Pictures that are not in the library: templates of them must not be found."""
QUALITY = 90
SIDES = (48, 64, 96, 128)
"""px of a template, each way by itself."""
CONTRAST = 12.0
"""Standard deviation of a template's grey values, at least: an empty one is no question."""
SUFFIXES = {".jpg", ".jpeg", ".png", ".ppm", ".pgm", ".tif", ".tiff"}

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Case:
    """A template (h, w, 3), and where it was cut out: the number of the picture and the place; None for one aside."""

    template: Pixels
    picture: int | None
    place: tuple[int, int]


def pictures(data: Path) -> Iterator[Pixels]:
    """(480, 640, 3) `PICTURES`, then `ASIDE` more; the same ones in the same order from the same data."""
    tiles = _tiles(data)
    order = np.random.default_rng(0).permutation(len(tiles))
    if len(order) < PICTURES + ASIDE:
        raise SystemExit(f"{data} gives {len(order)} pictures, {PICTURES + ASIDE} are wanted")
    for at in order[: PICTURES + ASIDE]:
        file, (x, y, width, height) = tiles[at]
        yield _covering(decode(file.read_bytes()).picture.pixels[y : y + height, x : x + width])


def cut(picture: Pixels, number: int) -> Case | None:
    """A template out of a picture; None where it is too empty anywhere one looks."""
    rng = np.random.default_rng([1, number])
    for _ in range(20):
        width, height = (int(rng.choice(SIDES)) for _ in range(2))
        x, y = int(rng.integers(SIZE[0] - width + 1)), int(rng.integers(SIZE[1] - height + 1))
        part = picture[y : y + height, x : x + width]
        if cv2.cvtColor(part, cv2.COLOR_RGB2GRAY).std() >= CONTRAST:
            return Case(_changed(part, rng), number if number < PICTURES else None, (x, y))
    return None


def _changed(part: Pixels, rng: np.random.Generator) -> Pixels:
    """In other light, with noise, and through JPEG."""
    gain, offset, gamma = rng.uniform(0.7, 1.3), rng.uniform(-25, 25), rng.uniform(0.8, 1.25)
    noisy = gain * 255 * (part / 255) ** gamma + offset + rng.normal(0, rng.uniform(0, 8), part.shape)
    plain = np.clip(np.rint(noisy), 0, 255).astype(np.uint8)
    return decode(jpeg(plain, int(rng.integers(50, 96)))).picture.pixels


def jpeg(pixels: Pixels, quality: int = QUALITY) -> bytes:
    """The bytes of a file."""
    _, data = cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return data.tobytes()


def _tiles(data: Path) -> list[tuple[Path, tuple[int, int, int, int]]]:
    """Files with boxes x, y, w, h, px."""
    found = []
    for file in sorted(file for name in SETS for file in (data / name).rglob("*")):
        size = _size(file) if file.suffix.lower() in SUFFIXES else None
        if size is None:
            continue
        across, down = (side // tile for side, tile in zip(size, TILE, strict=True))
        if across * down == 0:
            found.append((file, (0, 0, *size)))
        width, height = (side // max(count, 1) for side, count in zip(size, (across, down), strict=True))
        found += [(file, (x * width, y * height, width, height)) for y in range(down) for x in range(across)]
    return found


def _size(file: Path) -> tuple[int, int] | None:
    """(w, h) px; None of a damaged file."""
    try:
        pixels = decode(file.read_bytes()).picture.pixels
    except BadPicture:
        return None
    return pixels.shape[1], pixels.shape[0]


def _covering(part: Pixels) -> Pixels:
    """Its middle, scaled so that it covers `SIZE`."""
    factor = max(SIZE[0] / part.shape[1], SIZE[1] / part.shape[0])
    size = (max(SIZE[0], round(part.shape[1] * factor)), max(SIZE[1], round(part.shape[0] * factor)))
    scaled = cv2.resize(part, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC)
    x, y = (size[0] - SIZE[0]) // 2, (size[1] - SIZE[1]) // 2
    return np.ascontiguousarray(scaled[y : y + SIZE[1], x : x + SIZE[0]])
