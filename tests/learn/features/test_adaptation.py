"""Keypoints of a detector over many views, and how often it finds them again."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from lookalike.evaluate.metrics.geometry import repeatability
from lookalike.learn.features.adaptation import adapted, best_places, mean_heat, share_found_twice
from lookalike.learn.features.pool import NOWHERE
from lookalike.learn.features.warps import Views, moved, to_px

SIDE = 64


class Bright(torch.nn.Module):  # type: ignore[misc]
    """Detector to which each px of a cell is as likely as it is bright."""

    def forward(self, light: Tensor) -> tuple[Tensor, Tensor]:
        logits = 8 * torch.nn.functional.pixel_unshuffle(light, 8)
        none = torch.full_like(logits[:, :1], 6.0)
        return torch.cat([logits, none], dim=1), light


def spots(places: list[tuple[int, int]]) -> Tensor:
    """(1, 1, 64, 64) uint8"""
    y, x = np.mgrid[:SIDE, :SIDE]
    light = sum(np.exp(-((x - u) ** 2 + (y - v) ** 2) / 6) for u, v in places)
    return torch.from_numpy((255 * np.clip(light, 0, 1)).astype(np.uint8))[None, None]


def test_the_mean_over_views_finds_spots_where_they_are_and_nothing_at_the_edges_of_views() -> None:
    places = [(20, 20), (44, 25), (30, 47)]
    found = adapted(Bright(), spots(places), 20, 10, np.random.default_rng(0))[0]
    there = to_px(found[(found != NOWHERE).all(dim=1)], SIDE)
    distances = torch.cdist(torch.tensor(places, dtype=torch.float32), there)
    assert (distances.min(dim=1).values <= 1.5).all()
    assert (distances.min(dim=0).values <= 3).all()


def test_with_no_view_it_is_the_heat_of_the_picture_inside_its_edge() -> None:
    picture = spots([(20, 20)])
    heat = mean_heat(Bright(), picture, torch.zeros((0, 3, 3)))
    logits, _ = Bright()(picture.float() / 255)
    plain = torch.nn.functional.pixel_shuffle(torch.softmax(logits, dim=1)[:, :-1], 8)[0, 0]
    torch.testing.assert_close(heat, plain, atol=1e-5, rtol=1e-4)


def test_places_are_the_greatest_around_them_best_first() -> None:
    heat = torch.zeros((1, 32, 32))
    heat[0, 5, 6], heat[0, 5, 9], heat[0, 20, 20], heat[0, 31, 0] = 0.5, 0.4, 0.9, 0.01
    found = best_places(heat, 4)[0]
    torch.testing.assert_close(to_px(found[:2], 32), torch.tensor([[20.0, 20.0], [6.0, 5.0]]))
    assert (found[2:] == NOWHERE).all()


@pytest.mark.parametrize("seed", range(6))
def test_the_share_found_twice_is_the_repeatability_of_the_ruler(seed: int) -> None:
    rng = np.random.default_rng(seed)
    (map_,) = Views().drawn(1, rng)
    ours = torch.from_numpy(rng.uniform(-1, 1, (40, 2)).astype(np.float32))
    near = moved(ours[None, :25], torch.linalg.inv(map_)[None])[0]
    near = near + torch.from_numpy(rng.normal(size=near.shape).astype(np.float32)) * 0.08
    theirs = torch.cat([near[(near.abs() <= 1).all(dim=1)], torch.from_numpy(rng.uniform(-1, 1, (9, 2))).float()])
    scale = np.array([[2 / SIDE, 0, 1 / SIDE - 1], [0, 2 / SIDE, 1 / SIDE - 1], [0, 0, 1]])
    to_view = np.linalg.inv(np.linalg.inv(scale) @ map_.numpy().astype(np.float64) @ scale)
    expected = repeatability(
        to_px(ours, SIDE).numpy(), to_px(theirs, SIDE).numpy(), to_view, (SIDE, SIDE), (SIDE, SIDE)
    )
    assert 0.05 < expected < 0.95
    assert float(share_found_twice((ours, theirs), map_, SIDE)) == pytest.approx(expected, abs=1e-6)


def test_where_nothing_can_be_seen_twice_nothing_is_found() -> None:
    nothing = torch.zeros((0, 2))
    assert share_found_twice((nothing, torch.zeros((3, 2))), torch.eye(3), SIDE) == 0
