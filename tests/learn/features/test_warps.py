"""Pictures and points go through a warp to the same places."""

from __future__ import annotations

import cv2
import numpy as np
import torch

from lookalike.learn.features.warps import Views, crops, from_px, grid, moved, seen, to_px

SIDE = 64


def test_a_picture_through_no_warp_is_itself_and_px_and_places_go_back_and_forth() -> None:
    picture = torch.rand((2, 3, SIDE, SIDE), generator=torch.Generator().manual_seed(0))
    view, inside = seen(picture, torch.eye(3).expand(2, -1, -1), SIDE)
    torch.testing.assert_close(view, picture, atol=1e-5, rtol=0)
    assert inside.all()
    px = torch.tensor([[0.0, 0.0], [63.0, 5.0]])
    torch.testing.assert_close(to_px(from_px(px, SIDE), SIDE), px)
    torch.testing.assert_close(to_px(grid(SIDE, SIDE, "cpu"), SIDE)[SIDE * 3 + 7], torch.tensor([7.0, 3.0]))


def test_a_spot_is_seen_where_its_point_is_moved_to() -> None:
    maps = Views().drawn(12, np.random.default_rng(1))
    px = torch.tensor([[20.0, 41.0]])
    y, x = np.mgrid[:SIDE, :SIDE]
    spot = torch.from_numpy(np.exp(-((x - 20) ** 2 + (y - 41) ** 2) / 8).astype(np.float32))
    views, _ = seen(spot.expand(12, 1, -1, -1), maps, SIDE)
    places = to_px(moved(from_px(px, SIDE).expand(12, 1, 2), torch.linalg.inv(maps)), SIDE)[:, 0]
    checked = 0
    for view, place in zip(views[:, 0].numpy(), places.numpy(), strict=True):
        if (place < 4).any() or (place > SIDE - 5).any():
            continue
        mean = np.array([(view * x).sum(), (view * y).sum()]) / view.sum()
        assert np.abs(mean - place).max() < 1
        checked += 1
    assert checked >= 6


def test_a_view_agrees_with_opencv_and_knows_what_lies_outside() -> None:
    grey = (torch.rand((1, 1, SIDE, SIDE), generator=torch.Generator().manual_seed(1)) * 255).round()
    grey = torch.nn.functional.avg_pool2d(grey, 5, 1, 2)
    (map_,) = Views().drawn(1, np.random.default_rng(3))
    view, inside = seen(grey, map_[None], SIDE)
    scale = np.array([[2 / SIDE, 0, 1 / SIDE - 1], [0, 2 / SIDE, 1 / SIDE - 1], [0, 0, 1]])
    in_px = np.linalg.inv(scale) @ map_.numpy().astype(np.float64) @ scale
    expected = cv2.warpPerspective(
        grey[0, 0].numpy(), in_px, (SIDE, SIDE), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    )
    within = cv2.erode(inside[0].numpy().astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    assert 0.3 < within.mean() < 1
    assert np.abs(view[0, 0].numpy() - expected)[within].mean() < 0.5


def test_a_crop_shows_its_share_and_never_what_is_outside() -> None:
    maps = crops(30, 0.4, np.random.default_rng(0))
    corners = moved(torch.tensor([[-1.0, -1.0], [1.0, 1.0]]).expand(30, 2, 2), maps)
    assert (corners.abs() <= 1 + 1e-6).all()
    torch.testing.assert_close(corners[:, 1] - corners[:, 0], torch.full((30, 2), 0.8))
