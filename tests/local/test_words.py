from __future__ import annotations

import numpy as np
import pytest

from lookalike.local.words import centres, nearest


def heaps(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """(600, 8) rows in six heaps far from each other, and the heap of each."""
    rng = np.random.default_rng(seed)
    of = rng.integers(6, size=600)
    return (rng.normal(size=(6, 8))[of] * 20 + rng.normal(size=(600, 8))).astype(np.float32), of


def test_centres_of_heaps_are_their_means() -> None:
    rows, _ = heaps()
    words = centres(rows, 6)
    own = nearest(rows, words)
    means = np.array([rows[own == word].mean(axis=0) for word in range(6)])
    np.testing.assert_allclose(words, means, atol=0.05)
    np.testing.assert_array_equal(words, centres(rows, 6))


def test_the_nearest_word_is_the_one_at_the_least_distance() -> None:
    rng = np.random.default_rng(1)
    rows, words = rng.normal(size=(200, 8)).astype(np.float32), rng.normal(size=(30, 8)).astype(np.float32)
    distances = np.linalg.norm(rows[:, None] - words[None], axis=2)
    np.testing.assert_array_equal(nearest(rows, words), distances.argmin(axis=1))


@pytest.mark.parametrize("n", [0, 1, 6])
def test_too_few_rows_are_words_themselves(n: int) -> None:
    rows, _ = heaps()
    np.testing.assert_array_equal(centres(rows[:n], 6), rows[:n])
