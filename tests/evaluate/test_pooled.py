"""One threshold for all queries: hand-worked lists, and resampling against repeating the queries themselves."""

import numpy as np
import pytest

from lookalike.evaluate.metrics.pairs import PairList
from lookalike.evaluate.pooled import BEST, Pooled, best_of


def made(queries=12, seed=0):
    chance = np.random.default_rng(seed)
    best = []
    for at in range(queries):
        scores = chance.permutation(40)[:7] / 40
        right = np.zeros(7, bool)
        right[chance.integers(7)] = at % 3 > 0
        best.append((scores, right))
    return best, np.array([int(at % 3 > 0) for at in range(queries)])


def test_values_are_those_of_all_pairs_in_one_list():
    best, answers = made()
    pooled = Pooled.of(best, answers)
    pairs = PairList.of(np.concatenate([s for s, _ in best]), np.concatenate([r for _, r in best]))
    assert pooled.values()["micro-ap"] == pairs.micro_ap(answers.sum())
    assert pooled.values()["recall@p90"] == pairs.recall_at_precision(answers.sum(), 0.9)


def test_a_query_that_is_drawn_twice_counts_as_two_queries():
    best, answers = made()
    drawn = np.random.default_rng(1).integers(0, 3, size=(4, len(best)))
    found = Pooled.of(best, answers).replicates(drawn.astype(float))
    for at, counts in enumerate(drawn):
        again = np.repeat(np.arange(len(best)), counts)
        slow = Pooled.of([best[query] for query in again], answers[again]).values()
        for name, value in slow.items():
            # Pairs of a repeated query tie; a weight takes them as one step, which moves the AP a little.
            assert found[name][at] == pytest.approx(value, abs=0.03 if name == "micro-ap" else 1e-9)


def test_a_draw_without_any_answer_finds_nothing():
    best, answers = made()
    found = Pooled.of(best, answers).replicates((answers == 0).astype(float)[None])
    assert {name: values.tolist() for name, values in found.items()} == {name: [0.0] for name in found}


def test_the_best_of_a_query_leave_out_junk_and_put_wrong_ties_first():
    scores = np.array([0.9, 0.5, 0.5, 0.4, 0.99])
    relevant = np.array([False, True, False, False, False])
    junk = np.array([False, False, False, False, True])
    best, right = best_of(scores, relevant, junk)
    assert best.tolist() == [0.9, 0.5, 0.5, 0.4]
    assert right.tolist() == [False, False, True, False]


def test_no_more_than_the_best_are_proposed_and_ties_at_the_end_are_wrong_ones():
    scores = np.r_[np.ones(BEST - 1), np.full(50, 0.5), 0.1]
    relevant = np.zeros(len(scores), bool)
    relevant[-2] = True
    best, right = best_of(scores, relevant, np.zeros(len(scores), bool))
    assert best.tolist() == [1.0] * (BEST - 1) + [0.5]
    assert not right.any()
