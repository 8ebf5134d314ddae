"""Another picture pasted on a photo: a product in its white frame, a sticker with a photo, a picture in a picture."""

from __future__ import annotations

import numpy as np
from PIL import Image

from lookalike.evaluate.near_misses.family import Frames, still
from lookalike.evaluate.near_misses.photos import Photos

SHARES = (0.06, 0.14, 0.3)
"""Areas of the pasted picture, to the square of the photo's shorter side."""
GROUNDS = ((255, 255, 255), (0, 0, 0))


def pasted(rng: np.random.Generator, photos: Photos) -> tuple[Frames, ...]:
    """One subject before a plain ground, smaller to larger, each elsewhere."""
    width = int(rng.integers(700, 1101))
    photo = photos.fitted(rng, (width, round(0.75 * width)))
    subject = photos.subject(rng, 400)
    ground = GROUNDS[int(rng.integers(len(GROUNDS)))]
    return still(photo, *(_with(photo, subject, ground, share, rng) for share in SHARES))


def _with(
    photo: Image.Image,
    subject: Image.Image,
    ground: tuple[int, int, int],
    share: float,
    rng: np.random.Generator,
) -> Image.Image:
    side = round(share**0.5 * min(photo.size))
    frame = Image.new("RGB", (side, side), ground)
    room = round(0.8 * side)
    fitted = subject.copy()
    fitted.thumbnail((room, room), Image.Resampling.LANCZOS)
    frame.paste(fitted, ((side - fitted.width) // 2, (side - fitted.height) // 2), fitted)
    image = photo.copy()
    image.paste(frame, (int(rng.integers(photo.width - side)), int(rng.integers(photo.height - side))))
    return image
