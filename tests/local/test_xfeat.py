"""XFeat where its weights are: `lookalike models get xfeat`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lookalike.errors import WeightsError
from lookalike.local import EXTRACTORS
from lookalike.local.sift import Sift
from lookalike.local.views import views
from lookalike.local.xfeat import XFeat
from lookalike.match.match.nearest import Nearest
from lookalike.match.verify.match_and_verify import Related, related_in_a_view
from lookalike.match.verify.planar import Planar
from lookalike.protocols import Extractor
from lookalike.registry import digest
from lookalike.types import Picture, Pixels


@pytest.fixture(scope="module")
def xfeat(ready: Callable[..., Any]) -> XFeat:
    found: XFeat = ready(EXTRACTORS, "xfeat", {"side": 320})
    return found


def test_without_its_weights_it_says_how_to_get_them(
    photos: list[Picture], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOOKALIKE_CACHE", str(tmp_path))
    with pytest.raises(WeightsError, match="lookalike models get xfeat"):
        XFeat().extract(photos[0])
    with pytest.raises(WeightsError, match="no weights at"):
        XFeat(weights=str(tmp_path / "nothing.pt")).extract(photos[0])


def test_its_digest_is_of_its_weights_and_not_of_their_path(tmp_path: Path, xfeat: XFeat) -> None:
    copy = tmp_path / "copy.pt"
    copy.write_bytes(xfeat.checkpoint.read_bytes())
    assert digest(XFeat(side=320, weights=str(copy))) == digest(xfeat)
    copy.write_bytes(b"others")
    assert digest(XFeat(side=320, weights=str(copy))) != digest(xfeat)


@pytest.mark.parametrize("angle", [0, 90, 180, 270])
@pytest.mark.parametrize("mirror", [False, True])
def test_a_turned_picture_is_recognised_no_worse_than_by_sift(
    angle: int, mirror: bool, xfeat: XFeat, photos: list[Picture]
) -> None:
    for photo in (photos[0], photos[3]):  # of which one is a face
        copy = np.rot90(photo.pixels[:, ::-1] if mirror else photo.pixels, angle // 90)
        ours, sifts = (right(found(each, photo, copy), photo, angle, mirror) for each in (xfeat, Sift(side=320)))
        assert ours >= 0.95 * sifts
        assert ours > 200


def found(extractor: Extractor, photo: Picture, copy: Pixels) -> Related:
    other = Picture(np.ascontiguousarray(copy), (copy.shape[1], copy.shape[0]))
    seen = views(extractor, photo, extractor.extract(photo))
    related = related_in_a_view(seen, extractor.extract(other), Nearest(), Planar())
    assert related.geometry is not None
    return related


def right(related: Related, photo: Picture, angle: int, mirror: bool) -> int:
    """Inliers, where the transform takes the corners to where they are within 2 px; else none."""
    width, height = photo.size
    corners = np.array([(0, 0), (width - 1, 0), (width - 1, height - 1), (0, height - 1)], np.float64)
    expected = corners * (-1, 1) + (width - 1, 0) if mirror else corners
    for _ in range(angle // 90):
        expected = np.column_stack([expected[:, 1], width - 1 - expected[:, 0]])
        width, height = height, width
    assert related.geometry is not None
    assert related.geometry.mirrored == mirror
    lifted = np.column_stack([corners, np.ones(4)]) @ related.geometry.model.T
    missed = np.linalg.norm(lifted[:, :2] / lifted[:, 2:] - expected, axis=1).max()
    return int(related.geometry.inliers.sum()) if missed < 2 else 0
