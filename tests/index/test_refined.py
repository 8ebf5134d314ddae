from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from lookalike.index import INDEXES
from lookalike.index.refined import Refined, refined
from lookalike.index.similarity import similarity
from lookalike.types import Ids, Space, Vectors

SPACE = Space("space", "digest", 8, "cosine")
ROWS = np.random.default_rng(0).normal(size=(500, 8)).astype(np.float32)
ROWS /= np.linalg.norm(ROWS, axis=1, keepdims=True)


def stored(ids: Ids) -> Iterator[tuple[Ids, Vectors]]:
    """In batches of 7, without row 3."""
    ids = ids[ids != 3]
    for start in range(0, len(ids), 7):
        yield ids[start : start + 7], ROWS[ids[start : start + 7]]


def test_scores_are_exact_and_what_is_no_longer_stored_is_no_answer() -> None:
    coarse = INDEXES.make("rabitq", {"bits": 1}).build(SPACE, ROWS)
    coarse.add(np.arange(500), ROWS)
    hits = refined(coarse, stored).search(ROWS[:50], 5)
    assert [each.ids[0] for at, each in enumerate(hits) if at != 3] == [at for at in range(50) if at != 3]
    assert not any(3 in each.ids for each in hits)
    for row, each in zip(ROWS, hits, strict=False):
        assert each.scores == pytest.approx(similarity(SPACE, row[None], ROWS[each.ids])[0], abs=1e-6)


def test_more_candidates_find_more() -> None:
    coarse = INDEXES.make("pq").build(SPACE, ROWS)
    coarse.add(np.arange(500), ROWS)
    best = np.argsort(-ROWS @ ROWS.T, axis=1)[:, :5]

    def recall(factor: int) -> float:
        thorough = coarse.searched_by(replace(coarse.maker, factor=factor))
        found = Refined(thorough, lambda ids: [(ids, ROWS[ids])]).search(ROWS, 5)
        return float(np.mean([np.isin(each.ids, row).mean() for each, row in zip(found, best, strict=True)]))

    assert recall(1) < recall(2) < recall(8)
    assert recall(8) > 0.98


def test_an_index_whose_scores_will_do_is_asked_itself() -> None:
    exact = INDEXES.make("flat").build(SPACE, ROWS)
    assert refined(exact, stored) is exact
