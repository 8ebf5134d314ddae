"""Frames of a fixed camera: what stands still is the same, somebody or something has moved."""

from __future__ import annotations

import numpy as np
from PIL import Image

from lookalike.evaluate.near_misses.family import Frames, still
from lookalike.evaluate.near_misses.lettering import write
from lookalike.evaluate.near_misses.photos import Photos


def fixed_cameras(rng: np.random.Generator, photos: Photos) -> tuple[Frames, ...]:
    """The subject a step further; far away and mirrored; another one in its place. Half have a clock in the corner."""
    width = int(rng.integers(800, 1281))
    height = round(width * 0.66)
    ground = photos.fitted(rng, (width, height))
    tall = round(height * rng.uniform(0.25, 0.5))
    one, other = photos.subject(rng, tall), photos.subject(rng, tall)
    y = height - tall - int(rng.integers(0, height // 8))
    x = int(rng.integers(0, width // 3))
    has_clock = bool(rng.random() < 0.5)
    second = int(rng.integers(10, 30))
    mirrored = one.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    moments = (
        (one, x),
        (one, x + max(12, round(0.25 * one.width))),
        (mirrored, min(width - one.width, x + width // 2)),
        (other, x),
    )
    frames = [_seen(ground, subject, (at, y)) for subject, at in moments]
    if has_clock:
        frames = [_stamped(frame, f"12:04:{second + 3 * at}") for at, frame in enumerate(frames)]
    return still(*frames)


def _seen(ground: Image.Image, subject: Image.Image, xy: tuple[int, int]) -> Image.Image:
    frame = ground.copy()
    frame.paste(subject, xy, subject)
    return frame


def _stamped(frame: Image.Image, time: str) -> Image.Image:
    size = round(0.03 * frame.height)
    write(frame, (frame.width - size, size), f"CAM 2  {time}", size, (255, 255, 255), face="duplex", anchor="r")
    return frame
