"""Pictures that geometry can say nothing of, or too much: the engine has an answer, and proves nothing of strangers."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

import lookalike
from lookalike import Library
from lookalike.search.ranking.relation import RelationClassifier, Seen
from lookalike.types import Pixels

SIZE = (240, 320)


def grey(light: np.ndarray) -> Pixels:
    return np.ascontiguousarray(np.repeat(np.clip(light, 0, 255).astype(np.uint8)[..., None], 3, axis=2))


def blobs(places: list[tuple[int, int]], size: int, level: int) -> Pixels:
    """Discs on even ground, each a keypoint or two."""
    picture = np.full(SIZE, 128, np.uint8)
    for x, y in places:
        cv2.circle(picture, (x, y), size, level, -1, cv2.LINE_AA)
    return grey(cv2.GaussianBlur(picture, (0, 0), 1.5))


def wall(seed: int, brick: int, shift: int) -> Pixels:
    """Rows of bricks of much the same light, mortar between."""
    rng = np.random.default_rng(seed)
    light = np.full((SIZE[0] + 40, SIZE[1] + 40), 185.0)
    for row, top in enumerate(range(0, light.shape[0], brick)):
        for left in range(-brick * (row % 2), light.shape[1], 2 * brick):
            light[top : top + brick - 3, max(left, 0) : max(left + 2 * brick - 3, 0)] = 110 + rng.normal(0, 9)
    light += rng.normal(0, 5, light.shape)
    return grey(light[shift : shift + SIZE[0], shift : shift + SIZE[1]])


def noise(seed: int, shape: tuple[int, ...] = SIZE) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, (*shape, 3), dtype=np.uint8)


PICTURES = {
    "flat": grey(np.full(SIZE, 128)),
    "one px": np.full((1, 1, 3), 7, np.uint8),
    "strip": noise(0, (10, 20_000)),
    "tower": noise(1, (20_000, 10)),
    "one keypoint": blobs([(160, 120)], 6, 250),
    "another keypoint": blobs([(90, 70)], 9, 20),
    "on a line": blobs([(x, 120) for x in range(20, 310, 24)], 5, 240),
    "on a longer line": blobs([(x, 60) for x in range(10, 315, 17)], 4, 30),
    "noise": noise(2),
    "other noise": noise(3),
    "wall": wall(4, 20, 0),
    "other wall": wall(5, 20, 11),
    "finer wall": wall(6, 14, 5),
    "checkerboard": grey(np.indices(SIZE).sum(axis=0) // 20 % 2 * 200 + np.random.default_rng(7).normal(20, 3, SIZE)),
    "stripes": grey(128 + 90 * np.sin(np.indices(SIZE)[1] / 5) + np.random.default_rng(8).normal(0, 4, SIZE)),
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    scratch = tmp_path_factory.mktemp("odd")
    (scratch / "pictures").mkdir()
    for name, pixels in PICTURES.items():
        Image.fromarray(pixels).save(scratch / "pictures" / f"{name}.png")
    with lookalike.open(scratch / "library") as opened:
        report = opened.index(scratch / "pictures", describers=["phash", "histogram"])
        assert (report.added, report.failed) == (len(PICTURES), 0)
        yield opened


@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_finds_itself_and_proves_nothing_else(library: Library, name: str) -> None:
    answers = library.search(PICTURES[name], k=len(PICTURES))
    proved = {Path(a.record.path).stem: a.relation for a in answers if a.relation != "similar"}
    assert proved == {name: "identical"}


@pytest.mark.parametrize("name", PICTURES)
def test_an_edited_one_is_answered_and_no_stranger_is_proved(library: Library, name: str) -> None:
    turned = np.ascontiguousarray(PICTURES[name][::-1])
    for asked in (turned, turned[: max(1, len(turned) // 3)]):
        answers = library.search(asked, k=len(PICTURES))
        assert len(answers) == len(PICTURES)
        strangers = {Path(a.record.path).stem for a in answers if a.relation in ("copy", "scene")} - {name}
        assert strangers == set()


def test_groups_are_of_nothing(library: Library) -> None:
    assert library.dupes("copy") == []
    assert library.dupes("scene") == []


def test_no_two_are_related_and_comparing_them_says_so(library: Library) -> None:
    names = ("flat", "one px", "strip", "one keypoint", "on a line", "wall")
    for a, b in combinations(names, 2):
        found = lookalike.compare(PICTURES[a], PICTURES[b], describers=["phash"])
        assert (found.relation, found.evidence) == ("similar", None)


def test_what_nothing_is_found_in_has_no_evidence() -> None:
    classifier = RelationClassifier()
    for name in ("flat", "one px"):
        picture = lookalike.types.Picture(PICTURES[name], PICTURES[name].shape[1::-1])
        features = classifier.extract(picture)
        assert len(features) == 0
        assert classifier.relate(Seen.of(picture), features, Seen.of(picture)) is None
