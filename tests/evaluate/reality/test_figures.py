"""Figures of the test against a loop over its pictures."""

import numpy as np
import pytest

from lookalike.evaluate.reality.figures import Figures, measured


def drawn(count, d=6, seed=0):
    rows = np.random.default_rng(seed).normal(size=(count, d)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def one_by_one(rows, labels):
    told: dict[str, list[float]] = {"p@1": [], "r_precision": [], "map@r": []}
    for at, row in enumerate(rows):
        others = sorted((-float(row @ other), number) for number, other in enumerate(rows) if number != at)
        right = [labels[number] == labels[at] for _, number in others]
        if not any(right):
            continue
        r = sum(right)
        told["p@1"].append(right[0])
        told["r_precision"].append(sum(right[:r]) / r)
        told["map@r"].append(sum(sum(right[: k + 1]) / (k + 1) for k in range(r) if right[k]) / r)
    return told


def test_it_agrees_with_a_loop_over_the_pictures():
    rows, labels = drawn(30), np.random.default_rng(1).integers(0, 8, 30)
    labels[0] = 99  # it has no other of its class, and asks nothing
    expected = one_by_one(rows, labels)
    found = measured(rows, labels)
    assert list(found) == list(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, atol=1e-12, err_msg=name)


def test_rows_side_by_side_are_compared_by_the_mean_of_their_cosines():
    labels = np.repeat(np.arange(4), 3)
    rows = [drawn(12, seed=seed) for seed in (1, 2)]
    found = Figures.of(rows, labels)
    each = [measured(one, labels)["map@r"] for one in rows]
    np.testing.assert_allclose(found.separated["map@r"], np.mean(each, axis=0))
    both = np.hstack(rows) / np.sqrt(2)
    np.testing.assert_allclose(both @ both.T, (rows[0] @ rows[0].T + rows[1] @ rows[1].T) / 2, atol=1e-6)
    np.testing.assert_allclose(found.concatenated["map@r"], measured(both, labels)["map@r"])


def test_figures_that_were_kept_are_the_same_and_the_gain_is_paired():
    labels = np.repeat(np.arange(4), 3)
    found, other = (Figures.of([drawn(12, seed=seed)], labels) for seed in (1, 2))
    again = Figures.from_lists(found.to_lists())
    assert again.to_lists() == found.to_lists()
    groups = np.repeat(np.arange(4), 3)
    estimates = found.estimates(other, groups)
    difference = found.separated["map@r"].mean() - other.separated["map@r"].mean()
    assert estimates["gain"].value == pytest.approx(difference)
    assert found.estimates(found, groups)["gain"].low == 0 == found.estimates(found, groups)["gain"].high
    assert "gain" not in found.estimates(None, groups)
