from __future__ import annotations

import numpy as np
import pytest

from lookalike.describe.binning import COARSE, joint, marginal, sharing

PIXELS = np.random.default_rng(0).integers(256, size=(4, 300, 3), dtype=np.uint8)
PLAIN = (False, False, False)


@pytest.mark.parametrize("bins", [2, 7, 16])
def test_hard_histograms_agree_with_numpy(bins: int) -> None:
    counts = marginal(PIXELS, bins, soft=False, circular=PLAIN)
    assert counts.shape == (4, 3, bins)
    edges = np.ceil(np.arange(bins + 1) * 256 / bins)
    for part in range(4):
        for channel in range(3):
            expected, _ = np.histogram(PIXELS[part, :, channel], edges)
            np.testing.assert_array_equal(counts[part, channel], expected)


def test_hard_joint_histograms_agree_with_numpy() -> None:
    counts = joint(PIXELS, 4, soft=False, circular=PLAIN)
    for part in range(4):
        expected, _ = np.histogramdd(PIXELS[part], bins=[np.arange(0, 257, 64)] * 3)
        np.testing.assert_array_equal(counts[part, 0], expected.ravel())


@pytest.mark.parametrize("circular", [False, True])
def test_soft_histograms_agree_with_a_slow_loop(circular: bool) -> None:
    counts = marginal(PIXELS, 6, soft=True, circular=(circular,) * 3)
    expected = np.zeros(6)
    for level in PIXELS[2, :, 1].tolist():
        position = (level + 0.5) * 6 / 256 - 0.5
        below = int(np.floor(position))
        for at, share in ((below, below + 1 - position), (below + 1, position - below)):
            expected[at % 6 if circular else min(max(at, 0), 5)] += share
    np.testing.assert_allclose(counts[2, 1], expected, atol=1e-9)


def test_soft_joint_histograms_agree_with_a_slow_loop_over_coarse_levels() -> None:
    pixels = PIXELS[:1, :40]
    expected = np.zeros((4, 4, 4))
    shares = sharing(COARSE, 4, True, False)
    for red, green, blue in (pixels[0] // 8).tolist():
        expected += np.einsum("i,j,k->ijk", shares[red], shares[green], shares[blue])
    np.testing.assert_allclose(joint(pixels, 4, soft=True, circular=PLAIN)[0, 0], expected.ravel(), atol=1e-9)


@pytest.mark.parametrize("soft", [False, True])
@pytest.mark.parametrize("circular", [False, True])
def test_every_level_is_shared_out_whole(soft: bool, circular: bool) -> None:
    np.testing.assert_allclose(sharing(256, 5, soft, circular).sum(axis=1), 1)


def test_the_ends_of_a_circle_are_neighbours() -> None:
    shares = sharing(256, 8, True, True)
    assert shares[0, 7] == pytest.approx(0.5, abs=0.02)
    assert shares[255, 0] == pytest.approx(0.5, abs=0.02)
    assert sharing(256, 8, True, False)[0, 7] == 0
