"""R2D2 with its official weights, where they are lent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from lookalike.errors import WeightsError
from lookalike.evaluate.metrics.geometry import mean_matching_accuracy
from lookalike.local import EXTRACTORS
from lookalike.local.r2d2 import R2D2
from lookalike.local.sift import Sift
from lookalike.match.match.nearest import Nearest
from lookalike.types import Picture


@pytest.fixture(scope="module")
def r2d2(ready: Callable[..., Any]) -> R2D2:
    found: R2D2 = ready(EXTRACTORS, "r2d2", {"side": 160, "max_keypoints": 300})
    return found


def test_without_its_weights_it_says_what_to_give(photos: list[Picture]) -> None:
    with pytest.raises(WeightsError, match=r"official r2d2_WASF_N16\.pt in the setting `weights`"):
        R2D2().extract(photos[0])


def test_both_official_files_are_read_and_are_two_networks(r2d2: R2D2, photos: list[Picture]) -> None:
    other = R2D2(side=160, weights=r2d2.weights.replace("WASF", "WAF"))
    assert other.space != r2d2.space
    assert len(other.extract(photos[3])) > 30


@pytest.mark.parametrize(
    ("file", "count", "best"),
    [
        ("WASF", 120, [(144.67, 187.71), (341.98, 264.12), (170.03, 119.78), (403.99, 119.78)]),
        ("WAF", 110, [(229.23, 156.58), (68.56, 156.58), (375.80, 148.08), (330.70, 32.05)]),
    ],
)
def test_keypoints_of_both_official_files_stay_where_they_are(
    file: str, count: int, best: list[tuple[float, float]], r2d2: R2D2, photos: list[Picture]
) -> None:
    found = R2D2(side=160, max_keypoints=300, weights=r2d2.weights.replace("WASF", file)).detect(photos[3])
    assert abs(len(found) - count) <= 2
    apart = np.linalg.norm(found.xy[:10] - np.array(best)[:, None], axis=2)  # scores are close: order may differ
    assert apart.min(axis=1).max() < 0.05


def test_a_checkpoint_without_the_part_is_refused(tmp_path: Path, photos: list[Picture]) -> None:
    import torch

    torch.save({"ops.0.weight": torch.zeros(3)}, tmp_path / "other.pt")
    with pytest.raises(WeightsError, match="no part 'state_dict'"):
        R2D2(weights=str(tmp_path / "other.pt")).extract(photos[0])


def test_its_matches_on_graffiti_are_right_no_less_often_than_those_of_sift(r2d2: R2D2, shared_data: Path) -> None:
    """At the size of the paper, and on more pairs: benchmarks/keypoints.py."""
    folder = shared_data / "oxford_affine" / "graf"
    pictures = []
    for name in ("img1.png", "img2.png"):
        with Image.open(folder / name) as image:
            pixels = np.ascontiguousarray(image.convert("RGB"), np.uint8)
        pictures.append(Picture(pixels, (pixels.shape[1], pixels.shape[0])))
    shares = []
    for extractor in (R2D2(side=320, max_keypoints=500, weights=r2d2.weights), Sift(side=320, max_keypoints=500)):
        a, b = (extractor.extract(picture) for picture in pictures)
        i, j = Nearest(ratio=1).match(a, b).pairs.T
        homography = np.loadtxt(folder / "H1to2p")
        shares.append(mean_matching_accuracy(a.keypoints.xy[i], b.keypoints.xy[j], homography, (3,))[0])
    assert shares[0] >= shares[1]
    assert shares[0] > 0.7


def test_coarser_levels_find_larger_places(r2d2: R2D2, photos: list[Picture]) -> None:
    levels = R2D2(side=160, smallest=90, weights=r2d2.weights).detect(photos[3]).scale
    assert levels is not None
    px = 32 * photos[3].size[0] / 160
    assert len(np.unique(np.rint(10 * np.log2(levels / px)))) == 4
    assert (levels >= 0.99 * px).all()
