from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from lookalike.errors import BadQuery
from lookalike.evaluate.pooled import Pooled
from lookalike.learn.closed_form import LinearMap
from lookalike.learn.own_copies import Found, OwnCopies, Questions, closed_forms, parts_of, tried
from lookalike.learn.projection import RECIPE, linear_map, mapped, projection

SHORT = replace(RECIPE, iterations=60, judge_every=30)


def unit(rows: np.ndarray) -> np.ndarray:
    return np.asarray(rows / np.linalg.norm(rows, axis=-1, keepdims=True), np.float32)


def drawn(harm: float, seed: int = 0, count: int = 160, edits: int = 8, d: int = 40) -> OwnCopies:
    """Pictures of 40 numbers; an edit moves the last ten of them by `harm`, and all a little."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(count, d))
    places = np.arange(0, count, 2)
    moved = 0.5 * rng.normal(size=(len(places), edits, d))
    moved[:, :, 30:] += harm * rng.normal(size=(len(places), edits, 10))
    return OwnCopies(unit(rows), places, unit(rows[places][:, None] + moved))


def test_no_original_and_no_edit_is_in_two_parts() -> None:
    parts = parts_of(41, 9, np.random.default_rng(0))
    for field, count in (("originals", 41), ("edits", 9)):
        each = [getattr(part, field) for part in (parts.learn, parts.choose, parts.judge)]
        assert np.array_equal(np.sort(np.concatenate(each)), np.arange(count))
    assert [len(parts.learn.originals), len(parts.choose.originals), len(parts.judge.originals)] == [20, 11, 10]
    with pytest.raises(BadQuery, match="copies of 40 pictures and 4 edits at least"):
        parts_of(39, 9, np.random.default_rng(0))


def test_what_was_learned_from_is_not_asked_among_and_some_originals_are_not_there() -> None:
    own = drawn(1.0)
    parts = parts_of(len(own.places), 8, np.random.default_rng(1))
    questions = Questions.of(own, parts.judge, parts.learn)
    absent = parts.judge.originals[::3]
    assert len(questions.base) == len(own.rows) - len(parts.learn.originals) - len(absent)
    there = questions.answer >= 0
    assert there.sum() == (len(parts.judge.originals) - len(absent)) * len(parts.judge.edits)
    of = own.places[parts.judge.originals[questions.original[there]]]
    assert np.array_equal(questions.base[questions.answer[there]], own.rows[of])
    first = own.copies[parts.judge.originals[0], parts.judge.edits]
    assert np.array_equal(questions.asked[: len(first)], first)


def test_measures_are_those_of_the_ruler() -> None:
    rng = np.random.default_rng(2)
    answered = rng.uniform(size=60) < 0.7
    found = Found(rng.normal(size=60), answered & (rng.uniform(size=60) < 0.8), answered, np.repeat(np.arange(12), 5))
    best = [(found.scores[at : at + 1], found.right[at : at + 1]) for at in range(60)]
    pooled = Pooled.of(best, answered.astype(np.int64))
    weights = np.stack([np.ones(12), rng.integers(0, 3, 12).astype(float)])
    micro, recall = found.measured(weights)
    for at, own in enumerate(weights):
        values = pooled.values(own[found.original])
        assert micro[at] == pytest.approx(values["micro-ap"])
        assert recall[at] == pytest.approx(values["recall@p99"])


def test_a_map_is_kept_where_edits_harm_what_it_can_leave_out_and_not_where_nothing_is_to_gain() -> None:
    rng = np.random.default_rng(3)
    harmed = drawn(3.0)
    parts = parts_of(len(harmed.places), 8, rng)
    found = tried(harmed, parts, closed_forms(harmed, parts.learn), rng)
    assert found.kept
    assert found.micro_ap.mean > 0.1
    easy = drawn(0.1)
    found = tried(easy, parts, closed_forms(easy, parts.learn), rng)
    assert not found.kept


def test_copies_of_chance_teach_nothing() -> None:
    own = drawn(3.0)
    shuffled = OwnCopies(own.rows, own.places, np.random.default_rng(0).permutation(own.copies))
    parts = parts_of(len(own.places), 8, np.random.default_rng(4))
    found = tried(shuffled, parts, closed_forms(shuffled, parts.learn), np.random.default_rng(4))
    assert not found.kept


def test_a_linear_head_is_one_map_and_learns_what_edits_change() -> None:
    torch.set_num_threads(1)
    own = drawn(3.0)
    parts = parts_of(len(own.places), 8, np.random.default_rng(5))
    network = projection(own, parts.learn, hidden=False, seed=0, recipe=SHORT)
    same = linear_map(network)
    assert isinstance(same, LinearMap)
    assert np.allclose(same(own.rows), mapped(network, own.rows), atol=1e-4)
    one = np.ones((1, len(parts.judge.originals)))
    judge = Questions.of(own, parts.judge, parts.learn)
    before, after = (judge.found(judge.scores(each)).measured(one)[0][0] for each in (None, same))
    assert after > before + 0.05
    again = projection(own, parts.learn, hidden=False, seed=0, recipe=SHORT)
    assert torch.equal(again.weight, network.weight)
    hidden = projection(own, parts.learn, hidden=True, seed=0, recipe=SHORT)
    assert mapped(hidden, own.rows).shape == (160, 40)


def test_shapes_that_do_not_fit_are_refused() -> None:
    own = drawn(1.0)
    with pytest.raises(ValueError, match="copies"):
        OwnCopies(own.rows, own.places[1:], own.copies)
