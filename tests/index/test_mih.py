from __future__ import annotations

import numpy as np
import pytest

from lookalike.index.bits import bits_apart
from lookalike.index.mih import MultiIndexHashing
from lookalike.types import Space, Vectors


def near_copies(dim: int, n: int) -> Vectors:
    """Rows around 200 centres, up to a quarter of the bits apart."""
    chance = np.random.default_rng(0)
    centres = chance.random((200, dim)) < 0.5
    share = chance.uniform(0, 0.25, (n, 1))
    return np.packbits(centres[chance.integers(0, 200, n)] ^ (chance.random((n, dim)) < share), axis=1)


@pytest.mark.parametrize("dim", [8, 24, 64, 256])
@pytest.mark.parametrize("flips", [0, 3])
def test_the_answers_are_those_of_a_slow_loop(dim: int, flips: int) -> None:
    space = Space("space", "digest", dim, "hamming")
    rows, ids = near_copies(dim, 3000), np.random.default_rng(1).permutation(3000)
    index = MultiIndexHashing(flips).build(space, rows)
    index.add(ids, rows)
    for k in (1, 12, 500):
        for row, hits in zip(rows[:20], index.search(rows[:20], k), strict=True):
            apart = bits_apart(rows, row)
            assert hits.ids.tolist() == ids[np.lexsort((ids, apart))[:k]].tolist()
            assert hits.scores == pytest.approx(1 - np.sort(apart)[:k] / dim)


def test_near_rows_are_found_without_looking_at_most_others(monkeypatch: pytest.MonkeyPatch) -> None:
    space = Space("space", "digest", 64, "hamming")
    rows = np.random.default_rng(0).integers(0, 256, (5000, 8), dtype=np.uint8)
    index = MultiIndexHashing().build(space, rows)
    index.add(np.arange(5000), rows)
    looked_at: list[int] = []

    def counted(some: Vectors, row: Vectors) -> np.ndarray:
        looked_at.append(len(some))
        return bits_apart(some, row)

    monkeypatch.setattr("lookalike.index.mih.bits_apart", counted)
    assert index.search(rows[7:8], 1)[0].ids.tolist() == [7]
    assert 0 < sum(looked_at) < 50
