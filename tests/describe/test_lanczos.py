from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from lookalike.describe.lanczos import LOBES, ONE, _weights, reduced_by


def slow(grey: np.ndarray, factor: int, band: float) -> np.ndarray:
    """(h / factor, w / factor) by the definition, axis after axis."""
    for _ in range(2):
        rows = []
        for at in range(len(grey) // factor):
            apart = band * ((np.arange(len(grey)) + 0.5) / factor - (at + 0.5))
            weights = np.where(np.abs(apart) < LOBES, np.sinc(apart) * np.sinc(apart / LOBES), 0)
            rows.append(weights @ grey / weights.sum())
        grey = np.array(rows).T
    return grey


@pytest.mark.parametrize("band", [1, 2])
def test_levels_agree_with_the_definition(band: float) -> None:
    greys = np.random.default_rng(0).integers(256, size=(3, 32, 36), dtype=np.uint8)
    levels = reduced_by(4, greys, band) / ONE**2
    assert levels.shape == (3, 8, 9)
    for grey, ours in zip(greys, levels, strict=True):
        np.testing.assert_allclose(ours, slow(grey.astype(float), 4, band), atol=0.3)


def test_levels_are_those_of_pillow_up_to_its_rounding() -> None:
    grey = np.random.default_rng(1).integers(256, size=(1, 32, 32), dtype=np.uint8)
    theirs = np.asarray(Image.fromarray(grey[0]).resize((8, 8), Image.Resampling.LANCZOS), float)
    np.testing.assert_allclose(np.clip(reduced_by(4, grey, 1)[0] / ONE**2, 0, 255), theirs, atol=1.5)


@pytest.mark.parametrize("band", [1, 2])
@pytest.mark.parametrize("count", [4, 8, 9, 33])
def test_what_is_flat_stays_exactly_flat(count: int, band: float) -> None:
    weights = _weights(count, 4, band)
    assert (weights.sum(axis=1) == ONE).all()
    assert (weights == np.rint(weights)).all()
    levels = reduced_by(4, np.full((1, 4 * count, 4 * count), 137, np.uint8), band)
    assert (levels == 137 * ONE**2).all()
