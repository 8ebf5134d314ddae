from __future__ import annotations

import numpy as np
import pytest
import torch

from lookalike.local.interpolated import Kernel, interpolated


@pytest.mark.parametrize(("kernel", "mode"), [("linear", "bilinear"), ("cubic", "bicubic")])
def test_it_reads_as_torch_does(kernel: Kernel, mode: str) -> None:
    rng = np.random.default_rng(0)
    maps = rng.normal(size=(5, 9, 12)).astype(np.float32)
    at = rng.uniform((-2, -2), (13, 10), (200, 2))
    grid = torch.from_numpy(((at + 0.5) / (12, 9) * 2 - 1).astype(np.float32))[None, None]
    expected = torch.nn.functional.grid_sample(
        torch.from_numpy(maps)[None], grid, mode=mode, padding_mode="border", align_corners=False
    )
    inside = ((at > 1) & (at < (10, 7))).all(axis=1) if kernel == "cubic" else np.ones(200, np.bool_)
    np.testing.assert_allclose(interpolated(maps, at, kernel)[inside], expected[0, :, 0].T.numpy()[inside], atol=1e-4)


def test_at_its_px_a_map_is_what_it_is() -> None:
    maps = np.random.default_rng(1).normal(size=(3, 4, 6)).astype(np.float32)
    at = np.array([(0, 0), (5, 3), (2, 1)])
    for kernel in ("linear", "cubic"):
        np.testing.assert_allclose(interpolated(maps, at, kernel), maps[:, at[:, 1], at[:, 0]].T, atol=1e-6)
