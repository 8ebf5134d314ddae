"""A picture as it looks from the side: where features are, and that steep views are matched by it."""

from __future__ import annotations

import cv2
import numpy as np

from lookalike.evaluate.metrics.geometry import corner_error
from lookalike.local.affine_views import affine_views
from lookalike.local.sift import Sift
from lookalike.match.match.nearest import Nearest
from lookalike.match.verify.match_and_verify import related, related_by_affine_views
from lookalike.match.verify.planar import Planar
from lookalike.types import Keypoints, LocalFeatures, Picture

SIFT = Sift(side=320, max_keypoints=250)


def test_each_feature_lies_where_its_view_shows_it(photos: list[Picture]) -> None:
    photo = photos[0]
    views = list(affine_views(SIFT, photo))
    assert len(views) == 12
    for view in views:
        assert len(view.seen) > 50
        lifted = np.column_stack([view.at.xy, np.ones(len(view.at))]) @ view.model.T
        np.testing.assert_allclose(lifted[:, :2], view.seen.keypoints.xy, atol=1e-2)
        assert (view.at.xy >= 0).all()
        assert (view.at.xy <= np.array(photo.size) - 1).all()
        squeeze = np.linalg.svd(view.model[:2, :2], compute_uv=False)
        assert round(squeeze[0] / squeeze[1]) in (2, 4)


def test_places_are_those_of_the_original_where_it_was_decoded_at_a_fraction(photos: list[Picture]) -> None:
    photo = photos[0]
    half = Picture(np.ascontiguousarray(photo.pixels[::2, ::2]), photo.size)
    xy = np.concatenate([view.at.xy for view in affine_views(SIFT, half)])
    assert xy.max() > 400


def test_a_wall_seen_along_itself_is_recognised(photos: list[Picture]) -> None:
    photo = photos[0]
    truth = np.array([[0.28, 0.05, 30], [-0.02, 0.95, 20], [2e-4, 0, 1]])
    steep = Picture(cv2.warpPerspective(photo.pixels, truth, (250, 560), flags=cv2.INTER_AREA), (250, 560))
    of_photo, of_steep = SIFT.extract(photo), SIFT.extract(steep)
    assert related(of_photo, of_steep, Nearest(), Planar()).geometry is None
    found = related_by_affine_views(affine_views(SIFT, photo), of_steep, Nearest(), Planar())
    assert found is not None
    assert found.geometry is not None
    assert found.geometry.inliers.sum() > 30
    assert corner_error(found.geometry.model, truth, photo.size) < 6


def test_a_stranger_is_not_recognised_from_any_side(photos: list[Picture]) -> None:
    for other in (photos[3], photos[4], photos[5]):
        assert related_by_affine_views(affine_views(SIFT, photos[0]), SIFT.extract(other), Nearest(), Planar()) is None


def test_flat_and_tiny_pictures_have_no_view_that_says_anything(photos: list[Picture]) -> None:
    of_photo = SIFT.extract(photos[0])
    for shape in ((1, 1), (10, 3000), (60, 60)):
        picture = Picture(np.full((*shape, 3), 77, np.uint8), (shape[1], shape[0]))
        assert related_by_affine_views(affine_views(SIFT, picture), of_photo, Nearest(), Planar()) is None


class Looking(Sift):
    """Remembers how large what it saw was."""

    def extract(self, picture: Picture, keypoints: Keypoints | None = None) -> LocalFeatures:
        seen.append(picture.pixels.shape[:2])
        return super().extract(picture, keypoints)


seen: list[tuple[int, ...]] = []


def test_a_strip_is_not_turned_on_a_canvas_as_wide_as_it_is_long() -> None:
    """65500 x 3 px turned by 45 degrees took 6 GB."""
    seen.clear()
    for shape in ((3, 65_500), (65_500, 3), (100, 400_000), (6_000, 8_000)):
        views = list(
            affine_views(Looking(side=320, max_keypoints=50), Picture(np.full((*shape, 3), 9, np.uint8), shape[::-1]))
        )
        assert len(views) == 12
    assert max(max(size) for size in seen) <= 2**13 + 1
    assert max(height * width for height, width in seen) <= 2**24 / 2 * 1.01  # squeezed to half at least


def test_a_large_picture_is_reduced_before_it_is_turned_and_places_stay_its_own(photos: list[Picture]) -> None:
    photo = photos[0]
    large = Picture(cv2.resize(photo.pixels, (6000, 6000), interpolation=cv2.INTER_LINEAR), (6000, 6000))
    for ours, theirs in zip(affine_views(SIFT, large), affine_views(SIFT, photo), strict=True):
        lifted = np.column_stack([ours.at.xy, np.ones(len(ours.at))]) @ ours.model.T
        np.testing.assert_allclose(lifted[:, :2], ours.seen.keypoints.xy, atol=1e-2)
        apart = np.linalg.norm(ours.at.xy[:, None] * 512 / 6000 - theirs.at.xy[None], axis=2).min(axis=1)
        assert np.median(apart) < 1.5
