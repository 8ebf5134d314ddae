"""Answers of a picture to filters of texture, place by place, and the shapes that such filters have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import scipy  # its parts load when they are first used
from numpy.typing import NDArray

from lookalike.describe.reduced import SIDE, reduced_grey
from lookalike.types import Picture

STEP: Final = 2
"""px between the places that are looked at."""
PLACES: Final = SIDE // STEP
REACH: Final = 24
"""px from the middle of a filter to its border, and of the picture mirrored at its edges."""
DIRECTIONS: Final = 6
ELONGATION: Final = 3
"""Times as long as wide are edges and bars."""
WEBER: Final = 0.03
"""Strength of an answer, in standard deviations of light, that contrast is measured against."""
FAINT: Final = 1.0
"""Standard deviation of light, in grey levels, that counts as contrast."""
_PADDED: Final = SIDE + 2 * REACH

Filter = NDArray[np.float64]
"""(2 REACH + 1, 2 REACH + 1)"""
Spectra = NDArray[np.complex64]


def spectrum(picture: Picture) -> Spectra:
    """Spectrum of the light, brought to mean 0 and deviation 1 and mirrored at the edges."""
    grey = reduced_grey(picture)
    light = grey.astype(np.float32) - np.float32(grey.mean())
    light /= np.float32(np.hypot(light.std(), FAINT))
    return np.asarray(scipy.fft.rfft2(np.pad(light, REACH, "reflect")), np.complex64)


def filtered(light: Spectra, filters: Spectra) -> NDArray[np.float32]:
    """(m, PLACES, PLACES) answers to m filters.

    What is sampled at every second px has the frequencies above the half folded onto those below: the transform back
    is of a quarter of the size.
    """
    both = light[None] * filters
    half = _PADDED // 2
    rows = both[:, :half] + both[:, half:]
    kept = half // 2 + 1
    beyond = np.conj(rows[:, -np.arange(half) % half][:, :, half - np.arange(kept)])
    planes = scipy.fft.irfft2(rows[:, :, :kept] + beyond, (half, half)) / STEP**2
    edge = REACH // STEP
    return np.asarray(planes[:, edge:-edge, edge:-edge], np.float32)


def damped(answers: NDArray[np.float32]) -> NDArray[np.float32]:
    """(PLACES, PLACES, m) of (m, PLACES, PLACES), strong answers weakened as the eye does."""
    places = np.moveaxis(answers, 0, 2)
    strength = np.maximum(np.linalg.norm(places, axis=2, keepdims=True), 1e-12)
    return np.asarray(places * (np.log1p(strength / WEBER) / strength), np.float32)


def spectra(filters: Sequence[Filter]) -> Spectra:
    """Spectra of the filters on planes as large as the mirrored picture, each filter's middle at their corner."""
    planes = np.zeros((len(filters), _PADDED, _PADDED), np.float32)
    planes[:, : 2 * REACH + 1, : 2 * REACH + 1] = np.stack(filters)
    return np.asarray(scipy.fft.rfft2(np.roll(planes, (-REACH, -REACH), axis=(1, 2))), np.complex64)


def ridges(width: float, order: int) -> list[Filter]:
    """Edges (order 1) or bars (order 2) of that width in all directions."""
    return [ridge(width, np.pi * at / DIRECTIONS, order) for at in range(DIRECTIONS)]


def ridge(width: float, angle: float, order: int) -> Filter:
    """A Gaussian, derived `order` times across: an edge or a bar."""
    x, y = _offsets()
    across, along = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    bell = np.exp(-0.5 * (across / width) ** 2 - 0.5 * (along / (ELONGATION * width)) ** 2)
    return _balanced(bell * (across if order == 1 else (across / width) ** 2 - 1))


def blur(width: float) -> Filter:
    """A Gaussian."""
    bell = np.exp(-0.5 * _squares() / width**2)
    mean: Filter = bell / float(bell.sum())
    return mean


def spot(width: float) -> Filter:
    """The Laplacian of a Gaussian."""
    return _balanced(np.exp(-0.5 * _squares() / width**2) * (_squares() / width**2 - 2))


def _offsets() -> list[NDArray[np.float64]]:
    return list(np.meshgrid(*[np.arange(-REACH, REACH + 1.0)] * 2))


def _squares() -> NDArray[np.float64]:
    x, y = _offsets()
    return np.asarray(x**2 + y**2, np.float64)


def _balanced(filter: Filter) -> Filter:
    """Sum 0, sum of sizes 1."""
    centred = filter - filter.mean()
    balanced: Filter = centred / float(np.abs(centred).sum())
    return balanced
