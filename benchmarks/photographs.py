"""Photos as the benchmarks take them: found in folders, chosen, opened and made into copies."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
from PIL import Image

from lookalike.datasets.planes import Planes
from lookalike.datasets.reader import Files, Pair
from lookalike.pixels.augment.edited import Edited, moved
from lookalike.pixels.decode import decode
from lookalike.pixels.limits import Limits
from lookalike.types import Picture, Pixels

ENDINGS = (".jpg", ".jpeg", ".png")
T = TypeVar("T")


def files_in(*folders: Path, endings: Sequence[str] = ENDINGS) -> list[Path]:
    """Files with such names, at any depth, one folder after the other, each sorted."""
    return [file for folder in folders for file in sorted(folder.rglob("*")) if file.suffix.lower() in endings]


def name_of(file: Path, data: Path) -> str:
    """Its own among all photos of `data`: in libraries, and in the lists of twins."""
    return "__".join(file.relative_to(data).parts)


def evenly(found: Sequence[T], count: int) -> list[T]:
    """So many, or as many as there are, spread over all."""
    return [found[at] for at in np.linspace(0, len(found) - 1, min(count, len(found))).astype(int)]


def planes_in(folder: Path) -> Sequence[Pair]:
    """The first picture of a plane with each other one, and the homographies between them."""
    paths = [str(path) for path in files_in(folder, endings=(".png", ".ppm"))]
    return Planes().tasks(Files(str(folder), dict.fromkeys(paths, "")))["pairs"].pairs


def opened(file: Path | io.BytesIO) -> Picture:
    """As Pillow reads it, whole."""
    with Image.open(file) as image:
        return picture_of(np.array(image.convert("RGB")))


def decoded(file: Path, min_side: int = 480) -> Picture:
    """As the engine reads it, its shorter side at least so long where the file has that."""
    return decode(file.read_bytes(), min_side=min_side, limits=Limits()).picture


def picture_of(pixels: Pixels) -> Picture:
    """As if it had been decoded whole."""
    return Picture(np.ascontiguousarray(pixels), (pixels.shape[1], pixels.shape[0]))


def cropped(pixels: Pixels, share: float, rng: np.random.Generator) -> Edited:
    """A part of `share` of the area, of the same shape, anywhere."""
    height, width = (max(1, round(side * share**0.5)) for side in pixels.shape[:2])
    top, left = (int(rng.integers(side - part + 1)) for side, part in zip(pixels.shape, (height, width), strict=False))
    return Edited(np.ascontiguousarray(pixels[top : top + height, left : left + width]), moved(left, top))


def saved(pixels: Pixels, factor: float) -> Picture:
    """`factor` times as large, and as it comes back from a JPEG of quality 80; all of it by Pillow, none by us."""
    height, width = pixels.shape[:2]
    file = io.BytesIO()
    Image.fromarray(pixels).resize((int(width * factor), int(height * factor))).save(file, "JPEG", quality=80)
    return opened(file)
