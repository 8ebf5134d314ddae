"""What `Index` promises, of every kind in every space that it takes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest

from lookalike.finders import Index
from lookalike.index import INDEXES
from lookalike.index.refined import refined
from lookalike.index.similarity import similarity
from lookalike.types import Hits, Ids, Metric, Space, Vectors

METRICS: tuple[Metric, ...] = ("cosine", "l2", "l1", "hamming")
TAKES = {"flat": METRICS, "binary_ivf": ("hamming",), "mih": ("hamming",)}
EXACT = {"flat", "mih"}
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


def takes(name: str) -> tuple[Metric, ...]:
    return TAKES.get(name, ("cosine", "l2"))


CASES = [(name, metric) for name in INDEXES for metric in takes(name)]


@pytest.fixture(params=CASES, ids=["-".join(case) for case in CASES])
def case(request: pytest.FixtureRequest) -> tuple[str, Metric]:
    return request.param


class Stored:
    """Rows as a store has them, and an index of them."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._kept: dict[int, np.ndarray] = {}
        self._asked = refined(index, self.rows)

    def __len__(self) -> int:
        return len(self._index)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._index, name)

    def search(self, queries: Vectors, k: int, among: Ids | None = None) -> list[Hits]:
        return self._asked.search(queries, k, among)

    def rows(self, ids: Ids) -> Iterator[tuple[Ids, Vectors]]:
        there = [id for id in ids.tolist() if id in self._kept]
        if there:
            yield np.array(there), np.stack([self._kept[id] for id in there])

    def add(self, ids: Ids, vectors: Vectors) -> None:
        self._index.add(ids, vectors)
        self._kept |= dict(zip(ids.tolist(), vectors, strict=True))

    def loaded(self, path: Path) -> Stored:
        again = Stored(INDEXES.make(self._index.kind).load(path, self._index.space))
        again._kept = self._kept
        return again


@cache
def trained(name: str, metric: Metric) -> bytes:
    """The file of an empty index: to learn rotations of columns takes half a second."""
    with TemporaryDirectory() as folder:
        INDEXES.make(name).build(space_of(metric), clustered(metric, N)).save(Path(folder, "file"))
        return Path(folder, "file").read_bytes()


def empty(name: str, metric: Metric) -> Index:
    with TemporaryDirectory() as folder:
        Path(folder, "file").write_bytes(trained(name, metric))
        return INDEXES.make(name).load(Path(folder, "file"), space_of(metric))


def built(case: tuple[str, Metric], n: int = N) -> tuple[Stored, np.ndarray, Vectors]:
    """An index of `n` rows, with ids 5, 8, 11, ..."""
    name, metric = case
    rows = clustered(metric, n)
    index = Stored(empty(name, metric))
    ids = np.arange(n) * 3 + 5
    index.add(ids, rows)
    return index, ids, rows


@pytest.mark.parametrize("name", list(INDEXES))
def test_a_metric_that_a_kind_does_not_take_is_refused_with_one_that_does(name: str) -> None:
    for metric in set(METRICS) - set(takes(name)):
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


@pytest.mark.parametrize("distance", [0, 5, 20, 64, 100])
def test_all_within_a_number_of_bits_are_found_in_order_and_no_other(distance: int) -> None:
    index, ids, rows = built(("flat", "hamming"))
    index.add(np.array([2, 1_000_000]), rows[[7, 7]])
    ids, rows = np.concatenate([ids, [2, 1_000_000]]), np.concatenate([rows, rows[[7, 7]]])
    queries = np.concatenate([rows[7:8], ~rows[7:8], clustered("hamming", 5, seed=1)])
    among = np.sort(np.random.default_rng(0).choice(ids, 500, replace=False))
    for passed in (None, among):
        there = np.ones(len(ids), bool) if passed is None else np.isin(ids, passed)
        for query, hits in zip(queries, index.within(queries, distance, passed), strict=True):
            apart = np.unpackbits(rows ^ query, axis=1).sum(axis=1)
            wanted = np.flatnonzero(there & (apart <= distance))
            wanted = wanted[np.lexsort((ids[wanted], apart[wanted]))]
            assert hits.ids.tolist() == ids[wanted].tolist()
            assert hits.scores == pytest.approx(1 - apart[wanted] / 64)


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
    nothing = Stored(INDEXES.make(name).build(space_of(metric), clustered(metric, 200)))
    assert [len(hits) for hits in nothing.search(clustered(metric, 2), 5)] == [0, 0]
    assert (len(nothing), nothing.ids.tolist(), nothing.kind) == (0, [], name)
    index, _, rows = built(case, n=5)
    assert index.search(rows[:0], 5) == []


def test_a_saved_index_answers_the_same(case: tuple[str, Metric], tmp_path: Path) -> None:
    index, _, rows = built(case)
    index.save(tmp_path / "file")
    again = index.loaded(tmp_path / "file")
    for mine, other in zip(index.search(rows[:5], 10), again.search(rows[:5], 10), strict=True):
        assert mine.ids.tolist() == other.ids.tolist()
        assert mine.scores.tolist() == other.scores.tolist()
    again.remove(again.ids[:1])
    assert len(again) == N - 1


def test_two_builds_answer_the_same(case: tuple[str, Metric]) -> None:
    rows = clustered(case[1], N)
    both = [Stored(INDEXES.make(case[0]).build(space_of(case[1]), rows)) for _ in range(2)]
    for index in both:
        index.add(np.arange(N), rows)
    for mine, theirs in zip(*(index.search(rows[:5], 10) for index in both), strict=True):
        assert mine.ids.tolist() == theirs.ids.tolist()


def test_rows_of_another_shape_are_refused(case: tuple[str, Metric]) -> None:
    index, _, rows = built(case, n=5)
    with pytest.raises(ValueError, match="space"):
        index.add(np.array([1]), rows[:1, :-1])
    with pytest.raises(ValueError, match="space"):
        index.add(np.array([1, 2]), rows[:1])
    with pytest.raises(ValueError, match="space"):
        index.search(rows[:1, :-1], 1)


@pytest.mark.parametrize("part", [0.0, 0.3, 0.9, 0.999])
def test_a_file_that_is_cut_short_is_refused(case: tuple[str, Metric], part: float, tmp_path: Path) -> None:
    index, _, _ = built(case, n=300)
    index.save(tmp_path / "file")
    data = (tmp_path / "file").read_bytes()
    (tmp_path / "file").write_bytes(data[: int(part * len(data))])
    with pytest.raises((ValueError, RuntimeError, OSError, EOFError)):
        index.loaded(tmp_path / "file")


def test_a_file_of_rows_of_another_width_is_refused(case: tuple[str, Metric], tmp_path: Path) -> None:
    index, _, _ = built(case, n=300)
    index.save(tmp_path / "file")
    with pytest.raises(ValueError, match=r"columns|takes"):
        INDEXES.make(case[0]).load(tmp_path / "file", Space("other", "digest", 128, case[1]))


def test_zero_rows_and_a_sample_of_nothing_else_are_no_harm(case: tuple[str, Metric]) -> None:
    rows = np.concatenate([np.zeros_like(clustered(case[1], 20)), clustered(case[1], 80)])
    for sample in (rows, rows[:20], rows[:1], rows[:0]):
        index = Stored(INDEXES.make(case[0]).build(space_of(case[1]), sample))
        index.add(np.arange(100), rows)
        assert [len(hits) for hits in index.search(rows, 100)] == [100] * 100
        assert 50 in index.search(rows[50:51], 20)[0].ids


def test_an_index_that_shrinks_to_a_tenth_and_grows_again_finds_the_best(case: tuple[str, Metric]) -> None:
    index, ids, rows = built(case)
    index.remove(ids[N // 10 :])
    assert len(index) == N // 10
    index.add(ids[N // 10 :], rows[N // 10 :])
    assert (len(index), index.ids.tolist()) == (N, ids.tolist())
    found = [id in hits.ids for id, hits in zip(ids[::50], index.search(rows[::50], 10), strict=True)]
    assert np.mean(found) >= 0.98
