"""Re-rankers: what is near what is found rises; each agrees with a slow loop, or with its limit."""

from __future__ import annotations

import numpy as np
import pytest

from lookalike.search.ranking.rerank import RERANKERS
from lookalike.search.ranking.rerank.augmentation import Augmentation
from lookalike.search.ranking.rerank.diffusion import Diffusion
from lookalike.search.ranking.rerank.expansion import AlphaExpansion, AverageExpansion
from lookalike.search.ranking.rerank.k_reciprocal import KReciprocal


def two_groups(size: int = 12) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The question sees a few of its group well, the others no better than strangers; members are like each other."""
    rng = np.random.default_rng(0)
    group = np.arange(2 * size) < size
    likeness = np.where(group[:, None] == group[None], 0.6, 0.2) + 0.05 * rng.random((2 * size, 2 * size))
    likeness = ((likeness + likeness.T) / 2).astype(np.float32)
    np.fill_diagonal(likeness, 1)
    asked = (0.2 + 0.1 * rng.random(2 * size)).astype(np.float32)
    asked[:4] = 0.5
    return asked, likeness, group


@pytest.mark.parametrize("name", list(RERANKERS))
def test_a_group_is_found_by_those_of_it_that_are_found(name: str) -> None:
    asked, likeness, group = two_groups()
    assert group[np.argsort(-asked)[: group.sum()]].mean() < 0.8
    before = asked.copy(), likeness.copy()
    scores = RERANKERS.make(name).rerank(asked, likeness)
    assert scores.shape == asked.shape
    assert scores.dtype == np.float32
    assert np.isfinite(scores).all()
    assert group[np.argsort(-scores, kind="stable")[: group.sum()]].mean() > 0.9
    assert (asked == before[0]).all()
    assert (likeness == before[1]).all()


@pytest.mark.parametrize("name", list(RERANKERS))
@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_candidates_and_unlike_ones_are_no_trouble(name: str, count: int) -> None:
    reranker = RERANKERS.make(name)
    assert np.isfinite(reranker.rerank(np.zeros(count, np.float32), np.eye(count, dtype=np.float32))).all()


@pytest.mark.parametrize("name", list(RERANKERS))
def test_each_names_its_paper_and_its_cost(name: str) -> None:
    reranker = RERANKERS.make(name)
    assert reranker.name == name
    assert any(year in reranker.source for year in ("2003", "2007", "2009", "2017", "2019"))
    assert "n" in reranker.cost


def test_expansions_are_means_of_rows() -> None:
    asked, likeness, _ = two_groups()
    best = sorted(range(len(asked)), key=lambda at: -asked[at])[:3]
    mean = [(asked[x] + sum(likeness[b, x] for b in best)) / 4 for x in range(len(asked))]
    assert AverageExpansion(3).rerank(asked, likeness) == pytest.approx(mean, abs=1e-6)
    powers = [asked[b] ** 2 for b in best]
    pairs = list(zip(powers, best, strict=True))
    weighed = [(asked[x] + sum(w * likeness[b, x] for w, b in pairs)) / (1 + sum(powers)) for x in range(len(asked))]
    assert AlphaExpansion(3, 2.0).rerank(asked, likeness) == pytest.approx(weighed, abs=1e-6)


def test_augmentation_is_a_mean_over_neighbours() -> None:
    asked, likeness, _ = two_groups()
    told = Augmentation(2, 1.0).rerank(asked, likeness)
    for x in range(len(asked)):
        near = sorted((y for y in range(len(asked)) if y != x), key=lambda y: -likeness[x, y])[:2]
        total = asked[x] + sum(likeness[x, y] * asked[y] for y in near)
        assert told[x] == pytest.approx(total / (1 + sum(likeness[x, y] for y in near)), abs=1e-6)


def test_diffusion_is_the_limit_of_its_steps() -> None:
    asked, likeness, _ = two_groups()
    made = Diffusion(neighbours=5, keep=0.8, power=2.0)
    n = len(asked)
    near = np.zeros((n, n), bool)
    for x in range(n):
        for y in sorted((y for y in range(n) if y != x), key=lambda y: -likeness[x, y])[:5]:
            near[x, y] = True
    affinity = np.where(near & near.T, likeness.astype(np.float64) ** 2, 0)
    degrees = np.maximum(affinity.sum(axis=1), 1e-12) ** 0.5
    start = np.zeros(n)
    for x in sorted(range(n), key=lambda x: -asked[x])[:5]:
        start[x] = float(asked[x]) ** 2
    flown = start.copy()
    for _ in range(400):
        flown = 0.8 * (affinity / degrees[:, None] / degrees[None]) @ flown + start
    assert made.rerank(asked, likeness) == pytest.approx(flown / flown.max() + 1e-3 * asked, abs=1e-5)


def test_mutual_neighbours_overlap_as_sets_do() -> None:
    """With one step and one neighbour to average, by sets and loops."""
    asked, likeness, _ = two_groups(6)
    made = KReciprocal(neighbours=4, few=1, beside=0.0)
    n = len(asked) + 1
    whole = np.eye(n)
    whole[1:, 1:], whole[0, 1:], whole[1:, 0] = likeness, asked, asked
    np.fill_diagonal(whole, 1)
    order = [sorted(range(n), key=lambda y: -np.float32(whole[x, y])) for x in range(n)]

    def mutual(x: int, count: int) -> set[int]:
        return {y for y in order[x][: count + 1] if x in order[y][: count + 1]}

    rows = np.zeros((n, n))
    for x in range(n):
        joined = set(mutual(x, 4))
        for y in mutual(x, 4):
            if len(mutual(y, 2) & mutual(x, 4)) > 2 / 3 * len(mutual(y, 2)):
                joined |= mutual(y, 2)
        for y in joined:
            rows[x, y] = np.exp(whole[x, y] - 1)
        rows[x] /= rows[x].sum()
    expected = [np.minimum(rows[0], row).sum() / np.maximum(rows[0], row).sum() for row in rows[1:]]
    assert made.rerank(asked, likeness) == pytest.approx(expected, abs=1e-5)
