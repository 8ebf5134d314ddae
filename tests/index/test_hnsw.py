from __future__ import annotations

from pathlib import Path

import numpy as np

from lookalike.index.hnsw import NeighbourGraph
from lookalike.index.similarity import similarity
from lookalike.types import Space, Vectors

SPACE = Space("space", "digest", 16, "cosine")


def rows_of(n: int, seed: int = 0) -> Vectors:
    rows = np.random.default_rng(seed).normal(size=(n, 16)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_rows_that_go_are_marked_and_the_graph_is_built_anew_when_they_are_a_quarter(tmp_path: Path) -> None:
    rows, ids = rows_of(1000), np.arange(1000)
    index = NeighbourGraph().build(SPACE, rows)
    index.add(ids, rows)
    index.remove(ids[:250])
    assert (len(index), index.marked) == (750, 250)
    index.save(tmp_path / "file")
    again = NeighbourGraph().load(tmp_path / "file", SPACE)
    assert (len(again), again.marked, again.ids.tolist()) == (750, 250, ids[250:].tolist())
    again.remove(ids[250:251])
    assert (len(again), again.marked, again.ids.tolist()) == (749, 0, ids[251:].tolist())
    for row, hits in zip(rows[500:520], again.search(rows[500:520], 10), strict=True):
        exact = similarity(SPACE, row[None], rows[251:])[0]
        assert set(hits.ids.tolist()) == set((np.argsort(-exact, kind="stable")[:10] + 251).tolist())


def test_a_graph_can_be_emptied_and_filled_again() -> None:
    rows, ids = rows_of(100), np.arange(100)
    index = NeighbourGraph().build(SPACE, rows)
    for _ in range(3):
        index.add(ids, rows)
        assert index.search(rows[7:8], 1)[0].ids.tolist() == [7]
        index.remove(ids)
        assert (len(index), index.marked, index.search(rows[7:8], 5)[0].ids.tolist()) == (0, 0, [])


def test_replacing_a_row_many_times_does_not_make_the_graph_grow_without_end() -> None:
    rows = rows_of(100)
    index = NeighbourGraph().build(SPACE, rows)
    index.add(np.arange(100), rows)
    for number in range(200):
        index.add(np.array([5]), rows_of(1, seed=number + 1))
    assert len(index) == 100
    assert index.marked <= 34
    assert index.search(rows_of(1, seed=200), 1)[0].ids.tolist() == [5]
