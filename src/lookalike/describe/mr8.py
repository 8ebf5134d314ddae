"""The strongest answers to edges, bars and spots of several sizes, whatever their direction: the MR8 filter bank
[Varma & Zisserman, A Statistical Approach to Texture Classification from Single Images, IJCV 2005]."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.filter_bank import DIRECTIONS, Spectra, blur, damped, filtered, ridges, spectra, spectrum, spot
from lookalike.types import Picture

ANSWERS: Final = 8
"""Answers at a place: edges of three sizes, bars of three sizes, light, and a spot."""
WIDTHS: Final = (1.0, 2.0, 4.0)
"""px of standard deviation across edges and bars."""
SPOT: Final = 10.0
"""px of standard deviation of light and of the spot."""


def answers(picture: Picture) -> NDArray[np.float32]:
    """(PLACES, PLACES, ANSWERS), of edges and bars the strongest direction, by size; once a picture."""
    return picture.plane("mr8", lambda _: damped(_answers(picture)))


def _answers(picture: Picture) -> NDArray[np.float32]:
    found = filtered(spectrum(picture), _bank())
    directed = found[:-2].reshape(-1, DIRECTIONS, *found.shape[1:])
    return np.concatenate([np.abs(directed).max(axis=1), found[-2:]])


@lru_cache
def _bank() -> Spectra:
    """Edges, bars, light, spot."""
    directed = [ridge for order in (1, 2) for width in WIDTHS for ridge in ridges(width, order)]
    return spectra([*directed, blur(SPOT), spot(SPOT)])
