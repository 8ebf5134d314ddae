from __future__ import annotations

import numpy as np
import pytest

from lookalike.local.patch import Patch
from lookalike.local.sift import Sift
from lookalike.local.views import turned, views
from lookalike.types import Keypoints, Picture


def corner_of(image: Picture, xy: tuple[float, float]) -> tuple[int, ...]:
    return tuple(image.pixels[round(xy[1]), round(xy[0])].tolist())


@pytest.mark.parametrize("quarters", [0, 1, 2, 3, 4])
def test_turned_keypoints_lie_on_the_same_px_and_point_at_the_same_ones(quarters: int, photos: list[Picture]) -> None:
    picture = photos[3]
    xy = np.array([(10, 20), (300, 7), (441, 299)], np.float32)
    angle = np.array([0, 0.5 * np.pi, 1.0], np.float32)
    affine = np.stack([[[np.cos(a), 0], [np.sin(a), 0]] for a in angle]).astype(np.float32)
    keypoints = Keypoints(xy, np.ones(3, np.float32), picture.size, np.ones(3, np.float32), angle, affine)
    there = turned(keypoints, quarters)
    image = np.rot90(picture.pixels, quarters)
    assert there.size == (image.shape[1], image.shape[0])
    for (x, y), (u, v) in zip(xy.astype(int), np.rint(there.xy).astype(int), strict=True):
        np.testing.assert_array_equal(picture.pixels[y, x], image[v, u])
    assert there.angle is not None
    assert there.affine is not None
    pointed = xy + np.column_stack([np.cos(angle), np.sin(angle)]).astype(np.float32)
    ahead = turned(Keypoints(pointed, keypoints.scores, picture.size), quarters).xy - there.xy
    np.testing.assert_allclose(np.column_stack([np.cos(there.angle), np.sin(there.angle)]), ahead, atol=1e-4)
    np.testing.assert_allclose(there.affine[:, :, 0], ahead, atol=1e-4)


def test_rows_that_turn_with_the_picture_have_two_views_and_others_eight(photos: list[Picture]) -> None:
    for extractor, count in ((Sift(side=200), 2), (Patch(side=200), 8)):
        found = list(views(extractor, photos[3], extractor.extract(photos[3])))
        assert [view.mirrored for view in found] == [False] * (count // 2) + [True] * (count // 2)
        for view in found:
            assert len(view.at) == len(view.seen) == len(view.placed) > 20
            assert view.at.size == photos[3].size
            assert ((view.at.xy >= -1) & (view.at.xy <= photos[3].size)).all()


def test_a_view_holds_the_rows_of_the_turned_picture(photos: list[Picture]) -> None:
    patch = Patch(side=4000)
    features = patch.extract(photos[3])
    image = Picture(np.ascontiguousarray(np.rot90(photos[3].pixels)), (300, 451))
    view = list(views(patch, photos[3], features))[1]
    expected = patch.extract(image, view.seen.keypoints)
    np.testing.assert_allclose(view.seen.descriptors, expected.descriptors, atol=1e-5)
