"""DISK from a picture to rows, against kornia's: on drawn weights, and on the trained ones where they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from kornia import feature

from lookalike.errors import WeightsError
from lookalike.local import EXTRACTORS
from lookalike.local.disk import DISK, patches
from lookalike.models.checkpoint import read_checkpoint
from lookalike.types import Keypoints, Picture


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> DISK:
    torch.manual_seed(0)
    file = tmp_path_factory.mktemp("disk") / "drawn.pth"
    torch.save({"extractor": feature.DISK().state_dict()}, file)
    return DISK(weights=str(file), max_keypoints=10_000, threshold=-0.1)


@pytest.fixture(scope="module", params=["drawn", "trained"])
def disk(request: pytest.FixtureRequest, drawn: DISK, ready: Callable[..., Any]) -> DISK:
    if request.param == "drawn":
        return drawn
    found: DISK = ready(EXTRACTORS, "disk", {"max_keypoints": 10_000})
    return found


def test_without_its_weights_it_says_how_to_get_them(
    photos: list[Picture], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOOKALIKE_CACHE", str(tmp_path))
    with pytest.raises(WeightsError, match="lookalike models get disk"):
        DISK().extract(photos[0])


def test_it_finds_and_describes_as_kornia_does(disk: DISK, photos: list[Picture]) -> None:
    picture = Picture(np.array(photos[3].pixels[60:188, 100:276]), (176, 128))
    features = disk.extract(picture)
    peer = feature.DISK().eval()
    tensors = read_checkpoint(disk.checkpoint, "extractor")
    peer.load_state_dict({name: torch.from_numpy(tensor) for name, tensor in tensors.items()})
    with torch.no_grad():
        light = torch.from_numpy(picture.pixels.copy()).permute(2, 0, 1)[None] / 255
        (wanted,) = peer(light, score_threshold=disk.threshold)
    at = {tuple(xy): row for row, xy in enumerate(features.keypoints.xy.astype(int).tolist())}
    ours = [at.get(tuple(xy)) for xy in wanted.keypoints.int().tolist()]
    rows = np.array([row for row in ours if row is not None])
    theirs = np.array([row is not None for row in ours])
    assert len(rows) > 40
    assert theirs.mean() > 0.98  # of nearly equal neighbours either may be the greater
    scale = float(wanted.detection_scores.abs().max())
    np.testing.assert_allclose(
        features.keypoints.scores[rows], wanted.detection_scores[theirs], atol=1e-3 * max(1, scale)
    )
    np.testing.assert_allclose(features.descriptors[rows], wanted.descriptors[theirs], atol=2e-3)


def test_rows_between_px_and_beyond_the_border_are_interpolated(drawn: DISK, photos: list[Picture]) -> None:
    picture = Picture(np.array(photos[3].pixels[60:140, 100:196]), (96, 80))
    xy = np.array([(20, 30), (20.5, 30), (21, 30), (95, 79), (95.9, 79.5)], np.float32)
    rows = drawn.extract(picture, Keypoints(xy, np.ones(5, np.float32), picture.size)).descriptors
    assert rows[0] @ rows[1] > rows[0] @ rows[2]
    np.testing.assert_allclose(rows[3], rows[4], atol=1e-6)


def test_patches_are_those_of_maps_with_nothing_around_them() -> None:
    maps = np.random.default_rng(0).normal(size=(3, 7, 9)).astype(np.float32)
    padded = np.pad(maps, ((0, 0), (2, 2), (2, 2)))
    px = np.array([(0, 0), (8, 6), (4, 3), (1, 6), (8, 0)])
    for found, (x, y) in zip(patches(maps, px), px, strict=True):
        np.testing.assert_array_equal(found, padded[:, y : y + 5, x : x + 5])
