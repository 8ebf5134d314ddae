from __future__ import annotations

import numpy as np
import pytest

from lookalike.describe.tamura import DIRECTIONS, GRAINS, Tamura, contrast, direction_shares, grain_shares
from lookalike.types import Picture


def checks(side: int) -> np.ndarray:
    rows, columns = np.indices((128, 128)) // side
    return ((rows + columns) % 2 * 200).astype(np.uint8)


def slow_grain(grey: np.ndarray, y: int, x: int) -> int:
    """By the definition, far from the edges."""
    changes = []
    for step in range(1, GRAINS + 1):
        half = 2 ** (step - 1)

        def mean(v: int, u: int, half: int = half) -> float:
            return float(grey[v - half : v + half, u - half : u + half].mean())

        across = abs(mean(y, x + half) - mean(y, x - half))
        down = abs(mean(y + half, x) - mean(y - half, x))
        changes.append(round(max(across, down), 3))
    return int(np.argmax(changes))


def test_the_share_of_each_grain_agrees_with_a_slow_loop() -> None:
    tile = np.random.default_rng(0).integers(256, size=(64, 64), dtype=np.uint8)
    grey = np.tile(tile, (3, 3))
    inner = range(64, 128)
    grains = np.bincount([slow_grain(grey, y, x) for y in inner for x in inner], minlength=GRAINS) / 64**2
    np.testing.assert_allclose(grain_shares(np.tile(tile, (3, 3))), grains, atol=0.03)


def test_the_coarser_the_checks_the_coarser_the_grain() -> None:
    steps = [float(grain_shares(checks(side)) @ np.arange(GRAINS)) for side in (4, 8, 16)]
    assert steps == sorted(steps)
    assert steps[-1] > steps[0] + 1


def test_contrast_agrees_with_its_formula_and_is_1_for_half_black_half_white() -> None:
    grey = np.random.default_rng(1).integers(256, size=(50, 50), dtype=np.uint8)
    values = grey.astype(float)
    fourth = np.mean((values - values.mean()) ** 4)
    assert contrast(grey) == pytest.approx(values.var() / fourth**0.25 / 127.5)
    assert contrast((checks(8) > 0).astype(np.uint8) * 255) == pytest.approx(1)
    assert contrast(np.full((9, 9), 77, np.uint8)) == 0


@pytest.mark.parametrize(("degrees", "expected"), [(0, 0), (45, 4), (90, 8), (135, 12)])
def test_edges_of_stripes_point_across_them(degrees: int, expected: int) -> None:
    y, x = np.indices((128, 128))
    along = x * np.cos(np.deg2rad(degrees)) + y * np.sin(np.deg2rad(degrees))
    stripes = np.rint(128 + 100 * np.cos(along / 2)).astype(np.uint8)
    assert direction_shares(stripes).argmax() == expected


def test_a_flat_picture_has_the_finest_grain_no_contrast_and_no_direction() -> None:
    row = Tamura().describe([Picture(np.full((40, 40, 3), 130, np.uint8), (40, 40))])[0]
    np.testing.assert_allclose(np.square(row), [1, 0, 0, 0, 0, 0, *[1 / DIRECTIONS] * DIRECTIONS], atol=1e-6)
