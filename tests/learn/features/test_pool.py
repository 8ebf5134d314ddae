"""Cells know which of their px is a point, and which of them no picture fills."""

from __future__ import annotations

import numpy as np
import torch

from lookalike.learn.features.light import relit
from lookalike.learn.features.pool import NONE, NOWHERE, UNKNOWN, Pool, View, classes_of, grey_of, of_shapes


def view_of(points: list[list[float]], inside: torch.Tensor | None = None) -> View:
    light = torch.zeros((1, 1, 32, 32))
    return View(light, torch.ones((1, 32, 32), dtype=torch.bool) if inside is None else inside, torch.tensor([points]))


def test_a_cell_is_the_px_of_its_point_row_by_row() -> None:
    classes = classes_of(view_of([[0.0, 0.0], [15.4, 9.0], [31.0, 31.0], [40.0, 3.0], [-1.0, 3.0]]))[0]
    assert classes[0, 0] == 0
    assert classes[1, 1] == 1 * 8 + 7
    assert classes[3, 3] == 63
    assert (classes != NONE).sum() == 3


def test_a_cell_that_a_picture_does_not_fill_is_unknown() -> None:
    inside = torch.ones((1, 32, 32), dtype=torch.bool)
    inside[0, 0, 31] = False
    classes = classes_of(view_of([[30.0, 3.0], [2.0, 2.0]], inside))[0]
    assert classes[0, 3] == UNKNOWN
    assert classes[0, 0] == 2 * 8 + 2
    assert (classes == UNKNOWN).sum() == 1


def test_points_of_a_view_are_those_of_its_picture() -> None:
    pool = of_shapes(6, 48, np.random.default_rng(0))
    assert pool.pictures.shape == (6, 1, 48, 48)
    view = pool.view(torch.arange(6), torch.eye(3).expand(6, -1, -1), 48, torch.Generator().manual_seed(0))
    there = (pool.points != NOWHERE).all(dim=-1)
    assert there.any()
    torch.testing.assert_close(view.points[there], ((pool.points + 1) * 48 - 1)[there] / 2)
    assert (view.points[~there] > 48).all()
    assert len(Pool(pool.pictures[:2], pool.points[:2]).to("cpu")) == 2


def test_light_stays_in_its_range_and_the_seed_decides() -> None:
    light = torch.rand((4, 1, 24, 24), generator=torch.Generator().manual_seed(0))
    one, again, other = (relit(light, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2))
    assert torch.equal(one, again)
    assert not torch.equal(one, other)
    assert one.shape == light.shape
    assert 0 <= one.min() <= one.max() <= 1


def test_grey_is_that_of_opencv() -> None:
    import cv2

    pixels = np.random.default_rng(0).integers(0, 256, (3, 16, 16, 3), dtype=np.uint8)
    found = grey_of(torch.from_numpy(pixels).permute(0, 3, 1, 2))
    for one, rgb in zip(found[:, 0].numpy(), pixels, strict=True):
        assert np.abs(one.astype(int) - cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)).max() <= 1
