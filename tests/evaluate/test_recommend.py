"""Planted collections: one describer that knows, one that helps it, one that is noise."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

from lookalike.datasets.retrieval import Retrieval
from lookalike.evaluate.recommend import recommend
from lookalike.search.ranking.channels import Channel
from lookalike.types import Space

BASE, ASKED, ABSENT, EDITS = 300, 60, 30, 4


@dataclass(frozen=True)
class Fake:
    name: str
    unrelated: ClassVar[float] = 0.0

    @property
    def space(self):
        return Space(self.name, "0", 16, "cosine")


def rows(spread, seed):
    """Of the base, then of the copies, each near its original by `spread`, or, if that is absent, near nothing."""
    chance = np.random.default_rng(seed)
    base = chance.normal(size=(BASE, 16))
    originals = np.concatenate([base[:ASKED], chance.normal(size=(ABSENT, 16))])
    copies = np.repeat(originals, EDITS, axis=0)
    found = np.concatenate([base, copies + spread * chance.normal(size=copies.shape)])
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


def task():
    nothing = np.empty(0, np.int64)
    relevant = [np.array([at]) if at < ASKED else nothing for at in range(ASKED + ABSENT) for _ in range(EDITS)]
    count = len(relevant)
    return Retrieval(
        "made",
        "copies",
        tuple(str(at) for at in range(BASE + count)),
        BASE + np.arange(count),
        np.arange(BASE),
        tuple(relevant),
        np.repeat(np.arange(ASKED + ABSENT), EDITS),
    )


def advised(**vectors):
    channels = [Channel(Fake(name), 1.0) for name in vectors]
    return recommend(task(), channels, vectors, np.random.default_rng(0))


def test_noise_is_left_out_and_what_helps_is_taken_in():
    alone = advised(good=rows(0.6, 0), noise=rows(50, 1))
    assert set(alone.weights) == {"good"}
    together = advised(good=rows(0.6, 0), helper=rows(0.6, 2), noise=rows(50, 1))
    assert set(together.weights) == {"good", "helper"}
    assert together.recall > alone.recall


def test_the_threshold_holds_on_originals_that_did_not_choose_it():
    found = advised(good=rows(0.3, 0))
    assert found.threshold is not None
    assert 0 < found.threshold < 1
    assert found.precision > 0.97
    assert found.recall > 0.8
    assert found.queries == pytest.approx((ASKED + ABSENT) * EDITS / 2, abs=EDITS)


def test_where_nothing_can_be_trusted_no_threshold_is_named():
    found = advised(noise=rows(50, 1))
    assert found.threshold is None or found.recall < 0.05
