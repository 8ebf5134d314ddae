"""Photos as grounds and subjects of made pictures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from lookalike.errors import BadPicture, BadQuery
from lookalike.pixels.decode import decode

TRIES: Final = 12
"""Photos that are drawn until one is large enough; else the largest of these serves."""
SIDE: Final = 220
"""px of the longer side at which a subject is told from its ground."""
ENDINGS: Final = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".ppm", ".tif", ".tiff"}


@dataclass(frozen=True)
class Photos:
    """Files, drawn from by chance; those that cannot be read are passed over."""

    files: tuple[Path, ...]

    @classmethod
    def below(cls, folders: Iterable[Path]) -> Photos:
        """All pictures of some folders, sorted by path."""
        found = {file for folder in folders for file in folder.rglob("*") if file.suffix.lower() in ENDINGS}
        return cls(tuple(sorted(found)))

    def fitted(self, rng: np.random.Generator, size: tuple[int, int]) -> Image.Image:
        """One of them, cut and scaled to (w, h) `size`: enlarged less than twice where there is such a one."""
        largest: Image.Image | None = None
        for _ in range(TRIES):
            photo = self._drawn(rng, min(size))
            if photo is not None and (largest is None or min(photo.size) > min(largest.size)):
                largest = photo
            if largest is not None and all(2 * have >= wanted for have, wanted in zip(largest.size, size, strict=True)):
                break
        if largest is None:
            raise BadQuery("pictures made of photos need some: name a folder that holds readable photos")
        return ImageOps.fit(largest, size, Image.Resampling.LANCZOS)

    def subject(self, rng: np.random.Generator, height: int) -> Image.Image:
        """Subject in the middle of one of the photos, RGBA, `height` px high: cut out along its outline.

        GrabCut finds the outline [Rother et al., SIGGRAPH 2004]; where it finds none, a standing figure's serves.
        """
        photo = self.fitted(rng, (round(0.7 * height), height) if rng.random() < 0.5 else (height, height))
        mask = _outline(np.array(photo), int(rng.integers(1 << 30)))
        cut = photo.convert("RGBA")
        cut.putalpha(mask)
        left, top, right, bottom = mask.getbbox() or (0, 0, *photo.size)
        part = cut.crop((left, top, right, bottom))
        return part.resize((max(1, round(part.width * height / part.height)), height), Image.Resampling.LANCZOS)

    def _drawn(self, rng: np.random.Generator, side: int) -> Image.Image | None:
        if not self.files:
            return None
        file = self.files[int(rng.integers(len(self.files)))]
        try:
            return Image.fromarray(decode(file.read_bytes(), min_side=side).picture.pixels)
        except (OSError, BadPicture):
            return None


def _outline(pixels: NDArray[np.uint8], seed: int) -> Image.Image:
    """L, 255 on the subject."""
    height, width = pixels.shape[:2]
    factor = min(1.0, SIDE / max(height, width))
    small = cv2.resize(pixels, (round(width * factor), round(height * factor)), interpolation=cv2.INTER_AREA)
    inset = [round(0.08 * side) for side in small.shape[1::-1]]
    frame = (*inset, small.shape[1] - 2 * inset[0], small.shape[0] - 2 * inset[1])
    labels = np.zeros(small.shape[:2], np.uint8)
    cv2.setRNGSeed(seed)
    cv2.grabCut(small, labels, frame, np.zeros((1, 65)), np.zeros((1, 65)), 2, cv2.GC_INIT_WITH_RECT)
    subject = _largest((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD))
    if not 0.12 <= subject.mean() <= 0.75:
        return _figure((width, height))
    mask = Image.fromarray((255 * subject).astype(np.uint8)).resize((width, height), Image.Resampling.BICUBIC)
    return mask.filter(ImageFilter.GaussianBlur(1.2))


def _largest(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Its largest part, without holes and frayed edges."""
    opened = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(opened)
    if count < 2:
        return np.zeros_like(mask)
    part = (labels == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))).astype(np.uint8)
    outlines, _ = cv2.findContours(part, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return np.asarray(cv2.drawContours(np.zeros_like(part), outlines, -1, 1, cv2.FILLED), bool)


def _figure(size: tuple[int, int]) -> Image.Image:
    """A head above shoulders."""
    w, h = size
    mask = Image.new("L", size, 0)
    draw = ImageDraw.Draw(mask)
    draw.ellipse((0.36 * w, 0.03 * h, 0.64 * w, 0.36 * h), fill=255)
    draw.rounded_rectangle((0.22 * w, 0.34 * h, 0.78 * w, 0.99 * h), round(0.2 * w), fill=255)
    return mask.filter(ImageFilter.GaussianBlur(1.2))
