"""The strongest answers to edges, bars and spots of several sizes, whatever their direction: the MR8 filter bank
[Varma & Zisserman, A Statistical Approach to Texture Classification from Single Images, IJCV 2005]."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft2, rfft2

from lookalike.describe.reduced import SIDE, reduced_grey
from lookalike.types import Picture

ANSWERS: Final = 8
"""Of a place: edges of three sizes, bars of three sizes, light, and a spot."""
STEP: Final = 2
"""px between the places that are looked at."""
PLACES: Final = SIDE // STEP
WIDTHS: Final = (1.0, 2.0, 4.0)
"""px of standard deviation across edges and bars; three times as much along them."""
SPOT: Final = 10.0
DIRECTIONS: Final = 6
REACH: Final = 24
"""px from the middle of a filter to its border, and of the picture mirrored at its edges."""
WEBER: Final = 0.03
"""Strength of an answer, in standard deviations of light, that contrast is measured against."""
FAINT: Final = 1.0
"""Standard deviation of light, in grey levels, that counts as contrast."""


def answers(picture: Picture) -> NDArray[np.float32]:
    """(PLACES, PLACES, ANSWERS), light at mean 0 and deviation 1 before, strong answers damped; once a picture."""
    return picture.plane("mr8", lambda _: _answers(reduced_grey(picture)))


def _answers(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    light = grey.astype(np.float32) - np.float32(grey.mean())
    light /= np.float32(np.hypot(light.std(), FAINT))
    spectrum = rfft2(np.pad(light, REACH, "reflect"))
    found = np.stack([_strongest(spectrum, group) for group in _bank()], axis=2)
    strength = np.maximum(np.linalg.norm(found, axis=2, keepdims=True), 1e-12)
    return np.asarray(found * (np.log1p(strength / WEBER) / strength), np.float32)


def _strongest(spectrum: NDArray[np.complex64], filters: NDArray[np.complex64]) -> NDArray[np.float32]:
    """(PLACES, PLACES) largest answer to any of these filters, by size where they come in directions."""
    planes = irfft2(spectrum[None] * filters, (SIDE + 2 * REACH,) * 2)
    inner = planes[:, REACH:-REACH:STEP, REACH:-REACH:STEP]
    strongest: NDArray[np.float32] = inner[0] if len(filters) == 1 else np.abs(inner).max(axis=0)
    return strongest


@lru_cache
def _bank() -> tuple[NDArray[np.complex64], ...]:
    """For each answer the spectra (directions, rows, columns) of its filters."""
    angles = np.pi * np.arange(DIRECTIONS) / DIRECTIONS
    edges = [[_ridge(width, angle, order=1) for angle in angles] for width in WIDTHS]
    bars = [[_ridge(width, angle, order=2) for angle in angles] for width in WIDTHS]
    return tuple(_spectra(filters) for filters in (*edges, *bars, [_blur()], [_spot()]))


def _ridge(width: float, angle: float, order: int) -> NDArray[np.float64]:
    """A Gaussian, derived `order` times across: an edge or a bar."""
    x, y = np.meshgrid(*[np.arange(-REACH, REACH + 1.0)] * 2)
    across, along = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    bell = np.exp(-0.5 * (across / width) ** 2 - 0.5 * (along / (3 * width)) ** 2)
    return _balanced(bell * (across if order == 1 else (across / width) ** 2 - 1))


def _blur() -> NDArray[np.float64]:
    bell = np.exp(-0.5 * _squares() / SPOT**2)
    blur: NDArray[np.float64] = bell / float(bell.sum())
    return blur


def _spot() -> NDArray[np.float64]:
    """The Laplacian of a Gaussian."""
    return _balanced(np.exp(-0.5 * _squares() / SPOT**2) * (_squares() / SPOT**2 - 2))


def _squares() -> NDArray[np.float64]:
    x, y = np.meshgrid(*[np.arange(-REACH, REACH + 1.0)] * 2)
    return np.asarray(x**2 + y**2, np.float64)


def _balanced(filter: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum 0, sum of sizes 1."""
    centred = filter - filter.mean()
    balanced: NDArray[np.float64] = centred / float(np.abs(centred).sum())
    return balanced


def _spectra(filters: list[NDArray[np.float64]]) -> NDArray[np.complex64]:
    """Of planes as large as the padded picture, each filter's middle at their corner."""
    side = SIDE + 2 * REACH
    planes = np.zeros((len(filters), side, side), np.float32)
    planes[:, : 2 * REACH + 1, : 2 * REACH + 1] = np.stack(filters)
    return np.asarray(rfft2(np.roll(planes, (-REACH, -REACH), axis=(1, 2))), np.complex64)
