"""Rows add in one space; scores add across spaces; a minus only lowers; and every answer says which part moved it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lookalike.finders import Index
from lookalike.index.flat import Flat
from lookalike.protocols import Store
from lookalike.search.ranking.channels import Channel, mean_alike
from lookalike.search.ranking.engine import AGAINST, Engine, Ranking, Weights
from lookalike.search.ranking.fuse import FUSERS
from lookalike.search.ranking.mixing import Described, in_proportion, moved, said, summed
from lookalike.store.memory import MemoryStore
from lookalike.types import Content, Space, Stamp, Vectors


@dataclass(frozen=True)
class Fake:
    name: str
    metric: str
    dim: int
    unrelated: float = 0.2
    compares: str = "numbers"

    @property
    def space(self) -> Space:
        return Space(self.name, "0", self.dim, self.metric)


DIRECTIONS, BITS = Fake("directions", "cosine", 6), Fake("bits", "hamming", 16)
CHANNELS = (Channel(DIRECTIONS, 1.0), Channel(BITS, 0.25))
COUNT = 40


def rows(rng: np.random.Generator, count: int) -> dict[Channel, Vectors]:
    vectors = np.abs(rng.normal(size=(count, 6))).astype(np.float32)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return {CHANNELS[0]: unit, CHANNELS[1]: rng.integers(0, 256, (count, 2)).astype(np.uint8)}


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with closing(MemoryStore()) as store, store.writing(), store.transaction():
        contents = [Content(f"{at:064x}", 1, (2, 2), "png") for at in range(COUNT)]
        ids = store.put_contents(contents)
        store.put_records([(f"/{at}", Stamp(1, 1, 1, 1), each.sha256) for at, each in enumerate(contents)])
        for channel, vectors in rows(np.random.default_rng(1), COUNT).items():
            store.add_space(channel.describer.space, "{}")
            store.put(channel.describer.space, ids, vectors)
        yield store


def ranked(store: Store, plus: list[Described], minus: list[Described] | None = None) -> Ranking:
    minus = minus or []

    def index(space: Space) -> Index:
        made = Flat().build(space, np.zeros((0, space.columns), space.dtype))
        for ids, vectors in store.vectors(space):
            made.add(ids, vectors)
        return made

    weights = Weights(tuple(part.weight for part in plus), tuple(part.weight for part in minus))
    plain = [[part.rows for part in some] for some in (plus, minus)]
    return Engine(store, index).rank(plain[0], FUSERS.make("weighted"), k=COUNT, minus=plain[1], weights=weights)


def parts(seed: int, *weights: float, sign: str = "") -> list[Described]:
    rng = np.random.default_rng(seed)
    return [Described(f"{sign}part {at}", "picture", rows(rng, 1), weight) for at, weight in enumerate(weights)]


def test_rows_of_one_space_add_as_vectors_and_bits_do_not() -> None:
    two = parts(2, 2.0, 1.0)
    whole, *beside = summed(two)
    expected = 2 * two[0].rows[CHANNELS[0]] + two[1].rows[CHANNELS[0]]
    assert whole.rows[CHANNELS[0]] == pytest.approx(expected / np.linalg.norm(expected))
    assert [list(part.rows) for part in beside] == [[CHANNELS[1]], [CHANNELS[1]]]
    assert [whole.weight, *(part.weight for part in beside)] == pytest.approx([3 * 0.8, 2 * 0.2, 1 * 0.2])


def test_several_views_other_kinds_and_one_part_stay_as_they_are() -> None:
    one = parts(3, 1.0)
    views = [Described("views", "picture", rows(np.random.default_rng(4), 3))]
    other = [Described("text", "text", rows(np.random.default_rng(5), 1))]
    assert summed([*views, *one, *other]) == [*views, *one, *other]


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.lists(st.floats(0.1, 9), min_size=1, max_size=3), st.booleans())
def test_parts_account_for_the_score(store: Store, seed: int, weights: list[float], added: bool) -> None:
    plain = parts(seed, *in_proportion(weights, [])[0])
    plus, minus = (summed(plain) if added else plain), parts(seed + 1, 0.7, sign="- ")
    found = ranked(store, plus, minus)
    shares = moved(plus, [], minus, store, found.ids, AGAINST)
    for id, score in zip(found.ids.tolist(), found.scores.tolist(), strict=True):
        total = sum(shares[id].values())
        if added:  # the sum of what is below chance is cut at 0
            assert score >= total - 1e-4
        else:
            assert score == pytest.approx(np.clip(total, 0, 1), abs=1e-4)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.05, 5))
def test_a_minus_lowers_what_is_near_and_raises_nothing(store: Store, seed: int, weight: float) -> None:
    plus, minus = parts(seed, 1.0), parts(seed + 1, weight, sign="- ")
    with_it, without = (
        dict(zip(found.ids.tolist(), found.scores.tolist(), strict=True))
        for found in (ranked(store, plus, minus), ranked(store, plus))
    )
    near: NDArray[np.float32] = mean_alike(
        {c: c.similarities(store, v, np.array(sorted(without))) for c, v in minus[0].rows.items()}
    )[0]
    for id, likeness in zip(sorted(without), near.tolist(), strict=True):
        lowered = without[id] - with_it[id]
        assert lowered == pytest.approx(min(AGAINST * weight * likeness, without[id]), abs=1e-5)
        assert lowered >= 0


def test_weights_are_relative_to_each_other(store: Store) -> None:
    plus, minus = in_proportion([4.0, 2.0], [3.0])
    assert (plus, minus) == ([pytest.approx(4 / 3), pytest.approx(2 / 3)], [1.0])
    one, other = (ranked(store, parts(7, *in_proportion(weights, [])[0])) for weights in ([2.0, 1.0], [6.0, 3.0]))
    assert one.ids.tolist() == other.ids.tolist()
    assert one.scores == pytest.approx(other.scores)
    first = ranked(store, parts(7, *in_proportion([9.0, 1.0], [])[0]))
    assert first.ids.tolist() != one.ids.tolist()


def test_the_strongest_parts_are_named_first() -> None:
    assert said({"a": 0.1, "- b": -0.3, "c": 0.001}) == "moved by - b (-0.30), a (+0.10)"
    assert said({"a": 0.0}) == "no part of the question moved it"
