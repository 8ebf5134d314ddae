"""SuperPoint on drawn weights of the official layout: where it looks, and what it reads there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from lookalike.errors import WeightsError
from lookalike.local.dense import picture_of_cells, spaced
from lookalike.local.superpoint import SuperPoint
from lookalike.models.checkpoint import Tensors
from lookalike.models.onnx_session import started
from lookalike.models.superpoint import superpoint
from lookalike.pixels.planes import grey
from lookalike.types import Picture


def test_without_its_weights_it_says_what_to_give(photos: list[Picture]) -> None:
    with pytest.raises(WeightsError, match=r"official superpoint_v1\.pth in the setting `weights`"):
        SuperPoint().extract(photos[0])


def test_it_finds_what_a_slow_loop_finds(
    superpoint_weights: Tensors, superpoint_file: Path, photos: list[Picture]
) -> None:
    picture = cut(photos[3])
    maps, cells = started(superpoint(superpoint_weights), 1).run(["rows", "heat"], {"grey": grey(picture)})
    features = SuperPoint(weights=str(superpoint_file), max_keypoints=10_000).extract(picture)
    heat = picture_of_cells(cells)
    expected = [(x, y) for x, y in one_by_one(heat, 4, 0.005) if 4 <= x < 156 and 4 <= y < 116]
    assert len(expected) > 50
    assert sorted(map(tuple, features.keypoints.xy.astype(int).tolist())) == sorted(expected)
    x, y = features.keypoints.xy.astype(int).T
    np.testing.assert_allclose(features.keypoints.scores, heat[y, x])
    grid = torch.from_numpy((features.keypoints.xy + 0.5) / (160, 120) * 2 - 1).float()[None, None]
    read = torch.nn.functional.grid_sample(
        torch.from_numpy(maps)[None], grid, align_corners=False, padding_mode="border"
    )
    rows = torch.nn.functional.normalize(read[0, :, 0], dim=0).T.numpy()
    np.testing.assert_allclose(features.descriptors, rows, atol=1e-4)


def test_other_weights_at_the_same_path_are_another_network(
    superpoint_weights: Tensors, tmp_path: Path, photos: list[Picture]
) -> None:
    network, picture = SuperPoint(weights=str(tmp_path / "trained.pth")), cut(photos[3])
    found = []
    for sign in (1, -1):
        tensors = {**superpoint_weights, "convDb.weight": sign * superpoint_weights["convDb.weight"]}
        torch.save({name: torch.from_numpy(tensor) for name, tensor in tensors.items()}, network.weights)
        found.append((network.space, network.extract(picture).descriptors))
    assert found[0][0] != found[1][0]
    assert (found[0][1] * found[1][1]).sum(axis=1).mean() < 0


def test_places_are_chosen_as_one_by_one() -> None:
    heat = np.random.default_rng(0).random((40, 50)).astype(np.float32)
    for apart in (1, 2, 5):
        assert sorted(map(tuple, spaced(heat, apart, 0.3).tolist())) == sorted(one_by_one(heat, apart, 0.3))
    assert len(spaced(heat, 2, 2.0)) == 0


def one_by_one(heat: NDArray[np.float32], apart: int, least: float) -> list[tuple[int, int]]:
    chosen: list[tuple[int, int]] = []
    for at in np.argsort(-heat, axis=None):
        y, x = (int(v) for v in np.unravel_index(at, heat.shape))
        if heat[y, x] > least and all(max(abs(x - u), abs(y - v)) > apart for u, v in chosen):
            chosen.append((x, y))
    return chosen


def test_a_border_without_keypoints_is_as_wide_as_asked(superpoint_file: Path, photos: list[Picture]) -> None:
    picture = cut(photos[3])
    xy = SuperPoint(weights=str(superpoint_file), border=20).detect(picture).xy
    assert len(xy) > 10
    assert xy.min() >= 20
    assert (xy < np.array(picture.size) - 20).all()


@pytest.mark.parametrize("settings", [{"apart": 0}, {"border": -1}, {"threads": 0}])
def test_settings_that_mean_nothing_are_refused(settings: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="or more"):
        SuperPoint(**settings)  # type: ignore[arg-type]


def cut(picture: Picture) -> Picture:
    return Picture(np.ascontiguousarray(picture.pixels[60:180, 100:260]), (160, 120))
