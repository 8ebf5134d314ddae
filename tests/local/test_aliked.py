"""ALIKED from a picture to rows, against kornia's: on drawn weights, and on the trained ones where they are."""

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
from lookalike.local.aliked import ALIKED
from lookalike.models.checkpoint import read_checkpoint
from lookalike.types import Picture

VARIANTS = ("t16", "n16", "n16rot", "n32")


@pytest.fixture(params=[*(f"drawn {variant}" for variant in ("t16", "n32")), *(f"trained {v}" for v in VARIANTS)])
def aliked(request: pytest.FixtureRequest, ready: Callable[..., Any], tmp_path: Path) -> ALIKED:
    kind, variant = request.param.split()
    settings = {"variant": variant, "max_keypoints": 10_000}
    if kind == "drawn":
        torch.manual_seed(0)
        state = feature.ALIKED(f"aliked-{variant}").state_dict()
        state["desc_head.offset_conv.2.weight"] *= 30  # places that leave the picture
        torch.save({name: each for name, each in state.items() if name != "dkd.hw_grid"}, tmp_path / "drawn.pth")
        settings["weights"] = str(tmp_path / "drawn.pth")
    found: ALIKED = ready(EXTRACTORS, "aliked", settings)
    return found


def test_without_its_weights_it_says_how_to_get_them(
    photos: list[Picture], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOOKALIKE_CACHE", str(tmp_path))
    with pytest.raises(WeightsError, match="lookalike models get aliked-n32"):
        ALIKED(variant="n32").extract(photos[0])


def test_it_finds_and_describes_as_kornia_does(aliked: ALIKED, photos: list[Picture]) -> None:
    picture = Picture(np.array(photos[3].pixels[60:188, 100:260]), (160, 128))
    features = aliked.extract(picture)
    peer = feature.ALIKED(f"aliked-{aliked.variant}").eval()
    tensors = {name: torch.from_numpy(tensor) for name, tensor in read_checkpoint(aliked.checkpoint).items()}
    peer.load_state_dict({**tensors, "dkd.hw_grid": peer.state_dict()["dkd.hw_grid"]})
    with torch.no_grad():
        (wanted,) = peer(torch.from_numpy(picture.pixels.copy()).permute(2, 0, 1)[None] / 255)
    apart = np.linalg.norm(wanted.keypoints.numpy()[:, None] - features.keypoints.xy, axis=2)
    rows, found = apart.argmin(axis=1), apart.min(axis=1) < 0.01
    assert len(features) > 10
    assert abs(len(features) - len(apart)) <= 2
    assert found.mean() > 0.98  # of nearly equal neighbours either may be the greater
    np.testing.assert_allclose(features.keypoints.scores[rows[found]], wanted.keypoint_scores.numpy()[found], atol=1e-4)
    np.testing.assert_allclose(features.descriptors[rows[found]], wanted.descriptors.numpy()[found], atol=1e-3)
