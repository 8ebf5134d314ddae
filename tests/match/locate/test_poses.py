"""Turned and resized templates are found where, as large and as turned as they were put there."""

import math
import tracemalloc

import cv2
import numpy as np
import pytest
import skimage.data

from lookalike.errors import BadPicture, BadQuery
from lookalike.match.locate import pose_sweep
from lookalike.match.locate.planes import planes
from lookalike.match.locate.pose_refinement import Halvings, Pose, sheets
from lookalike.match.locate.pose_sweep import Guess, Sweep
from lookalike.match.locate.poses import Poses
from lookalike.match.locate.presence import CLEAR
from lookalike.types import Picture

SIZE = (320, 240)
PHOTO = cv2.resize(skimage.data.astronaut(), (700, 700))


def picture(pixels):
    pixels = np.repeat(pixels[:, :, None], 3, axis=2) if pixels.ndim == 2 else pixels
    return Picture(np.ascontiguousarray(pixels), pixels.shape[1::-1])


def scene(scale, angle, middle=(150.0, 110.0)):
    """A part of a photo, and the photo warped so that the part lies at `middle`, in other light and with noise."""
    photo = PHOTO
    part = photo[60:130, 270:360]
    turn = scale * np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    shift = np.array(middle) - 0.5 - turn @ (np.array([315.0, 95.0]) - 0.5)
    blurred = cv2.GaussianBlur(photo, (0, 0), 0.5 * math.sqrt(1 / scale**2 - 1)) if scale < 1 else photo
    seen = cv2.warpAffine(blurred, np.hstack([turn, shift[:, None]]), SIZE, flags=cv2.INTER_CUBIC)
    noisy = 0.7 * seen + 25 + np.random.default_rng(0).normal(0, 5, seen.shape)
    return picture(part), picture(np.clip(np.rint(noisy), 0, 255).astype(np.uint8))


@pytest.mark.parametrize(("scale", "degrees"), [(1.0, 0), (0.7, 33), (1.4, -120), (0.9, 179)])
def test_place_size_and_turn_are_found_to_fractions(scale, degrees):
    template, image = scene(scale, math.radians(degrees))
    found = Poses(threads=1).locate(template, image)
    place = found.placements[0]
    x, y, width, height = place.box
    np.testing.assert_allclose([x + width / 2, y + height / 2], [150, 110], atol=0.3)
    assert place.scale == pytest.approx(scale, rel=0.01)
    assert math.remainder(place.angle - math.radians(degrees), 2 * math.pi) == pytest.approx(0, abs=0.01)
    assert (width, height) == pytest.approx((90 * place.scale, 70 * place.scale))
    assert place.score > 0.9
    assert place.detail > CLEAR
    assert found.response.shape == SIZE[::-1]


@pytest.mark.parametrize(("low", "high", "degrees"), [(-170, 170, 100), (0, 270, 200), (150, 200, -170)])
def test_a_wide_range_of_angles_is_allowed_whole(low, high, degrees):
    template, image = scene(1.0, math.radians(degrees))
    place = Poses(smallest=0.9, largest=1.1, least_angle=low, most_angle=high).locate(template, image).placements[0]
    assert math.remainder(place.angle - math.radians(degrees), 2 * math.pi) == pytest.approx(0, abs=0.01)


def test_every_guess_is_made_to_fit_in_the_smallest_sheet_first():
    """Poses of small scales have one sheet fewer: the largest."""
    template = np.random.default_rng(0).uniform(0, 255, (200, 200)).astype(np.float32)
    all_sizes = sheets(template, np.ones((200, 200), bool))
    image = Halvings.of(cv2.resize(template, (220, 220)))
    guesses = [Guess(Pose(112.0, 109.0, scale, 0.02), 0.99) for scale in (0.5, 1.05)]
    fitted = Poses()._fitted(all_sizes, image, guesses, 1)
    assert len(fitted) == 1
    assert fitted[0][0].scale == pytest.approx(1.1, abs=0.02)


def test_a_template_that_no_pose_brings_inside_is_refused():
    with pytest.raises(BadQuery, match="allow smaller ones"):
        Poses(smallest=0.5, largest=1).locate(picture(PHOTO[:10, :700]), picture(PHOTO[:100, :100]))


def test_threads_change_nothing():
    template, image = scene(0.7, 0.6)
    alone = Poses(threads=1).locate(template, image)
    for _ in range(20):
        together = Poses(threads=8).locate(template, image)
        np.testing.assert_array_equal(together.response, alone.response)
        assert together.placements == alone.placements


def test_what_is_not_there_has_no_detail_in_common():
    _, image = scene(1.0, 0.5)
    found = Poses(threads=1).locate(picture(skimage.data.chelsea()[100:180, 130:220]), image)
    assert found.placements[0].detail < CLEAR


def test_only_the_sizes_and_turns_that_are_allowed_are_found():
    template, image = scene(0.8, math.radians(60))
    inside = Poses(0.7, 0.9, 50, 70, threads=1).locate(template, image).placements[0]
    assert math.degrees(inside.angle) == pytest.approx(60, abs=1)
    for limits in ((0.7, 0.9, -20, 20), (1.2, 1.5, 50, 70)):
        outside = Poses(*limits, threads=1).locate(template, image).placements
        assert all(one.score < inside.score - 0.1 for one in outside)
        assert all(limits[0] - 0.01 <= one.scale <= limits[1] + 0.01 for one in outside)


def test_only_what_is_in_the_mask_counts():
    template, image = scene(0.8, math.radians(20))
    spoilt = template.pixels.copy()
    spoilt[:, 60:] = 0
    mask = np.ones(spoilt.shape[:2], bool)
    mask[:, 60:] = False
    engine = Poses(0.7, 0.9, 0, 40, threads=1)
    masked, whole = (engine.locate(picture(spoilt), image, mask=only).placements[0] for only in (mask, None))
    assert masked.score > 0.97 > whole.score
    assert math.degrees(masked.angle) == pytest.approx(20, abs=0.7)


def test_the_sweep_scores_as_a_slow_loop_does():
    generator = np.random.default_rng(0)
    image = cv2.GaussianBlur(generator.normal(128, 60, (40, 50)).astype(np.float32), (0, 0), 1)
    template, mask = image[10:22, 20:36].copy(), np.ones((12, 16), np.float32)
    sought, covered, searched = map(Halvings.of, (template, mask, image))
    swept = Sweep(sought, covered, searched, (1.0, 1.0), (0.0, 0.0)).seen(3, 1)
    best = swept.guesses[0]
    assert (best.pose.scale, best.pose.angle) == (1.0, 0.0)
    assert abs(best.pose.x - 28) <= 0.5
    assert abs(best.pose.y - 16) <= 0.5
    sheet = sheets(template, mask > 0)[0]
    for x, y in ((28.0, 16.0), (15.0, 20.0), (30.0, 21.0)):
        window = image[int(y) - 6 : int(y) + 6, int(x) - 8 : int(x) + 8]
        expected = np.corrcoef(window.ravel(), template.ravel())[0, 1]
        assert sheet.score(Halvings.of(image), Pose(x, y, 1.0, 0.0)) == pytest.approx(expected, abs=1e-5)


def test_several_copies_are_all_found():
    template, image = scene(0.6, 0.3, (80.0, 60.0))
    _, other = scene(0.6, -0.9, (230.0, 170.0))
    both = np.where((np.arange(SIZE[0]) < 155)[None, :, None], image.pixels, other.pixels)
    found = Poses(0.5, 0.75, -90, 90, threads=1).locate(template, picture(both), k=2).placements
    turns = sorted(one.angle for one in found)
    np.testing.assert_allclose(turns, [-0.9, 0.3], atol=0.02)


@pytest.mark.parametrize("kind", ["flat template", "flat image", "1x1"])
def test_where_there_is_nothing_to_compare_nothing_is_found(kind):
    template, image = scene(1.0, 0.0)
    template = {
        "flat template": picture(np.full((20, 30), 7, np.uint8)),
        "1x1": picture(np.full((1, 1), 7, np.uint8)),
    }.get(kind, template)
    image = picture(np.full((240, 320), 99, np.uint8)) if kind == "flat image" else image
    found = Poses(0.9, 1.1, 0, 10, threads=1).locate(template, image)
    assert all(np.isfinite(one.score) and one.score <= 0.01 for one in found.placements)


def test_ranges_that_make_no_sense_and_templates_too_large_are_refused():
    for wrong in ({"smallest": 2.0, "largest": 1.0}, {"smallest": 0.0}, {"least_angle": 10.0, "most_angle": 0.0}):
        with pytest.raises(ValueError, match="go"):
            Poses(**wrong)
    template, image = scene(1.0, 0.0)
    with pytest.raises(BadQuery, match="allow smaller ones"):
        Poses(5, 6, threads=1).locate(template, image)
    with pytest.raises(BadQuery, match="mask is empty"):
        Poses(threads=1).locate(template, image, mask=np.zeros((70, 90), bool))


def test_a_search_of_a_large_picture_holds_one_map_of_it():
    coarse = np.random.default_rng(0).integers(0, 256, (240, 320, 3), dtype=np.uint8)
    image = picture(cv2.resize(coarse, (3200, 2400), interpolation=cv2.INTER_CUBIC))
    template = picture(image.pixels[400:500, 600:700])
    tracemalloc.start()
    try:
        assert Poses(0.8, 1.25, 0, 0, threads=1).locate(template, image).placements[0].score > 0.99
        assert tracemalloc.get_traced_memory()[1] < 17 * 3200 * 2400  # bytes; of which a plane or a map is 4 a px
    finally:
        tracemalloc.stop()


def test_a_sweep_in_parts_is_a_sweep_of_the_whole(monkeypatch):
    template, image = (planes(each, False)[:, :, 0].astype(np.float32) for each in scene(0.8, 0.4))
    halved = [Halvings.of(each) for each in (template, np.ones_like(template), image)]
    sweep = Sweep(halved[0], halved[1], halved[2], (0.3, 1.0), (0.0, 1.0))
    whole = sweep.seen(20, 1)
    monkeypatch.setattr(pose_sweep, "LEAST_TILE", 1)
    parts = sweep.seen(20, 1)
    assert parts.count == whole.count > 0
    assert [guess.pose for guess in parts.guesses] == [guess.pose for guess in whole.guesses]
    np.testing.assert_allclose(parts.map(), whole.map(), atol=1e-4)


def test_a_sweep_beyond_its_memory_is_too_large_and_one_near_it_has_fewer_threads(monkeypatch):
    template, image = scene(0.8, 0.4)
    whole = Poses(0.3, 1.0, 0, 30, threads=2).locate(template, image)
    monkeypatch.setattr(pose_sweep, "MEMORY", 27 * image.pixels.shape[0] * image.pixels.shape[1])
    assert Poses(0.3, 1.0, 0, 30, threads=2).locate(template, image).placements == whole.placements
    monkeypatch.setattr(pose_sweep, "MEMORY", 1000)
    with pytest.raises(BadPicture, match=r"too_large.*90 x 70 px.*make both smaller"):
        Poses(0.3, 1.0, 0, 30, threads=2).locate(template, image)


def test_a_template_that_never_fits_costs_nothing():
    image = picture(np.random.default_rng(0).integers(0, 256, (3, 40_000, 3), dtype=np.uint8))
    tracemalloc.start()
    try:
        with pytest.raises(BadQuery, match="at no scale"):
            Poses(0.5, 2, 0, 0, threads=1).locate(picture(PHOTO[:200, :300]), image)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()
