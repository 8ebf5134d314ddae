"""Photos that were retouched: something taken out, a face or thing reshaped, another sky."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.evaluate.near_misses.family import Frames
from lookalike.evaluate.near_misses.photos import Photos
from lookalike.types import Pixels

PLACES = 24
"""Regions that are looked at for one with detail."""


def retouched(rng: np.random.Generator, photos: Photos) -> tuple[Frames, ...]:
    """A thing painted away; another thing blown up; another sky."""
    width = int(rng.integers(700, 1101))
    photo = np.array(photos.fitted(rng, (width, round(width * rng.uniform(0.66, 0.8)))))
    small, large = round(0.06 * width), round(0.14 * width)
    return (
        (photo,),
        (_painted_away(photo, _busiest(rng, photo, small), small, rng),),
        (_swollen(photo, _busiest(rng, photo, large), large),),
        (_with_sky(rng, photo),),
    )


def _busiest(rng: np.random.Generator, photo: Pixels, radius: int) -> tuple[int, int]:
    """(x, y) of a place about which there is detail."""
    height, width = photo.shape[:2]
    xs = rng.integers(radius, width - radius, PLACES)
    ys = rng.integers(radius, height - radius, PLACES)
    grey = cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)
    edges = abs(cv2.Laplacian(grey, cv2.CV_32F))
    detail = [edges[y - radius : y + radius, x - radius : x + radius].mean() for x, y in zip(xs, ys, strict=True)]
    at = int(np.argmax(detail))
    return int(xs[at]), int(ys[at])


def _painted_away(photo: Pixels, centre: tuple[int, int], radius: int, rng: np.random.Generator) -> Pixels:
    """Filled in from around [Telea, J. Graphics Tools 2004], with the grain that the photo has."""
    mask = np.zeros(photo.shape[:2], np.uint8)
    cv2.ellipse(mask, centre, (radius, round(0.8 * radius)), 0, 0, 360, 255, cv2.FILLED)
    filled = cv2.inpaint(photo, mask, 5, cv2.INPAINT_TELEA).astype(np.float64)
    grain = rng.normal(0, 2, (*photo.shape[:2], 1))
    return np.where(mask[..., None] > 0, np.clip(filled + grain, 0, 255).round(), photo).astype(np.uint8)


def _swollen(photo: Pixels, centre: tuple[int, int], radius: int) -> Pixels:
    """Its middle drawn out by a third, as noses and muscles are; nothing moves at the rim."""
    height, width = photo.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    dx, dy = x - centre[0], y - centre[1]
    distance = np.sqrt(dx**2 + dy**2) / radius
    pull = np.where(distance < 1, 1 - 0.35 * (1 - distance**2) ** 2, 1)
    from_x, from_y = ((centre[at] + d * pull).astype(np.float32) for at, d in enumerate((dx, dy)))
    moved = cv2.remap(photo, from_x, from_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    return np.where((distance < 1)[..., None], moved, photo).astype(np.uint8)


def _with_sky(rng: np.random.Generator, photo: Pixels) -> Pixels:
    """The upper part under other clouds, down to an uneven skyline, where it fades out within some px."""
    height, width = photo.shape[:2]
    knots = rng.uniform(0.25, 0.42, 7)
    line = height * np.interp(np.arange(width), np.linspace(0, width - 1, len(knots)), knots)
    below = np.arange(height)[:, None] - line[None, :]
    share = np.clip(-below / 12, 0, 1)[..., None]
    sky = _clouds(rng, (height, width))
    return np.where(share > 0, (share * sky + (1 - share) * photo).round(), photo).astype(np.uint8)


def _clouds(rng: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.float64]:
    """(h, w, 3): noise of several octaves over blue that pales downward."""
    height, width = shape
    noise = np.zeros(shape)
    for octave in range(2, 7):
        coarse = rng.normal(size=(2**octave, 2 ** (octave + 1)))
        noise += cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC) / octave**1.5
    cover = np.clip((noise - np.quantile(noise, 0.45)) / (np.ptp(noise) / 3), 0, 1)[..., None]
    pale = np.linspace(0, 0.5, height)[:, None, None]
    blue = (1 - pale) * np.array([70.0, 120, 200]) + pale * np.array([200.0, 220, 240])
    return np.asarray((1 - cover) * blue + cover * np.array([245.0, 245, 248]))
