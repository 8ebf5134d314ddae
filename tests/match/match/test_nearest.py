from __future__ import annotations

import numpy as np
import pytest

from lookalike.match.match.nearest import Nearest
from lookalike.types import Keypoints, LocalFeatures, Vectors

RNG = np.random.default_rng(0)


def features(rows: Vectors) -> LocalFeatures:
    k = len(rows)
    return LocalFeatures(Keypoints(np.zeros((k, 2), np.float32), np.zeros(k, np.float32), (9, 9)), rows)


def floats(k: int, seed: int = 0) -> LocalFeatures:
    rows = np.abs(np.random.default_rng(seed).normal(size=(k, 32)))
    return features((rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32))


def bits(k: int, seed: int = 0) -> LocalFeatures:
    return features(np.random.default_rng(seed).integers(0, 256, (k, 13), dtype=np.uint8))


def slow(a: LocalFeatures, b: LocalFeatures, mutual: bool, ratio: float) -> dict[tuple[int, int], float]:
    """Pair to score, one distance at a time."""

    def distance(x: Vectors, y: Vectors) -> float:
        if x.dtype == np.uint8:
            return float(np.unpackbits(x ^ y).sum())
        return float(np.linalg.norm(x.astype(float) - y.astype(float)))

    table = [[distance(x, y) for y in b.descriptors] for x in a.descriptors]
    found: dict[tuple[int, int], float] = {}
    for i, row in enumerate(table):
        j = int(np.argmin(row))
        first, second = sorted(row)[:2]
        is_mutual = min(other[j] for other in table) == row[j] and all(taken != j for _, taken in found)
        if first <= ratio * second and first < second and (is_mutual or not mutual):
            found[i, j] = 1 - first / second
    return found


@pytest.mark.parametrize("make", [floats, bits])
@pytest.mark.parametrize("mutual", [True, False])
@pytest.mark.parametrize("ratio", [0.9, 0.95])
def test_it_finds_what_a_slow_loop_finds(make: type, mutual: bool, ratio: float) -> None:
    a, b = make(310, 1), make(70, 2)
    expected = slow(a, b, mutual, ratio)
    matches = Nearest(mutual=mutual, ratio=ratio).match(a, b)
    found = {(int(i), int(j)): float(score) for (i, j), score in zip(matches.pairs, matches.scores, strict=True)}
    assert found.keys() == expected.keys()
    assert len(found) > 5
    np.testing.assert_allclose([found[pair] for pair in expected], list(expected.values()), atol=1e-4)
    assert (np.diff(matches.scores) <= 0).all()


@pytest.mark.parametrize("make", [floats, bits])
def test_each_set_matches_itself(make: type) -> None:
    a = make(600)
    matches = Nearest().match(a, a)
    assert sorted(map(tuple, matches.pairs.tolist())) == [(i, i) for i in range(600)]
    assert (matches.scores > 0.9).all()


@pytest.mark.parametrize("make", [floats, bits])
def test_what_is_there_twice_is_no_match(make: type) -> None:
    a = make(40)
    twice = features(np.concatenate([a.descriptors, a.descriptors]))
    assert len(Nearest().match(a, twice)) == 0
    one = Nearest(ratio=1).match(twice, a)
    assert sorted(one.pairs[:, 1].tolist()) == list(range(40))  # one-to-one, though two are equally near


@pytest.mark.parametrize("make", [floats, bits])
def test_nothing_matches_nothing_and_one_may_match_one(make: type) -> None:
    none, one, many = make(0), make(1), make(30)
    for a, b in ((none, many), (many, none), (none, none)):
        assert Nearest().match(a, b).pairs.shape == (0, 2)
    assert Nearest().match(one, one).pairs.tolist() == [[0, 0]]
    assert len(Nearest().match(many, one)) <= 1


def test_rows_of_two_spaces_are_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="one space"):
        Nearest().match(floats(3), bits(3))


def test_a_ratio_beyond_its_range_is_refused() -> None:
    with pytest.raises(ValueError, match="ratio"):
        Nearest(ratio=0)
