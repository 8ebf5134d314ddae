from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lookalike.errors import BadSetting, UnknownName
from lookalike.finders import Index
from lookalike.index import choice
from lookalike.index.choice import Wanted, choose, plans
from lookalike.index.pq import ProductCodes
from lookalike.index.recall import Reached, Truth, least_effort, truth_of
from lookalike.store.memory import MemoryStore
from lookalike.types import Content, Ids, Metric, Space, Stamp, Vectors

PLENTY = 10**9


def space_of(metric: Metric = "cosine", dim: int = 32) -> Space:
    return Space("space", "digest", dim, metric)


def store_of(space: Space, rows: Vectors) -> tuple[MemoryStore, Ids]:
    store = MemoryStore()
    contents = [Content(f"{number:064x}", 1, (1, 1), "png") for number in range(len(rows))]
    with store.writing(), store.transaction():
        store.add_space(space, "{}")
        ids = store.put_contents(contents)
        store.put_records([(f"/{content.sha256}", Stamp(1, 1, 1, 1), content.sha256) for content in contents])
        store.put(space, ids, rows)
    return store, ids


def unit_rows(n: int, dim: int = 32) -> Vectors:
    rows = np.random.default_rng(0).normal(size=(n, dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def lists_of(index: Any) -> int:
    """Those that there are."""
    return int(index.lists)


def setting(index: Index, name: str) -> object:
    return getattr(index.maker, name)


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "APPROXIMATE_FROM", 500)
    monkeypatch.setattr(choice, "ASKED", 100)


def test_small_libraries_bits_and_l1_are_compared_row_by_row_whatever_is_wanted() -> None:
    cheap = Wanted(recall=0.1, memory=1)
    for space, rows in (
        (space_of(), unit_rows(400)),
        (space_of("l1"), unit_rows(800)),
        (space_of("hamming"), np.zeros((800, 4), np.uint8)),
    ):
        chosen = choose(*store_of(space, rows)[:1], space, store_of(space, rows)[1], cheap, 1)
        assert (chosen.index.kind, chosen.recall, chosen.ms, chosen.remark) == ("flat", None, None, "")


def test_more_recall_costs_more_effort_and_what_is_measured_is_what_is_found() -> None:
    rows = unit_rows(3000)
    store, ids = store_of(space_of(), rows)
    chosen = {share: choose(store, space_of(), ids, Wanted(recall=share), PLENTY) for share in (0.3, 0.9, 1.0)}
    probes = [setting(one.index, "probes") for one in chosen.values()]
    assert probes == sorted(set(probes))
    asked = np.random.default_rng(5).choice(3000, 200, replace=False)
    exact = np.argsort(-rows[asked] @ rows.T, axis=1)[:, 1:11]
    for share, one in chosen.items():
        assert one.recall >= share
        hits = [found.ids for found in one.index.search(rows[asked], 100)]
        found = np.mean([np.isin(ids[best], each).mean() for best, each in zip(exact, hits, strict=True)])
        assert found == pytest.approx(one.recall, abs=0.05)


def test_a_setting_that_finds_too_little_is_followed_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "TRIED", ("rabitq:bits=1", "flat"))
    store, ids = store_of(space_of(), unit_rows(3000))

    def poor(index: Any, truth: Truth, stored: Any, wanted: float) -> Any:
        reached = least_effort(index, truth, stored, wanted)
        return replace(reached, recall=0.4) if index.kind == "rabitq" else reached

    monkeypatch.setattr(choice, "least_effort", poor)
    chosen = choose(store, space_of(), ids, Wanted(), PLENTY)
    assert (chosen.index.kind, chosen.recall, chosen.remark) == ("flat", 1.0, "")


@pytest.mark.parametrize(("quicker", "kinds"), [("pq", ["pq", "ivf"]), ("ivf", ["pq", "ivf"])])
def test_one_that_needs_all_of_its_effort_is_compared_with_the_next(
    monkeypatch: pytest.MonkeyPatch, quicker: str, kinds: list[str]
) -> None:
    monkeypatch.setattr(choice, "TRIED", ("pq", "ivf", "flat"))
    store, ids = store_of(space_of(), unit_rows(3000))
    tried = []

    def timed(index: Any, truth: Truth, stored: Any, wanted: float) -> Reached:
        tried.append(index.kind)
        most = replace(index.maker, probes=512 if index.kind == "pq" else 64)
        return Reached(index.searched_by(most), 0.99, 1.0 if index.kind == quicker else 2.0)

    monkeypatch.setattr(choice, "least_effort", timed)
    chosen = choose(store, space_of(), ids, Wanted(), PLENTY)
    assert (chosen.index.kind, chosen.ms, tried) == (quicker, 1.0, kinds)


def test_a_recall_that_does_not_fit_is_said_and_the_best_that_does_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "TRIED", ("flat", "rabitq:bits=1:factor=1"))
    monkeypatch.setattr("lookalike.index.rabitq.RandomBits.factors", (1,))
    monkeypatch.setattr("lookalike.index.recall.CANDIDATES", 12)
    store, ids = store_of(space_of(), unit_rows(3000))
    chosen = choose(store, space_of(), ids, Wanted(recall=0.999), 300_000)
    assert chosen.index.kind == "rabitq"
    assert chosen.recall < 0.999
    assert "less than the 0.999 that is wanted" in chosen.remark
    assert "exact search takes 408 kB of 300 kB: give --memory more, or --recall less" in chosen.remark


def test_where_nothing_fits_the_smallest_is_built_and_said_to_be_too_large() -> None:
    store, ids = store_of(space_of(), unit_rows(3000))
    chosen = choose(store, space_of(), ids, Wanted(recall=0.5), 1000)
    assert chosen.index.kind == "disk"
    assert "more than its share of 1.0 kB: give --memory more" in chosen.remark


def test_what_is_too_large_for_the_memory_is_not_tried_and_lists_on_disk_come_last() -> None:
    space = space_of(dim=1024)
    tried = [
        [maker.name for maker in plans(space, 1_000_000, Wanted(), memory)] for memory in (10**10, 10**9, 10**7, 10)
    ]
    assert tried[0] == ["pq", "pq", "ivf", "ivf", "flat", "disk", "disk"]
    assert tried[1:] == [["pq", "pq", "disk", "disk"], ["disk"], ["disk"]]
    first = [plans(space, n, Wanted(), PLENTY * 100)[0] for n in (20_000, 1_000_000, 10_000_000)]
    assert first == [ProductCodes(512), ProductCodes(2048), ProductCodes(8192)]


def test_a_kind_that_is_named_serves_the_spaces_that_it_takes_and_no_others() -> None:
    wanted = Wanted(kind="mih")
    floats, bits = unit_rows(300), np.random.default_rng(0).integers(0, 256, (300, 4), dtype=np.uint8)
    found = {}
    for space, rows in ((space_of(), floats), (space_of("hamming"), bits)):
        store, ids = store_of(space, rows)
        found[space.metric] = choose(store, space, ids, wanted, PLENTY)
    assert {metric: one.index.kind for metric, one in found.items()} == {"cosine": "flat", "hamming": "mih"}
    assert found["hamming"].recall == 1


def test_zero_rows_among_those_of_a_library_are_no_harm() -> None:
    rows = unit_rows(1000)
    rows[::3] = 0
    store, ids = store_of(space_of(), rows)
    chosen = choose(store, space_of(), ids, Wanted(), PLENTY)
    assert chosen.recall >= 0.98
    assert len(chosen.index) == 1000


def test_fewer_rows_than_centres_make_fewer_lists() -> None:
    store, ids = store_of(space_of(), unit_rows(600))
    chosen = choose(store, space_of(), ids, Wanted(), PLENTY)
    assert setting(chosen.index, "lists") == 512
    assert lists_of(chosen.index) == 15
    assert chosen.recall >= 0.98


@pytest.mark.parametrize(
    ("given", "told"),
    [({"recall": 0}, "above 0"), ({"recall": 1.5}, "at most 1"), ({"memory": 0}, "bytes"), ({"kind": "ivf:x=1"}, "x")],
)
def test_wishes_that_cannot_be_are_refused(given: dict[str, Any], told: str) -> None:
    with pytest.raises(BadSetting, match=told):
        Wanted(**given)
    with pytest.raises(BadSetting, match=told):
        Wanted().but(**given)


def test_an_unknown_kind_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(UnknownName, match="hnsw"):
        Wanted(kind="tree")


@pytest.mark.parametrize("n", [1, 2, 5, 30])
def test_where_there_are_few_others_these_are_the_best(n: int) -> None:
    rows, ids = unit_rows(n), np.arange(n) * 2
    batches = [(ids[start : start + 4], rows[start : start + 4]) for start in range(0, n, 4)]
    truth = truth_of(space_of(), ids, rows, batches)
    exact = rows @ rows.T
    np.fill_diagonal(exact, -9)
    assert truth.best == min(10, n - 1)
    if n > 1:
        assert truth.least == pytest.approx(np.sort(exact, axis=1)[:, -truth.best], abs=1e-6)
