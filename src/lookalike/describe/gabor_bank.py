"""How strongly a picture answers to waves of four lengths and six directions, everywhere
[Manjunath & Ma, Texture Features for Browsing and Retrieval of Image Data, PAMI 1996], its light evened out
[Oliva & Torralba, Modeling the Shape of the Scene, IJCV 2001]."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.describe.reduced import SIDE, reduced_grey
from lookalike.types import Picture

PAD: Final = SIDE // 8
"""px that the picture is mirrored by at its edges."""
PADDED: Final = SIDE + 2 * PAD
SCALES: Final = 4
DIRECTIONS: Final = 6
LOWEST, HIGHEST = 0.05, 0.4
"""Waves a px of the longest and of the shortest waves."""
BLUR: Final = 6.0
"""px of standard deviation of what counts as local."""
FAINT: Final = 0.2
"""Local contrast, in logarithms of light, that is brought to one half."""
_LOGARITHMS: Final = np.log1p(np.arange(256, dtype=np.float32))


class Filter(NamedTuple):
    """A Gaussian in the frequency domain, given on the square of frequencies beyond which it is 0."""

    frequency: float
    """Waves a px."""
    angle: float
    """Radians from right to down, across the crests."""
    sigma: tuple[float, float]
    """Waves a px, across and along the crests."""
    places: NDArray[np.intp]
    """(side, side) in the flat spectrum."""
    gain: NDArray[np.float32]
    """(side, side)"""


def responses(picture: Picture) -> list[NDArray[np.float32]]:
    """Magnitudes (directions, side, side) of each scale, short waves first; the longer the waves, the smaller.

    The picture's light and contrast are evened out before, as by Oliva & Torralba.
    """
    spectrum = picture.plane("gabor spectrum", lambda _: spectrum_of(evened(reduced_grey(picture))))

    def of_scale(scale: int) -> NDArray[np.float32]:
        return picture.plane(("gabor magnitudes", scale), lambda _: magnitudes(spectrum, bank()[scale]))

    return [of_scale(scale) for scale in range(SCALES)]


def evened(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Logarithms of light less their local mean, by their local standard deviation; 0 where nothing changes."""
    logarithms = _LOGARITHMS[grey]
    local = logarithms - _blurred(logarithms)
    return np.asarray(local / (FAINT + np.sqrt(_blurred(local * local))), np.float32)


@lru_cache
def bank() -> list[list[Filter]]:
    """By scale, short waves first, then by direction."""
    ratio = (HIGHEST / LOWEST) ** (1 / (SCALES - 1))
    half = np.sqrt(2 * np.log(2))  # filters touch where they are half as high as at their centres
    filters = []
    for scale in range(SCALES):
        frequency = HIGHEST / ratio**scale
        across = frequency * (ratio - 1) / (ratio + 1) / half
        along = np.tan(np.pi / (2 * DIRECTIONS)) * np.sqrt(frequency**2 / half**2 - across**2)
        angles = np.pi * np.arange(DIRECTIONS) / DIRECTIONS
        filters.append([_filter(frequency, float(angle), (float(across), float(along))) for angle in angles])
    return filters


def _filter(frequency: float, angle: float, sigma: tuple[float, float]) -> Filter:
    reach = _reach(max(sigma))
    down, right = (round(PADDED * frequency * part) for part in (np.sin(angle), np.cos(angle)))
    offsets = np.arange(-reach, reach)
    v, u = (down + offsets)[:, None] / PADDED, (right + offsets)[None] / PADDED
    across = u * np.cos(angle) + v * np.sin(angle) - frequency
    along = v * np.cos(angle) - u * np.sin(angle)
    gain = np.exp(-0.5 * ((across / sigma[0]) ** 2 + (along / sigma[1]) ** 2)).astype(np.float32)
    places = (down + offsets)[:, None] % PADDED * PADDED + (right + offsets)[None] % PADDED
    return Filter(frequency, angle, sigma, places, gain)


def _blurred(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), BLUR, borderType=cv2.BORDER_REFLECT), np.float32)


def _reach(sigma: float) -> int:
    """Half the side of a filter's square: 3 sigma at least, mirroring whole samples, and fast to transform."""
    whole = PADDED // PAD // 2
    reach = whole * int(np.ceil(3 * PADDED * sigma / whole))
    while cv2.getOptimalDFTSize(2 * reach) != 2 * reach:
        reach += whole
    return reach


def spectrum_of(plane: NDArray[np.float32]) -> NDArray[np.complex64]:
    """(PADDED^2,) of (SIDE, SIDE), mirrored at its edges, without its mean."""
    padded = cv2.copyMakeBorder(plane, PAD, PAD, PAD, PAD, cv2.BORDER_REFLECT)
    padded -= padded.mean()
    return np.asarray(cv2.dft(padded, flags=cv2.DFT_COMPLEX_OUTPUT), np.float32).view(np.complex64).ravel()


def magnitudes(spectrum: NDArray[np.complex64], filters: list[Filter]) -> NDArray[np.float32]:
    """(directions, side, side) of the plane without its mirrored edges.

    A magnitude changes no faster than its filter is wide, so that it is sampled no finer than that needs.
    """
    side = len(filters[0].places)
    edge = side * PAD // PADDED
    found = np.empty((len(filters), side - 2 * edge, side - 2 * edge), np.float32)
    for at, one in enumerate(filters):
        part = spectrum.take(one.places) * one.gain
        # The frequencies begin at an edge of the square, not at 0: that turns phases, which a magnitude has none of.
        answer = cv2.idft(part.view(np.float32).reshape(side, side, 2))
        inner = answer.view(np.complex64)[edge:-edge, edge:-edge, 0]
        np.abs(inner, out=found[at])
    found /= PADDED**2
    return found
