"""What `Index` promises, of every kind in every space that it takes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lookalike.index import INDEXES
from lookalike.index.similarity import similarity
from lookalike.protocols import Index
from lookalike.types import Metric, Space, Vectors

METRICS: tuple[Metric, ...] = ("cosine", "l2", "l1", "hamming")
TAKES = {"flat": METRICS, "ivf": ("cosine", "l2")}
EXACT = {"flat"}
N = 4000


def space_of(metric: Metric) -> Space:
    return Space("space", "digest", 64, metric)


def clustered(metric: Metric, n: int, seed: int = 0) -> Vectors:
    """Rows around 40 centres, as pictures of some subjects are."""
    generator = np.random.default_rng(seed)
    centres = np.random.default_rng(99).normal(size=(40, 64))
    rows = (centres[generator.integers(0, 40, n)] + 0.5 * generator.normal(size=(n, 64))).astype(np.float32)
    if metric == "hamming":
        return np.packbits(rows > 0, axis=1)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True) if metric == "cosine" else rows


CASES = [(name, metric) for name in INDEXES for metric in TAKES[name]]


@pytest.fixture(params=CASES, ids=["-".join(case) for case in CASES])
def case(request: pytest.FixtureRequest) -> tuple[str, Metric]:
    return request.param


def built(case: tuple[str, Metric], n: int = N) -> tuple[Index, np.ndarray, Vectors]:
    """An index of `n` rows, with ids 5, 8, 11, ..."""
    name, metric = case
    rows = clustered(metric, n)
    index = INDEXES.make(name).build(space_of(metric), clustered(metric, N))
    ids = np.arange(n) * 3 + 5
    index.add(ids, rows)
    return index, ids, rows


@pytest.mark.parametrize("name", list(INDEXES))
def test_a_metric_that_a_kind_does_not_take_is_refused_with_one_that_does(name: str) -> None:
    for metric in set(METRICS) - set(TAKES[name]):
        with pytest.raises(ValueError, match="flat"):
            INDEXES.make(name).build(space_of(metric), clustered(metric, 100))


def test_the_best_are_found(case: tuple[str, Metric]) -> None:
    index, ids, rows = built(case)
    queries = clustered(case[1], 50, seed=1)
    exact = similarity(space_of(case[1]), queries, rows)
    tenth = np.sort(exact, axis=1)[:, -10]
    found = [exact[query, np.searchsorted(ids, hits.ids)] for query, hits in enumerate(index.search(queries, 10))]
    recall = np.mean([(scores >= tenth[query] - 1e-6).mean() for query, scores in enumerate(found)])
    assert recall >= (1.0 if case[0] in EXACT else 0.98)


def test_scores_are_the_similarity_and_come_in_order_with_ties_by_id(case: tuple[str, Metric]) -> None:
    index, ids, rows = built(case)
    index.add(np.array([1_000_000, 2]), rows[[7, 7]])
    (hits,) = index.search(rows[7:8], 20)
    assert hits.ids[:3].tolist() == [2, ids[7], 1_000_000]
    assert (np.diff(hits.scores) <= 0).all()
    known = np.isin(hits.ids, ids)
    exact = similarity(space_of(case[1]), rows[7:8], rows[np.searchsorted(ids, hits.ids[known])])[0]
    assert hits.scores[known] == pytest.approx(exact, abs=1e-4 if case[0] in EXACT else 0.05)


@pytest.mark.parametrize("k", [1, 5, 29])
def test_of_equals_at_the_cut_the_lowest_ids_stay(case: tuple[str, Metric], k: int) -> None:
    index, _, rows = built(case)
    equals = np.random.default_rng(0).permutation(30) * 2 + 20_000
    index.add(equals, np.repeat(rows[7:8], 30, axis=0))
    index.remove(np.array([7 * 3 + 5]))
    nearest, other = index.search(rows[[7, 8]], k)
    assert nearest.ids.tolist() == sorted(equals.tolist())[:k]
    assert len(other) == k
    among = np.sort(equals)[10:]
    assert index.search(rows[7:8], k, among)[0].ids.tolist() == among[:k].tolist()


def test_whole_numbers_of_bits_tie_and_the_order_is_that_of_all_rows_sorted() -> None:
    index, ids, rows = built(("flat", "hamming"))
    queries = clustered("hamming", 20, seed=1)
    exact = similarity(space_of("hamming"), queries, rows)
    for k in (1, 10, 300, N):
        for hits, scores in zip(index.search(queries, k), exact, strict=True):
            assert hits.ids.tolist() == ids[np.lexsort((ids, -scores))[:k]].tolist()


def test_a_row_that_is_added_again_is_replaced(case: tuple[str, Metric]) -> None:
    index, ids, rows = built(case)
    index.add(ids[:1], rows[1:2])
    assert len(index) == N
    assert set(index.search(rows[1:2], 2)[0].ids.tolist()) == {ids[0], ids[1]}


def test_of_one_id_twice_in_one_call_the_later_row_counts(case: tuple[str, Metric]) -> None:
    index, ids, rows = built(case, 300)
    new = ids[-1] + 1
    index.add(np.array([new, ids[0], new]), rows[[0, 1, 2]])
    assert (len(index), index.ids.tolist()) == (301, [*ids.tolist(), new])
    found = index.search(rows[2:3], 2)[0].ids.tolist()
    assert found[:2] == [ids[2], new]
    index.remove(np.array([new, new]))
    assert len(index) == 300
    index.add(np.array([new]), rows[:1])
    assert len(index) == 301


def test_removed_rows_are_not_found(case: tuple[str, Metric]) -> None:
    index, ids, rows = built(case)
    index.remove(np.append(ids[:10], 10**9))
    assert len(index) == N - 10
    assert index.ids.tolist() == ids[10:].tolist()
    assert not set(index.search(rows[:1], 50)[0].ids.tolist()) & set(ids[:10].tolist())


@pytest.mark.parametrize("count", [0, 1, 30, 3000])
def test_only_of_those_among(case: tuple[str, Metric], count: int) -> None:
    index, ids, rows = built(case)
    among = np.random.default_rng(0).choice(ids, count, replace=False)
    (hits,) = index.search(rows[:1], 10, np.append(among, 10**9))
    assert set(hits.ids.tolist()) <= set(among.tolist())
    assert len(hits) == min(10, count)


def test_more_than_there_are_gives_all(case: tuple[str, Metric]) -> None:
    index, ids, rows = built(case, n=5)
    (hits,) = index.search(rows[:1], 100)
    assert sorted(hits.ids.tolist()) == ids.tolist()


def test_an_empty_index_and_no_question_give_nothing(case: tuple[str, Metric]) -> None:
    name, metric = case
    empty = INDEXES.make(name).build(space_of(metric), clustered(metric, 200))
    assert [len(hits) for hits in empty.search(clustered(metric, 2), 5)] == [0, 0]
    assert (len(empty), empty.ids.tolist(), empty.kind) == (0, [], name)
    index, _, rows = built(case, n=5)
    assert index.search(rows[:0], 5) == []


def test_a_saved_index_answers_the_same(case: tuple[str, Metric], tmp_path: Path) -> None:
    index, _, rows = built(case)
    index.save(tmp_path / "file")
    again = INDEXES.make(case[0]).load(tmp_path / "file", space_of(case[1]))
    for mine, other in zip(index.search(rows[:5], 10), again.search(rows[:5], 10), strict=True):
        assert mine.ids.tolist() == other.ids.tolist()
        assert mine.scores.tolist() == other.scores.tolist()
    again.remove(again.ids[:1])
    assert len(again) == N - 1


def test_two_builds_answer_the_same(case: tuple[str, Metric]) -> None:
    (one, _, rows), (other, _, _) = built(case), built(case)
    for mine, theirs in zip(one.search(rows[:5], 10), other.search(rows[:5], 10), strict=True):
        assert mine.ids.tolist() == theirs.ids.tolist()


def test_rows_of_another_shape_are_refused(case: tuple[str, Metric]) -> None:
    index, _, rows = built(case, n=5)
    with pytest.raises(ValueError, match="space"):
        index.add(np.array([1]), rows[:1, :-1])
    with pytest.raises(ValueError, match="space"):
        index.add(np.array([1, 2]), rows[:1])
    with pytest.raises(ValueError, match="space"):
        index.search(rows[:1, :-1], 1)
