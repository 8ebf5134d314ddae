from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from lookalike.local.sparse import read_between

MAP = np.random.default_rng(0).normal(size=(5, 9, 12)).astype(np.float32)


def at_px(px: NDArray[np.int64]) -> NDArray[np.float32]:
    assert len(np.unique(px, axis=0)) == len(px), "computed twice"
    return MAP[:, px[:, 1], px[:, 0]].T


def test_it_reads_as_torch_does_and_each_px_once() -> None:
    at = np.random.default_rng(1).uniform((-2, -2), (13, 10), (200, 2))
    at[:3] = (0, 0), (11, 8), (4, 4.5)
    grid = torch.from_numpy((at / (11, 8) * 2 - 1).astype(np.float32))[None, None]
    expected = torch.nn.functional.grid_sample(torch.from_numpy(MAP)[None], grid, align_corners=True)
    np.testing.assert_allclose(read_between(at_px, at, (9, 12)), expected[0, :, 0].T, atol=1e-4)


def test_where_nothing_is_to_be_read_the_map_is_zero() -> None:
    np.testing.assert_array_equal(read_between(at_px, np.full((3, 2), -5.0), (9, 12)), np.zeros((3, 5)))
    assert read_between(at_px, np.zeros((0, 2)), (9, 12)).shape == (0, 5)
