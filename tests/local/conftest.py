"""Odd pictures for everything that looks for places in one."""

from __future__ import annotations

import numpy as np
import pytest

from lookalike.types import Picture, Pixels


def picture_of(pixels: Pixels) -> Picture:
    return Picture(pixels, (pixels.shape[1], pixels.shape[0]))


def spot() -> Pixels:
    """One soft spot, off the grid, on even ground."""
    y, x = np.mgrid[:90, :120]
    light = 40 + 180 * np.exp(-((x - 60.3) ** 2 + (y - 40.6) ** 2) / (2 * 4.0**2))
    return np.repeat(light.astype(np.uint8)[:, :, None], 3, axis=2)


ODD = {
    "one px": np.full((1, 1, 3), 77, np.uint8),
    "a few px": np.arange(27, dtype=np.uint8).reshape(3, 3, 3) * 9,
    "20,000 x 10": np.random.default_rng(0).integers(0, 256, (10, 20_000, 3), dtype=np.uint8),
    "10 x 3,000": np.random.default_rng(0).integers(0, 256, (3000, 10, 3), dtype=np.uint8),
    "flat": np.full((300, 200, 3), 130, np.uint8),
    "noise": np.random.default_rng(0).integers(0, 256, (400, 300, 3), dtype=np.uint8),
    "checkerboard": np.repeat((np.indices((256, 256)) // 16).sum(axis=0)[..., None] % 2 * 255, 3, axis=2).astype(
        np.uint8
    ),
    "spot": spot(),
}


@pytest.fixture(params=ODD)
def odd(request: pytest.FixtureRequest) -> Picture:
    return picture_of(ODD[request.param])
