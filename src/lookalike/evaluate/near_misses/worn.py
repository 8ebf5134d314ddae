"""Pictures of a family as they come to people: saved, made smaller, lightened, scanned; and as edited copies."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import cv2
import numpy as np
from PIL import Image

from lookalike.evaluate.near_misses.family import Frames
from lookalike.pixels.augment import EDITS, Edited, edit
from lookalike.pixels.augment.edited import Matrix, moved
from lookalike.types import Box, Pixels

AS_MADE: Final = "as made"
CROPS: Final = MappingProxyType({"crop to 30 %": 0.3, "crop to 10 %": 0.1})
COPIES: Final = (*EDITS, *CROPS)
"""Edits of a base picture; the result is its true copy, or a part of it."""
PLACES: Final = 6
"""Where a crop may lie."""
WHOLE: Final = 2 / 3
"""Share of either picture that the other shows, from which on one is a copy, and below it a part."""


@dataclass(frozen=True, eq=False)
class Worn:
    """A file of a picture, and the (3, 3) matrix from px of the picture to px of the file's."""

    data: bytes
    suffix: str
    transform: Matrix
    size: tuple[int, int]

    def box(self, box: Box) -> Box:
        """The upright box about where `box` of the picture lies in the file's, as far as inside."""
        x, y, w, h = box
        corners = np.array([[x, x + w, x, x + w], [y, y, y + h, y + h], [1.5, 1.5, 1.5, 1.5]]) - 0.5
        there = (self.transform @ corners)[:2] + 0.5
        (left, top), (right, bottom) = (np.clip(end, 0, self.size) for end in (there.min(axis=1), there.max(axis=1)))
        return float(left), float(top), float(right - left), float(bottom - top)


Wear = Callable[[Frames, np.random.Generator], Worn]


def as_made(frames: Frames, _rng: np.random.Generator) -> Worn:
    """Without any loss."""
    return Worn(*_lossless(frames), np.eye(3), _size(frames))


def saved(frames: Frames, rng: np.random.Generator) -> Worn:
    """With the loss of a JPEG, where there is alpha or are frames of a WebP."""
    return Worn(*_lossy(frames, int(rng.integers(75, 93))), np.eye(3), _size(frames))


def smaller(frames: Frames, rng: np.random.Generator) -> Worn:
    """Made to 70 % of the size, and saved."""
    small, transform = _scaled(frames, 0.7)
    return Worn(*_lossy(small, int(rng.integers(75, 93))), transform, _size(small))


def lighter(frames: Frames, rng: np.random.Generator) -> Worn:
    """Made lighter or darker by a tenth or two, and saved."""
    factor = float(rng.choice([0.82, 0.9, 1.1, 1.2]))
    return Worn(*_lossy(tuple(_lit(frame, factor) for frame in frames), 88), np.eye(3), _size(frames))


def scanned(frames: Frames, rng: np.random.Generator) -> Worn:
    """Askew by up to 0.7 degrees, with the noise of a scanner or a camera, and saved; alpha as it was."""
    w, h = _size(frames)
    matrix = cv2.getRotationMatrix2D(((w - 1) / 2, (h - 1) / 2), float(rng.uniform(-0.7, 0.7)), 1.0)
    turned = tuple(_noisy(_turned(frame, matrix), rng) for frame in frames)
    return Worn(*_lossy(turned, int(rng.integers(75, 93))), np.array([*matrix.tolist(), [0, 0, 1]], np.float64), (w, h))


def faxed(frames: Frames, rng: np.random.Generator) -> Worn:
    """At 80 % of the size, in black and white alone, with specks."""
    small, transform = _scaled(frames, 0.8)
    grey = cv2.cvtColor(_flat(small[0], 255), cv2.COLOR_RGB2GRAY)
    white = cv2.threshold(grey, 0, 255, cv2.THRESH_OTSU)[1] ^ np.where(rng.random(grey.shape) < 0.0005, 255, 0)
    page = np.repeat(white.astype(np.uint8)[..., None], 3, axis=2)
    return Worn(*_lossless((page,)), transform, _size(small))


WEARS: Mapping[str, Wear] = MappingProxyType(
    {AS_MADE: as_made, "saved": saved, "smaller": smaller, "lighter": lighter, "scanned": scanned, "faxed": faxed}
)
"""Wear that a variant goes through, by name."""
PAPER: Final = ("form", "document", "receipt")
"""Kinds that are faxed."""


def wears_of(kind: str) -> tuple[str, ...]:
    """Names of `WEARS` that a kind goes through, but for the first."""
    return tuple(name for name in WEARS if name != AS_MADE and (name != "faxed" or kind in PAPER))


def copied(frames: Frames, name: str, seed: int, other: Pixels) -> Worn:
    """An edited copy: every frame in one way, alpha over a ground that shows it; a collage is pasted into `other`.

    Its transform goes from px of the picture to px of the copy.
    """
    over = _ground(frames)
    made = [_edited(name, _flat(frame, over), seed, other) for frame in frames]
    pixels = tuple(each.pixels for each in made)
    return Worn(*_lossless(pixels), np.asarray(np.linalg.inv(made[0].transform), np.float64), _size(pixels))


def is_whole(frames: Frames, copy: Worn) -> bool:
    """Whether picture and copy show at least two thirds of each other."""
    w, h = _size(frames)
    seen = cv2.warpPerspective(np.ones((h, w), np.uint8), copy.transform, copy.size, flags=cv2.INTER_NEAREST)
    scale = abs(float(np.linalg.det(copy.transform[:2, :2])))
    return bool(seen.mean() >= WHOLE and seen.sum() / (scale * w * h) >= WHOLE)


def _edited(name: str, pixels: Pixels, seed: int, other: Pixels) -> Edited:
    if name not in CROPS:
        return edit(name, pixels, seed, other)
    height, width = (max(1, round(side * CROPS[name] ** 0.5)) for side in pixels.shape[:2])
    top, left = _busiest(pixels, (height, width), np.random.default_rng(seed))
    return Edited(np.ascontiguousarray(pixels[top : top + height, left : left + width]), moved(left, top))


def _busiest(pixels: Pixels, shape: tuple[int, int], rng: np.random.Generator) -> tuple[int, int]:
    """(top, left) of the part with most detail out of some drawn ones: nobody cuts out empty paper."""
    places = (rng.random((PLACES, 2)) * (np.array(pixels.shape[:2]) - shape + 1)).astype(int).tolist()
    detail = [pixels[top : top + shape[0], left : left + shape[1]].std() for top, left in places]
    top, left = places[int(np.argmax(detail))]
    return top, left


def _scaled(frames: Frames, factor: float) -> tuple[Frames, Matrix]:
    """And the matrix from px to px."""
    w, h = _size(frames)
    size = (round(factor * w), round(factor * h))
    scaled = tuple(np.array(Image.fromarray(frame).resize(size, Image.Resampling.LANCZOS)) for frame in frames)
    across, down = size[0] / w, size[1] / h
    return scaled, np.array([[across, 0, (across - 1) / 2], [0, down, (down - 1) / 2], [0, 0, 1]])


def _size(frames: Frames) -> tuple[int, int]:
    return frames[0].shape[1], frames[0].shape[0]


def _ground(frames: Frames) -> int:
    """Grey of a ground on which what is opaque can be seen."""
    shown = [frame[..., :3][frame[..., 3] > 127] for frame in frames if frame.shape[2] == 4]
    colours = np.concatenate(shown) if shown else np.empty((0, 3))
    return 255 if len(colours) == 0 or colours.mean() < 140 else 40


def _flat(frame: Pixels, ground: int) -> Pixels:
    if frame.shape[2] == 3:
        return frame
    page = Image.new("RGB", (frame.shape[1], frame.shape[0]), (ground,) * 3)
    page.paste(Image.fromarray(frame), mask=Image.fromarray(frame[..., 3]))
    return np.array(page)


def _lit(frame: Pixels, factor: float) -> Pixels:
    lit = np.clip(frame[..., :3] * factor, 0, 255).round().astype(np.uint8)
    return np.dstack([lit, frame[..., 3:]]) if frame.shape[2] == 4 else lit


def _turned(frame: Pixels, matrix: Matrix) -> Pixels:
    ground = (0, 0, 0, 0) if frame.shape[2] == 4 else (245, 245, 245)
    size = (frame.shape[1], frame.shape[0])
    return np.asarray(cv2.warpAffine(frame, matrix, size, flags=cv2.INTER_CUBIC, borderValue=ground), np.uint8)


def _noisy(frame: Pixels, rng: np.random.Generator) -> Pixels:
    noise = rng.normal(0, 4, frame.shape[:2])[..., None]
    noisy = np.clip(frame[..., :3] + noise, 0, 255).round().astype(np.uint8)
    return np.dstack([noisy, frame[..., 3:]]) if frame.shape[2] == 4 else noisy


def _lossless(frames: Frames) -> tuple[bytes, str]:
    if len(frames) == 1:
        return _written(frames, "PNG", compress_level=1), ".png"
    return _written(frames, "WEBP", lossless=True, exact=True, quality=20), ".webp"


def _lossy(frames: Frames, quality: int) -> tuple[bytes, str]:
    if len(frames) == 1 and frames[0].shape[2] == 3:
        return _written(frames, "JPEG", quality=quality), ".jpg"
    return _written(frames, "WEBP", quality=quality), ".webp"


def _written(frames: Frames, form: str, **options: object) -> bytes:
    file = io.BytesIO()
    first, *rest = (Image.fromarray(frame) for frame in frames)
    several = {"save_all": True, "append_images": rest, "duration": 100, "loop": 0, "minimize_size": False}
    first.save(file, form, **(several if rest else {}), **options)
    return file.getvalue()
