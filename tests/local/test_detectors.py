"""Each detector against pictures whose places are known, and against other implementations."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from skimage.feature import corner_harris, corner_shi_tomasi, peak_local_max

from lookalike.local import DETECTORS
from lookalike.local.corners import segment_test
from lookalike.local.maxima import peaks, refined
from lookalike.local.uniqueness import CENTRE, Uniqueness
from lookalike.pixels.planes import grey
from lookalike.types import Picture, Pixels


def picture_of(light: np.ndarray) -> Picture:
    pixels: Pixels = np.ascontiguousarray(np.repeat(np.clip(light, 0, 255).astype(np.uint8)[..., None], 3, axis=2))
    return Picture(pixels, (pixels.shape[1], pixels.shape[0]))


def square() -> Picture:
    light = np.full((120, 160), 40.0)
    light[30:90, 50:110] = 210
    return picture_of(cv2.GaussianBlur(light, (0, 0), 0.7))


CORNERS = np.array([(49.5, 29.5), (109.5, 29.5), (49.5, 89.5), (109.5, 89.5)])


@pytest.mark.parametrize("name", ["harris", "shi_tomasi", "fast", "uniqueness"])
def test_the_corners_of_a_square_are_found(name: str) -> None:
    best = DETECTORS.make(name).detect(square()).xy[:4]
    distance = np.linalg.norm(best[:, None] - CORNERS, axis=2)
    assert sorted(distance.argmin(axis=1)) == [0, 1, 2, 3]
    assert distance.min(axis=1).max() < 2.5


@pytest.mark.parametrize("name", ["log", "dog", "doh"])
@pytest.mark.parametrize("sign", [1, -1])
def test_soft_spots_are_found_where_they_are_and_how_large(name: str, sign: int) -> None:
    spots = [(40.3, 50.7, 3.0), (120.6, 60.2, 5.0), (80.1, 130.4, 7.0)]
    y, x = np.mgrid[:180, :180]
    light = 128 + sign * sum(90 * np.exp(-((x - u) ** 2 + (y - v) ** 2) / (2 * s**2)) for u, v, s in spots)
    found = DETECTORS.make(name).detect(picture_of(light))
    assert found.scale is not None
    for u, v, s in spots:
        at = np.linalg.norm(found.xy[:6] - (u, v), axis=1)
        assert at.min() < 0.7
        assert found.scale[at.argmin()] == pytest.approx(2 * np.sqrt(2) * s, rel=0.25)


def test_points_of_an_edge_lie_on_it_and_point_to_the_light() -> None:
    light = np.where(np.arange(160)[None] + np.zeros((120, 1)) < 80, 40, 200)
    found = DETECTORS.make("canny").detect(picture_of(light))
    assert len(found) >= 10
    assert np.abs(found.xy[:, 0] - 79.5).max() <= 0.5
    assert found.angle is not None
    np.testing.assert_allclose(np.cos(found.angle), 1, atol=1e-3)


def test_points_of_a_soft_edge_lie_on_it_to_a_fraction_of_a_px() -> None:
    y, x = np.mgrid[:140, :160]
    across, down = x - 80.3, y - 70.6
    light = 40 + 160 / (1 + np.exp((np.hypot(across, down) - 45.2) / 0.8))
    found = DETECTORS.make("canny").detect(picture_of(light))
    assert len(found) >= 20
    out = found.xy - (80.3, 70.6)
    assert np.abs(np.linalg.norm(out, axis=1) - 45.2).max() < 0.1
    assert found.angle is not None
    inward = -out / np.linalg.norm(out, axis=1, keepdims=True)
    assert ((np.column_stack([np.cos(found.angle), np.sin(found.angle)]) * inward).sum(axis=1) > 0.999).all()


def test_the_segment_test_is_that_of_opencv(photos: list[Picture]) -> None:
    light = grey(photos[3])
    corners = cv2.FastFeatureDetector.create(10, nonmaxSuppression=True).detect(light, None)
    px = np.array([corner.pt for corner in corners], np.int64)
    assert len(px) > 500
    np.testing.assert_array_equal(segment_test(light, px), [corner.response for corner in corners])


def test_corners_of_fast_are_found_to_a_fraction_of_a_px(photos: list[Picture]) -> None:
    """A picture moved by 0.4 px, as the eye sees it: the corners move by that, and not by 0 or 1."""
    light = grey(photos[2]).astype(np.float32)
    moved = cv2.warpAffine(light, np.array([(1, 0, 0.4), (0, 1, 0)]), light.shape[::-1], flags=cv2.INTER_CUBIC)
    one, other = (DETECTORS.make("fast", {"side": 4000}).detect(picture_of(each)).xy for each in (light, moved))
    apart = np.linalg.norm(one[:, None] + (0.4, 0) - other, axis=2)
    near = apart.argmin(axis=1)[apart.min(axis=1) < 1.5]
    steps = other[near] - one[apart.min(axis=1) < 1.5]
    assert len(steps) > 100
    assert np.median(steps[:, 0]) == pytest.approx(0.4, abs=0.1)
    assert np.median(np.linalg.norm(steps - (0.4, 0), axis=1)) < 0.3


def test_a_region_is_an_ellipse_of_its_shape() -> None:
    y, x = np.mgrid[:200, :260]
    along, across = ((x - 130) * c + (y - 100) * s for c, s in ((np.sqrt(0.75), 0.5), (-0.5, np.sqrt(0.75))))
    radius = np.hypot(along / 60, across / 25)
    light = np.where(radius <= 1, 40 + 40 * radius, 140 + 25 * np.minimum(radius, 4))
    found = DETECTORS.make("mser").detect(picture_of(light))
    assert found.affine is not None
    assert found.scale is not None
    nearest = int(np.argmin(np.abs(found.scale - 2 * np.sqrt(60 * 25))))
    np.testing.assert_allclose(found.xy[nearest], (130, 100), atol=1)
    axes, lengths, _ = np.linalg.svd(found.affine[nearest])
    np.testing.assert_allclose(lengths, (60, 25), rtol=0.06)
    assert abs(axes[:, 0] @ (np.cos(np.pi / 6), np.sin(np.pi / 6))) > 0.99


def test_harris_and_shi_tomasi_are_near_those_of_skimage(photos: list[Picture]) -> None:
    picture = Picture(photos[6].pixels, photos[6].size)
    light = grey(picture).astype(float)
    for name, reference in (
        ("harris", corner_harris(light, k=0.04, sigma=1.5)),
        ("shi_tomasi", corner_shi_tomasi(light, sigma=1.5)),
    ):
        found = DETECTORS.make(name, {"side": 4000, "max_keypoints": 100}).detect(picture).xy
        expected = peak_local_max(reference, min_distance=4, num_peaks=400)[:, ::-1]
        apart = np.linalg.norm(found[:, None] - expected, axis=2).min(axis=1)
        assert np.mean(apart < 2.5) > 0.8


def test_peaks_are_those_of_skimage() -> None:
    response = cv2.GaussianBlur(np.random.default_rng(0).random((90, 120), np.float32), (0, 0), 2)
    response -= response.min()
    px, strength = peaks(response, 4, 1000)
    expected = peak_local_max(response, min_distance=4, threshold_rel=0.01, exclude_border=1)[:, ::-1]
    assert set(map(tuple, px.tolist())) == set(map(tuple, expected.tolist()))
    assert (np.diff(strength) <= 0).all()
    assert (np.abs(refined(response, px) - px) <= 0.5).all()


def test_a_peak_is_found_to_a_fraction_of_a_px() -> None:
    y, x = np.mgrid[:40, :50]
    response = (100 - (x - 20.3) ** 2 - (y - 15.8) ** 2).clip(0).astype(np.float32)
    px, _ = peaks(response, 3, 10)
    np.testing.assert_allclose(refined(response, px), [(20.3, 15.8)], atol=1e-4)


def test_a_plateau_is_one_peak_at_its_middle() -> None:
    response = np.zeros((30, 30), np.float32)
    response[10:12, 14:16] = 5
    px, strength = peaks(response, 3, 10)
    assert (refined(response, px).tolist(), strength.tolist()) == ([[14.5, 10.5]], [5.0])
    response[20] = 3
    assert len(peaks(response, 3, 100)[0]) >= 4  # a ridge is more than one place


def test_uniqueness_is_that_of_a_slow_loop() -> None:
    light = np.random.default_rng(0).integers(0, 256, (24, 30), dtype=np.uint8)
    found = Uniqueness(reach=2)._rated(light).response
    half, values = CENTRE // 2, light.astype(float)

    def patch(x: int, y: int) -> np.ndarray:
        return values[y - half : y + half + 1, x - half : x + half + 1]

    for x, y in ((10, 9), (15, 14), (20, 12)):
        steps = [(dx, dy) for dx in (-2, 0, 2) for dy in (-2, 0, 2) if dx or dy]
        assert found[y, x] == pytest.approx(
            min(((patch(x, y) - patch(x + dx, y + dy)) ** 2).mean() for dx, dy in steps), rel=1e-4
        )
