"""Votes as the paper counts them, in a slow loop."""

import numpy as np
import pytest

from lookalike.index.inverted import InvertedLists
from lookalike.index.vocabulary import BITS, vocabulary
from lookalike.types import Keypoints, LocalFeatures, Space

SPACE = Space("sift", "digest", 16, "cosine")


def rows_of(seed: int, n: int, dim: int = 16) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(n, dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def features(rows: np.ndarray) -> LocalFeatures:
    keypoints = Keypoints(np.zeros((len(rows), 2), np.float32), np.ones(len(rows), np.float32), (9, 9))
    return LocalFeatures(keypoints, rows)


def test_votes_are_those_of_a_slow_loop() -> None:
    sets = [rows_of(seed, 30 + seed) for seed in range(12)]
    made = InvertedLists(probes=3, near=26)
    index = made.build(SPACE, rows_of(99, 2000), 2000 * 4)
    index.add(np.arange(12), [features(rows) for rows in sets])
    asked = np.concatenate([sets[3][:10], rows_of(55, 15)])
    words = index.words
    own = [words.nearest(rows, 1)[:, 0] for rows in sets]
    seen = [sum(word in set(of.tolist()) for of in own) for word in range(len(words))]
    votes = np.zeros(12)
    for row in asked:
        best = np.zeros(12)
        for word in words.nearest(row[None], 3)[0]:
            mine = int(words.signatures(row[None], np.array([[word]]))[0, 0])
            for at, rows in enumerate(sets):
                for other in rows[own[at] == word]:
                    theirs = int(words.signatures(other[None], np.array([[word]]))[0, 0])
                    apart = (mine ^ theirs).bit_count()
                    if apart <= 26:
                        rarity = np.log(12 / seen[word]) + 0.1
                        best[at] = max(best[at], np.exp(-((apart / 16) ** 2)) * rarity**2)
        votes += best / np.sqrt(max((best > 0).sum(), 1))
    hits = index.search(features(asked), 12)
    assert dict(zip(hits.ids.tolist(), hits.scores.tolist(), strict=True)) == pytest.approx(
        {at: vote for at, vote in enumerate(votes) if vote > 0}, rel=1e-5
    )


@pytest.mark.parametrize("n", [0, 1, 39, 500, 60_000])
def test_a_vocabulary_has_as_many_words_as_its_sample_can_teach(n: int) -> None:
    words = vocabulary(rows_of(0, n), 1500)
    assert 1 <= len(words) <= max(1, min(1600, n // 40))
    nearest = words.nearest(rows_of(1, 50), 4)
    assert nearest.shape == (50, min(4, len(words)))
    assert (nearest >= 0).all()
    assert (nearest < len(words)).all()


@pytest.mark.parametrize("dim", [16, 15])
def test_a_tree_of_words_finds_nearly_the_nearest(dim: int) -> None:
    words, asked = vocabulary(rows_of(0, 60_000, dim), 1500), rows_of(1, 2500, dim)
    assert (len(words.codebook) > 0) == (dim % 2 == 0)
    exact = (asked @ words.words.T - 0.5 * np.square(words.words).sum(axis=1)).argmax(axis=1)
    assert np.mean(words.nearest(asked, 1)[:, 0] == exact) > 0.8


def test_few_words_are_compared_with_all() -> None:
    sample = np.random.default_rng(2).normal(size=(4000, 32)).astype(np.float32)
    words = vocabulary(sample, 90)
    assert len(words.branches) == 1
    distances = np.linalg.norm(sample[:700, None] - words.words, axis=2)
    np.testing.assert_array_equal(words.nearest(sample[:700], 3), np.argsort(distances, axis=1)[:, :3])


def test_signatures_halve_the_features_of_a_word() -> None:
    rows = rows_of(0, 4000, 128)
    words = vocabulary(rows, 20)
    nearest = words.nearest(rows, 1)
    signatures = words.signatures(rows, nearest)
    largest = np.bincount(nearest[:, 0]).argmax()
    bits = np.unpackbits(signatures[nearest == largest][:, None].view(np.uint8), axis=1)
    assert bits.shape[1] == BITS
    assert abs(bits.mean(axis=0) - 0.5).max() < 0.05
