"""The kernel as the paper has it, in a slow loop."""

import numpy as np
import pytest

from lookalike.index.asmk import AggregatedKernel
from lookalike.index.vocabulary import Vocabulary
from lookalike.types import Keypoints, LocalFeatures, Space

SPACE = Space("sift", "digest", 16, "cosine")


def rows_of(seed: int, n: int) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(n, 16)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def features(rows: np.ndarray) -> LocalFeatures:
    keypoints = Keypoints(np.zeros((len(rows), 2), np.float32), np.ones(len(rows), np.float32), (9, 9))
    return LocalFeatures(keypoints, rows)


def aggregated(words: Vocabulary, rows: np.ndarray, probes: int) -> dict[int, np.ndarray]:
    """By word, the signs of the sum of what lies above and below its medians."""
    sums: dict[int, np.ndarray] = {}
    for row in rows:
        for word in words.nearest(row[None], probes)[0].tolist():
            sums[word] = sums.get(word, 0) + words.projected(row[None], np.array([[word]]))[0, 0]
    return {word: np.where(total > 0, 1, -1) for word, total in sums.items()}


def test_scores_are_those_of_a_slow_loop() -> None:
    sets = [rows_of(seed, 40 + seed) for seed in range(12)]
    index = AggregatedKernel(probes=3, near=28, power=2.0).build(SPACE, rows_of(99, 2000), 2000 * 4)
    index.add(np.arange(12), [features(rows) for rows in sets])
    asked = np.concatenate([sets[3][:10], rows_of(55, 15)])
    kept = [aggregated(index.words, rows, 1) for rows in sets]
    mine = aggregated(index.words, asked, 3)
    scores = np.zeros(12)
    for at, theirs in enumerate(kept):
        for word in mine.keys() & theirs.keys():
            cosine = np.mean(mine[word] * theirs[word])
            rarity = np.log(12 / sum(word in words for words in kept)) + 0.1
            scores[at] += rarity**2 * cosine**2 if cosine >= 1 - 2 * 28 / 64 else 0
        scores[at] /= np.sqrt(len(theirs))
    hits = index.search(features(asked), 12)
    assert len(hits) > 3
    assert dict(zip(hits.ids.tolist(), hits.scores.tolist(), strict=True)) == pytest.approx(
        {at: score for at, score in enumerate(scores) if score > 0}, rel=1e-5
    )


def test_what_repeats_in_a_picture_is_one_entry() -> None:
    index = AggregatedKernel().build(SPACE, rows_of(99, 2000), 2000 * 4)
    once = rows_of(1, 5)
    index.add(np.array([1, 2]), [features(once), features(np.repeat(once, 30, axis=0))])
    assert index.columns.sizes[0] == index.columns.sizes[1] <= 5
    one, other = index.search(features(once), 2).scores
    assert one == pytest.approx(other)
