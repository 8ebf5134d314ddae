"""A task with planted answers: figures by a slow loop, the front, and who can be told apart."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

from lookalike.datasets.retrieval import Retrieval, by_label
from lookalike.evaluate.method import Method
from lookalike.evaluate.protocol import MEASURES, evaluate
from lookalike.search.ranking.channels import Channel
from lookalike.types import Space


@dataclass(frozen=True)
class Fake:
    name: str
    unrelated: ClassVar[float] = 0.0

    @property
    def space(self):
        return Space(self.name, "0", 8, "cosine")


LABELS = [str(at // 6) for at in range(120)]
TASK = by_label("made", "folder", [f"{at}.jpg" for at in range(120)], LABELS, {})


def rows(spread, seed=0):
    """Unit rows about a centre for each class; the wider, the worse."""
    chance = np.random.default_rng(seed)
    centres = np.random.default_rng(9).normal(size=(20, 8))
    found = np.repeat(centres, 6, axis=0) + spread * chance.normal(size=(120, 8))
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


def measured(vectors, cost, task=TASK):
    methods = [Method(name, (Channel(Fake(name), 1.0),)) for name in vectors]
    return {row.method: row for row in evaluate(task, methods, vectors, cost, np.random.default_rng(0))}


def test_figures_agree_with_a_slow_loop_over_queries():
    vectors = rows(0.5)
    found = measured({"a": vectors}, {"a": 1.0})["a"]
    first, ap = [], []
    for at in range(120):
        order = sorted(
            (other for other in range(120) if other != at), key=lambda other: -(vectors[at] @ vectors[other])
        )
        hits = [LABELS[other] == LABELS[at] for other in order]
        first.append(hits[0])
        ap.append(np.mean([sum(hits[: place + 1]) / (place + 1) for place, hit in enumerate(hits) if hit]))
    assert found.metrics["p@1"].value == pytest.approx(np.mean(first))
    assert found.metrics["ap"].value == pytest.approx(np.mean(ap))
    assert set(found.metrics) == set(MEASURES)
    for estimate in found.metrics.values():
        assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1


def test_a_clear_difference_is_told_apart_and_none_is_not():
    found = measured(
        {"good": rows(0.2), "as good": rows(0.2, seed=1), "bad": rows(2.0)},
        dict.fromkeys(["good", "as good", "bad"], 1.0),
    )
    best = max(found.values(), key=lambda row: row.metrics["map@r"].value)
    assert best.behind is None
    assert not found["bad"].is_level_with_the_best
    assert found["good"].is_level_with_the_best
    assert found["as good"].is_level_with_the_best


def test_the_front_holds_what_nothing_beats_in_quality_and_cost():
    vectors = {"dear": rows(0.2), "cheap": rows(0.6), "beaten": rows(1.5)}
    found = measured(vectors, {"dear": 9.0, "cheap": 1.0, "beaten": 2.0})
    assert {name for name, row in found.items() if row.pareto} == {"dear", "cheap"}


def test_a_constant_describer_gains_nothing_from_ties():
    constant = np.tile(np.eye(8, dtype=np.float32)[:1], (120, 1))
    found = measured({"constant": constant}, {"constant": 1.0})["constant"]
    assert found.metrics["p@1"].value == 0
    assert found.metrics["map@r"].value == 0


def test_junk_and_what_is_not_in_the_base_are_not_counted():
    vectors = np.eye(8, dtype=np.float32)[[0, 0, 0, 0]]
    vectors[3] = [0.6, 0.8, 0, 0, 0, 0, 0, 0]
    places = [np.array([at]) for at in range(4)]
    task = Retrieval(
        "made",
        "groups",
        ("q", "junk", "outside", "right"),
        places[0],
        np.array([1, 3]),
        (places[3],),
        np.array([0]),
        (places[1],),
    )
    assert measured({"a": vectors}, {"a": 1.0}, task)["a"].metrics["p@1"].value == 1
    without = Retrieval("made", "groups", task.pictures, task.queries, task.base, task.relevant, task.groups)
    assert measured({"a": vectors}, {"a": 1.0}, without)["a"].metrics["p@1"].value == 0


def test_a_mixture_scores_by_the_weighted_mean_of_its_channels():
    mixed = Method("both", (Channel(Fake("a"), 3.0), Channel(Fake("b"), 1.0)))
    vectors = {"a": rows(0.5), "b": rows(0.5, seed=1)}
    scores = mixed.scores({name: found[:5] for name, found in vectors.items()}, vectors)
    slow = (3 * np.clip(vectors["a"][:5] @ vectors["a"].T, 0, 1) + np.clip(vectors["b"][:5] @ vectors["b"].T, 0, 1)) / 4
    np.testing.assert_allclose(scores, slow, atol=1e-5)
    assert mixed.bytes_per_image == 64
