from __future__ import annotations

import numpy as np
import pytest

from lookalike.local.sift import Sift
from lookalike.match import MATCHERS
from lookalike.match.match.graph import Spectral, affinity, principal
from lookalike.match.match.nearest import Nearest
from lookalike.match.verify.frames import of_matches
from lookalike.pixels.augment import edit
from lookalike.types import Keypoints, LocalFeatures, Matches, Picture


@pytest.fixture(scope="module")
def copy(photos: list[Picture]) -> tuple[LocalFeatures, LocalFeatures, np.ndarray]:
    """An edited copy, its original, and the transform."""
    sift = Sift(side=400, max_keypoints=1500)  # GMS needs many
    made = edit("rotation", photos[3].pixels, 1, photos[0].pixels)
    picture = Picture(made.pixels, (made.pixels.shape[1], made.pixels.shape[0]))
    return sift.extract(picture), sift.extract(photos[3]), made.transform


def right(a: LocalFeatures, b: LocalFeatures, matches: Matches, transform: np.ndarray) -> np.ndarray:
    ends = np.column_stack([a.keypoints.xy[matches.pairs[:, 0]], np.ones(len(matches))]) @ transform.T
    return np.linalg.norm(ends[:, :2] - b.keypoints.xy[matches.pairs[:, 1]], axis=1) < 4


@pytest.mark.parametrize("name", ["spectral", "gms"])
def test_a_graph_keeps_right_matches_and_drops_wrong_ones(
    name: str, copy: tuple[LocalFeatures, LocalFeatures, np.ndarray]
) -> None:
    a, b, transform = copy
    candidates = Nearest(ratio=0.999).match(a, b)
    matches = MATCHERS.make(name).match(a, b)
    before, after = right(a, b, candidates, transform), right(a, b, matches, transform)
    assert after.mean() > max(0.9, before.mean())
    assert after.sum() > 0.6 * before.sum()
    assert len(np.unique(matches.pairs[:, 0])) == len(np.unique(matches.pairs[:, 1])) == len(matches)
    assert (np.diff(matches.scores) <= 1e-6).all()


def test_the_vector_is_the_principal_one_of_numpy() -> None:
    graph = np.random.default_rng(0).uniform(size=(30, 30))
    graph = graph + graph.T
    np.fill_diagonal(graph, 0)
    vector = np.abs(np.linalg.eigh(graph)[1][:, -1])
    np.testing.assert_allclose(principal(graph), vector / vector.max(), atol=1e-6)


def test_affinity_is_that_of_a_slow_loop(copy: tuple[LocalFeatures, LocalFeatures, np.ndarray]) -> None:
    a, b, _ = copy
    matches = Nearest(ratio=0.9).match(a, b)[:12]
    ours, theirs = of_matches(a, b, matches)
    graph = affinity(ours, theirs, 0.15)

    def foretells(i: int, j: int) -> float:
        turn = np.angle(complex(*theirs.heading[i]) / complex(*ours.heading[i]))  # type: ignore[index]
        grown = 2 ** (theirs.log_scale[i] - ours.log_scale[i])  # type: ignore[index]
        foretold = grown * np.exp(1j * turn) * complex(*(ours.at[j] - ours.at[i]))
        seen = complex(*(theirs.at[j] - theirs.at[i]))
        return float(2 ** -((abs(foretold - seen) / max(min(abs(foretold), abs(seen)), 1e-9) / 0.15) ** 2))

    for i in range(12):
        for j in range(12):
            expected = 0 if i == j else min(foretells(i, j), foretells(j, i))
            assert graph[i, j] == pytest.approx(expected if expected > 1e-6 else 0, abs=1e-9)


def test_without_poses_distances_decide() -> None:
    rng = np.random.default_rng(0)
    xy = rng.uniform(50, 400, (60, 2)).astype(np.float32)
    turned = (xy @ np.array([[0.8, -0.6], [0.6, 0.8]], np.float32) + 60).astype(np.float32)
    turned[40:] = rng.uniform(50, 400, (20, 2))
    rows = np.eye(60, dtype=np.float32)
    a, b = (LocalFeatures(Keypoints(places, np.ones(60, np.float32), (640, 480)), rows) for places in (xy, turned))
    matches = Spectral(bend=0.05).match(a, b)
    assert set(matches.pairs[:40, 0].tolist()) == set(range(40))
    assert matches.scores[40:].max(initial=0) < 0.5
