"""Templates in small planes."""

from __future__ import annotations

import hashlib

import cv2
import numpy as np
import pytest
import skimage.data

from lookalike.search.ingest.grey_planes import PLANE
from lookalike.search.template.prefilter import Prefilter
from lookalike.types import Picture

SIZE = (640, 480)
NAMES = ("astronaut", "coffee", "chelsea", "rocket")


def picture(name: str, size: tuple[int, int] = SIZE) -> Picture:
    return Picture(np.asarray(cv2.resize(getattr(skimage.data, name)(), size, interpolation=cv2.INTER_AREA)), size)


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    return np.array([PLANE.plane(picture(name)).ravel() for name in NAMES])


IDS = np.arange(len(NAMES))
SIZES = dict.fromkeys(IDS.tolist(), SIZE)


def grey_part(name: str, x: int, y: int, width: int, height: int) -> np.ndarray:
    return cv2.cvtColor(picture(name).pixels[y : y + height, x : x + width], cv2.COLOR_RGB2GRAY)


def test_a_plane_is_the_mean_of_equal_cells() -> None:
    of = picture("coffee")
    grey = cv2.cvtColor(of.pixels, cv2.COLOR_RGB2GRAY).reshape(120, 4, 160, 4).astype(float)
    assert np.abs(PLANE.plane(of) - grey.mean(axis=(1, 3))).max() <= 1  # two roundings of grey
    assert PLANE.plane(picture("coffee", (480, 640))).shape == (160, 120)


def test_the_plane_of_a_photo_is_what_libraries_hold() -> None:
    pixels = skimage.data.astronaut()
    held = PLANE.plane(Picture(pixels, (512, 512)))
    assert hashlib.sha256(held.tobytes()).hexdigest()[:16] == "5362e598d280bfd0"


@pytest.mark.parametrize("box", [(301, 203, 48, 48), (102, 57, 64, 128), (250, 99, 200, 150)])
def test_a_part_in_other_light_is_seen_in_its_picture_before_others(rows: np.ndarray, box: tuple[int, ...]) -> None:
    part = np.clip(grey_part("coffee", *box) * 0.7 + 30, 0, 255).astype(np.uint8)
    seen = {one.id: one.score for one in Prefilter(part, PLANE).glimpses(IDS, rows, SIZES)}
    assert max(seen, key=seen.__getitem__) == NAMES.index("coffee")
    assert seen[NAMES.index("coffee")] > 0.9


def test_scores_are_those_of_a_slow_loop_over_windows(rows: np.ndarray) -> None:
    """The template lies on the cells of the plane: the best window is found at once, and no other is better."""
    part = grey_part("chelsea", 200, 120, 48, 48)
    (one,) = (each for each in Prefilter(part, PLANE, halvings=0).glimpses(IDS, rows, SIZES) if each.id == 2)
    plane = rows[2].reshape(120, 160).astype(float)
    best = -1.0
    for y in (0, 2):
        for x in (0, 2):
            cells = part[y : y + 44, x : x + 44].reshape(11, 4, 11, 4).mean(axis=(1, 3))
            for top in range(20, 50):
                for left in range(40, 70):
                    best = max(
                        best, float(np.corrcoef(cells.ravel(), plane[top : top + 11, left : left + 11].ravel())[0, 1])
                    )
    assert one.score == pytest.approx(best, abs=1e-3)


def test_what_is_not_in_the_mask_counts_neither_in_the_template_nor_in_the_picture(rows: np.ndarray) -> None:
    """As a slow loop over windows says that compares the cells inside of an ellipse."""
    part = grey_part("chelsea", 200, 120, 64, 48)
    inside = cv2.ellipse(np.zeros(part.shape, np.uint8), (32, 24), (31, 23), 0, 0, 360, 1, -1).astype(bool)
    other = np.where(inside, part, np.random.default_rng(0).integers(0, 256, part.shape)).astype(np.uint8)
    glimpsers = (Prefilter(template, PLANE, mask=inside, halvings=0) for template in (part, other))
    one, same = ({each.id: each.score for each in prefilter.glimpses(IDS, rows, SIZES)} for prefilter in glimpsers)
    assert one == pytest.approx(same, abs=1e-6)
    plane, best = rows[2].reshape(120, 160).astype(float), -1.0
    for y in (0, 2):
        for x in (0, 2):
            cells = part[y : y + 44, x : x + 60].reshape(11, 4, 15, 4).mean(axis=(1, 3))
            whole = inside[y : y + 44, x : x + 60].reshape(11, 4, 15, 4).mean(axis=(1, 3)) >= 0.95
            for top in range(20, 45):
                for left in range(40, 65):
                    window = plane[top : top + 11, left : left + 15][whole]
                    best = max(best, float(np.corrcoef(cells[whole], window)[0, 1]))
    assert one[2] == pytest.approx(best, abs=1e-3)


def test_a_mask_that_leaves_too_few_cells_leaves_nothing_to_see(rows: np.ndarray) -> None:
    line = np.zeros((64, 64), bool)
    line[30:34] = True
    assert Prefilter(grey_part("coffee", 250, 99, 64, 64), PLANE, mask=line).glimpses(IDS, rows, SIZES) == []


def test_each_size_of_picture_has_cells_of_its_own() -> None:
    sizes = {5: (320, 240), 6: (480, 640)}
    rows = np.array([PLANE.plane(picture("coffee", size)).ravel() for size in sizes.values()])
    part = picture("coffee", (320, 240)).pixels[100:148, 150:198]
    seen = Prefilter(cv2.cvtColor(part, cv2.COLOR_RGB2GRAY), PLANE).glimpses(np.array([5, 6]), rows, sizes)
    scores = {one.id: one.score for one in seen}
    assert scores[5] > 0.97 > scores[6]


def test_a_part_seen_larger_is_found_at_its_size(rows: np.ndarray) -> None:
    part = cv2.resize(grey_part("coffee", 250, 99, 120, 96), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    found = Prefilter(part, PLANE, (1.0, 1.41, 2.0, 2.83)).glimpses(IDS, rows, SIZES)
    best = max(found, key=lambda one: one.score)
    assert (best.id, best.scale) == (NAMES.index("coffee"), 2.0)
    assert best.score > 0.95


def test_it_is_not_seen_where_it_is_too_small_or_larger_than_the_picture(rows: np.ndarray) -> None:
    too_small = Prefilter(np.arange(12 * 15, dtype=np.uint8).reshape(12, 15), PLANE)
    assert too_small.glimpses(IDS, rows, SIZES) == []
    assert Prefilter(np.zeros((500, 100), np.uint8), PLANE).glimpses(IDS, rows, SIZES) == []


def test_an_even_template_has_nothing_in_common_with_anything(rows: np.ndarray) -> None:
    seen = Prefilter(np.full((60, 60), 77, np.uint8), PLANE).glimpses(IDS, rows, SIZES)
    assert [one.score for one in seen] == [0.0] * 4


def test_even_pictures_look_like_nothing() -> None:
    even = np.full((1, 120 * 160), 200, np.uint8)
    (one,) = Prefilter(grey_part("coffee", 301, 203, 48, 48), PLANE).glimpses(np.array([0]), even, SIZES)
    assert abs(one.score) < 0.01


def test_fine_detail_is_looked_for_in_whole_planes() -> None:
    """Stripes of 8 px: nothing is left of them in cells of that size."""
    stripes = np.tile(np.repeat(np.array([0, 255], np.uint8), 4), (64, 8))
    (patterns,) = Prefilter(stripes, PLANE).patterns(SIZE)
    assert patterns.halvings == 0
    (coarse,) = Prefilter(grey_part("coffee", 250, 99, 64, 64), PLANE).patterns(SIZE)
    assert coarse.halvings == 1
