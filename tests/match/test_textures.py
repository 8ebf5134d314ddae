"""Repeated textures, noise and nothing: what looks the same all over proves nothing, and no one fails over it."""

from __future__ import annotations

from itertools import combinations

import cv2
import numpy as np
import pytest

from lookalike.local import EXTRACTORS
from lookalike.local.mirror import mirrored
from lookalike.match.match.nearest import Nearest
from lookalike.match.verify.epipolar import Epipolar
from lookalike.match.verify.match_and_verify import related
from lookalike.match.verify.planar import Planar
from lookalike.protocols import Verifier
from lookalike.types import LocalFeatures, Picture, Pixels

WORDS = (
    *("lorem", "ipsum", "dolor", "sit", "amet", "consectetur", "adipiscing", "elit", "sed", "do", "eiusmod"),
    *("tempor", "incididunt", "ut", "labore", "et", "dolore", "magna"),
)


def coloured(light: np.ndarray) -> Pixels:
    return np.ascontiguousarray(np.repeat(np.clip(light, 0, 255).astype(np.uint8)[..., None], 3, axis=2))


def checkerboard(square: int, seed: int) -> Pixels:
    return coloured(
        (np.indices((300, 400)) // square).sum(axis=0) % 2 * 200 + np.random.default_rng(seed).normal(20, 3, (300, 400))
    )


def bricks(height: int, seed: int) -> Pixels:
    """A wall: rows of bricks of much the same light, mortar between."""
    rng = np.random.default_rng(seed)
    wall = np.full((300, 400), 190.0)
    for row, top in enumerate(range(0, 300, height)):
        for left in range(-height * (row % 2), 400, 2 * height):
            wall[top : top + height - 3, max(left, 0) : max(left + 2 * height - 3, 0)] = 110 + rng.normal(0, 6)
    return coloured(wall + rng.normal(0, 4, wall.shape))


def text(seed: int) -> Pixels:
    """A page of lines in one hand: the same letters in other order."""
    rng = np.random.default_rng(seed)
    page = np.full((300, 400, 3), 255, np.uint8)
    for line in range(12):
        cv2.putText(
            page,
            " ".join(rng.choice(WORDS, 7)),
            (8, 24 + 23 * line),
            cv2.FONT_HERSHEY_SIMPLEX,
            0.45,
            (0, 0, 0),
            1,
            cv2.LINE_AA,
        )
    return page


def stripes(seed: int) -> Pixels:
    x = np.arange(400)[None] + np.zeros((300, 1))
    return coloured(128 + 90 * np.sin(x / 5) + np.random.default_rng(seed).normal(0, 4, x.shape))


def dots(apart: int, seed: int) -> Pixels:
    y, x = np.mgrid[:300, :400]
    near = np.minimum(x % apart, apart - x % apart) ** 2 + np.minimum(y % apart, apart - y % apart) ** 2
    return coloured(60 + 150 * (near < 20) + np.random.default_rng(seed).normal(0, 4, near.shape))


def on_a_line(seed: int) -> Pixels:
    """Nothing but one row of marks."""
    picture = np.full((300, 400, 3), 128, np.uint8)
    for x in range(10, 390, 15):
        level = int(np.random.default_rng(x + 0 * seed).integers(0, 256))
        cv2.circle(picture, (x, 150), 4, (level, level, level), -1)
    return picture


PICTURES = {
    "checkerboard": checkerboard(20, 0),
    "other checkerboard": checkerboard(20, 1)[7:, 11:],
    "finer checkerboard": checkerboard(13, 2),
    "wall": bricks(20, 0),
    "other wall": bricks(20, 1),
    "finer wall": bricks(14, 2),
    "page": text(0),
    "other page": text(1),
    "third page": text(2),
    "stripes": stripes(0),
    "other stripes": stripes(1),
    "dots": dots(25, 0),
    "other dots": dots(25, 1)[5:, 9:],
    "noise": np.random.default_rng(0).integers(0, 256, (300, 400, 3), dtype=np.uint8),
    "other noise": np.random.default_rng(1).integers(0, 256, (300, 400, 3), dtype=np.uint8),
    "flat": np.full((300, 400, 3), 99, np.uint8),
    "one px": np.zeros((1, 1, 3), np.uint8),
    "strip": np.random.default_rng(2).integers(0, 256, (10, 20_000, 3), dtype=np.uint8),
    "on a line": on_a_line(0),
    "the same line": on_a_line(1),
}
VERIFIERS = (Planar(), Epipolar())


@pytest.fixture(scope="module", params=["sift", "orb", "akaze", "patch"])
def described(request: pytest.FixtureRequest) -> dict[str, tuple[LocalFeatures, LocalFeatures]]:
    """Features of each, and of its mirror image."""
    extractor = EXTRACTORS.make(request.param, {"max_keypoints": 500, "side": 400})
    found = {}
    for name, pixels in PICTURES.items():
        picture = Picture(pixels, (pixels.shape[1], pixels.shape[0]))
        features = extractor.extract(picture)
        found[name] = features, mirrored(extractor, picture, features)
    return found


@pytest.mark.parametrize("verifier", VERIFIERS, ids=lambda verifier: verifier.name)
def test_nothing_is_verified_by_repetition(
    described: dict[str, tuple[LocalFeatures, LocalFeatures]], verifier: Verifier
) -> None:
    found = {}
    for (name, (a, turned)), (other, (b, _)) in combinations(described.items(), 2):
        geometry = related(a, b, Nearest(), verifier, turned).geometry
        if geometry is not None:
            found[name, other] = (geometry.kind, int(geometry.inliers.sum()), geometry.nfa)
    assert found == {}
