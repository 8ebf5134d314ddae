"""Networks, whose rows count pictures as upright, on turned ones; each is skipped where its trained weights are not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from lookalike.local import EXTRACTORS
from lookalike.local.dense import DenseFeatures
from lookalike.local.sift import Sift
from lookalike.local.views import views
from lookalike.match.match.nearest import Nearest
from lookalike.match.verify.match_and_verify import related_in_a_view
from lookalike.match.verify.planar import Planar
from lookalike.protocols import Extractor
from lookalike.types import Picture, Pixels

NETWORKS = [name for name in EXTRACTORS if issubclass(EXTRACTORS.load(name), DenseFeatures) and name != "superpoint"]
"""Drawn weights, which is all that SuperPoint has here, find other places when cells begin elsewhere."""
SIDE, BUDGET = 160, 300
NEAR = 3.0
"""px of the original."""


def test_the_networks_of_the_table_are_tried() -> None:
    assert {"aliked", "disk", "r2d2", "xfeat"} <= set(NETWORKS)


@pytest.mark.parametrize("degrees", [90, 180])
@pytest.mark.parametrize("name", NETWORKS)
def test_places_of_a_turned_picture_are_found_no_worse_than_by_sift(
    name: str, degrees: int, photos: list[Picture], ready: Callable[..., Any]
) -> None:
    network = ready(EXTRACTORS, name, {"side": SIDE, "max_keypoints": BUDGET})
    for photo in (photos[0], photos[3]):
        turned = np.ascontiguousarray(np.rot90(photo.pixels, degrees // 90))
        ours, sifts = (right(each, photo, turned, degrees) for each in (network, Sift(side=SIDE, max_keypoints=BUDGET)))
        assert ours[0] >= sifts[0]  # mean matching accuracy
        assert ours[0] > 0.9
        assert ours[1] >= sifts[1] or ours[1] > 50  # of how many


def right(extractor: Extractor, photo: Picture, turned: Pixels, degrees: int) -> tuple[float, int]:
    """Share of the matches whose ends are one place, of the view that agrees best; and how many they are."""
    copy = extractor.extract(Picture(turned, (turned.shape[1], turned.shape[0])))
    found = related_in_a_view(views(extractor, photo, extractor.extract(photo)), copy, Nearest(), Planar())
    assert found.geometry is not None
    assert not found.geometry.mirrored
    middle = np.array([*(np.array(photo.size) - 1) / 2, 1]) @ found.geometry.model.T
    np.testing.assert_allclose(middle[:2] / middle[2], (np.array(turned.shape[1::-1]) - 1) / 2, atol=2)
    i, j = found.matches.pairs.T
    xy, (width, height) = found.a.keypoints.xy[i], photo.size
    for _ in range(degrees // 90):
        xy = np.column_stack([xy[:, 1], width - 1 - xy[:, 0]])
        width, height = height, width
    near = np.linalg.norm(xy - copy.keypoints.xy[j], axis=1) <= NEAR
    return float(near.mean()), int(near.sum())
