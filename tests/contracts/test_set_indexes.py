"""What `SetIndex` promises, of every kind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lookalike.finders import SetIndex
from lookalike.index import SET_INDEXES
from lookalike.types import Keypoints, LocalFeatures, Space

FLOATS, BITS = Space("sift", "digest", 32, "cosine"), Space("segments", "digest", 64, "hamming")
SPACES = {"asmk": FLOATS, "inverted": FLOATS, "votes": BITS}
"""What each kind takes."""
PICTURES = 60
EACH = 40
Drawn = Callable[..., LocalFeatures]


def features_of(rows: np.ndarray, space: Space) -> LocalFeatures:
    """Rows of any length as the space keeps them: of unit length, or as bits, which say where they are positive."""
    k = len(rows)
    keypoints = Keypoints(np.zeros((k, 2), np.float32), np.arange(k, 0, -1, dtype=np.float32), (100, 100))
    if space.metric == "hamming":
        return LocalFeatures(keypoints, np.packbits(rows > 0, axis=1))
    return LocalFeatures(keypoints, (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32))


def rows_of(seed: int, space: Space, k: int = EACH) -> np.ndarray:
    """Of unit length."""
    rows = np.random.default_rng(seed).normal(size=(k, space.dim))
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def seen_again(rows: np.ndarray, share: float, noise: float, seed: int = 0) -> np.ndarray:
    """Some of the rows, shaken."""
    rng = np.random.default_rng(seed)
    kept = rows[rng.permutation(len(rows))[: round(share * len(rows))]]
    return kept + noise * rng.normal(size=kept.shape) / np.sqrt(kept.shape[1])


@pytest.fixture(params=list(SET_INDEXES))
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def picture(name: str) -> Drawn:
    """The features of a picture of that number, for this kind of index."""
    return lambda seed, k=EACH: features_of(rows_of(seed, SPACES[name], k), SPACES[name])


def built(name: str, pictures: int = PICTURES) -> SetIndex:
    """An index of pictures 0, 1, ... with ids 5, 8, 11, ..."""
    all_of = [features_of(rows_of(seed, SPACES[name]), SPACES[name]) for seed in range(PICTURES)]
    sets = all_of[:pictures]
    sample = np.concatenate([each.descriptors for each in all_of])
    index = SET_INDEXES.make(name).build(SPACES[name], sample, len(sample))
    index.add(np.arange(pictures) * 3 + 5, sets)
    return index


def test_a_picture_is_found_by_some_of_its_features(name: str) -> None:
    index = built(name)
    for at in range(0, PICTURES, 7):
        hits = index.search(features_of(seen_again(rows_of(at, SPACES[name]), 0.4, 0.3), SPACES[name]), 5)
        assert hits.ids[0] == at * 3 + 5
        assert (np.diff(hits.scores) <= 0).all()


def test_a_question_that_shows_two_pictures_finds_both(name: str) -> None:
    rows = np.concatenate([rows_of(at, SPACES[name]) for at in (3, 40)])
    assert set(built(name).search(features_of(rows, SPACES[name]), 2).ids.tolist()) == {14, 125}


def test_never_more_than_asked_nor_outside_those_among(name: str, picture: Drawn) -> None:
    index = built(name)
    assert len(index.search(picture(3), 3)) <= 3
    assert set(index.search(picture(3), 50, np.array([8, 11, 10**9])).ids.tolist()) <= {8, 11}
    assert len(index.search(picture(3), 50, np.empty(0, np.int64))) == 0


def test_of_equals_at_the_cut_the_lowest_ids_stay(name: str, picture: Drawn) -> None:
    index = built(name)
    equals = np.random.default_rng(0).permutation(30) * 2 + 20_000
    index.add(equals, [picture(77)] * 30)
    for k in (1, 5, 29):
        assert index.search(picture(77), k).ids.tolist() == sorted(equals.tolist())[:k]


def test_removed_pictures_are_not_found(name: str, picture: Drawn) -> None:
    index = built(name)
    index.remove(np.array([14, 10**9]))
    assert (len(index), 14 in index.ids) == (PICTURES - 1, False)
    assert 14 not in index.search(picture(3), 50).ids


def test_a_picture_that_is_removed_before_any_search_is_gone(name: str, picture: Drawn) -> None:
    index = built(name)
    index.add(np.array([1]), [picture(77)])
    index.remove(np.array([1]))
    assert 1 not in index.search(picture(77), 50).ids


def test_a_picture_that_is_added_twice_before_any_search_is_the_later_one(name: str, picture: Drawn) -> None:
    index = built(name)
    index.add(np.array([1, 2]), [picture(77), picture(78)])
    index.add(np.array([1]), [picture(99)])
    assert len(index) == PICTURES + 2
    later, other = (index.search(picture(seed), 1) for seed in (99, 78))
    assert (later.ids.tolist(), other.ids.tolist()) == ([1], [2])
    assert index.search(picture(77), 1).scores.max(initial=0) < later.scores[0] / 5  # no more than chance gives


def test_of_one_picture_twice_in_one_call_the_later_counts(name: str, picture: Drawn) -> None:
    index, once = built(name), built(name)
    index.add(np.array([1, 2, 1]), [picture(77), picture(78), picture(99)])
    once.add(np.array([2, 1]), [picture(78), picture(99)])
    for seed in (77, 78, 99, 3):
        ours, theirs = (each.search(picture(seed), 5) for each in (index, once))
        assert (ours.ids.tolist(), ours.scores.tolist()) == (theirs.ids.tolist(), theirs.scores.tolist())


def test_a_picture_that_is_added_again_is_replaced(name: str, picture: Drawn) -> None:
    index = built(name)
    index.add(np.array([14]), [picture(99)])
    assert len(index) == PICTURES
    assert index.search(picture(99), 1).ids.tolist() == [14]
    assert 14 not in index.search(picture(3), 1).ids


def test_pictures_and_questions_without_features_are_no_error(name: str, picture: Drawn) -> None:
    index = built(name)
    nothing = picture(0, k=0)
    index.add(np.array([1]), [nothing])
    assert len(index.search(nothing, 5)) == 0
    assert index.search(picture(3), 1).ids.tolist() == [14]


def test_an_empty_index_finds_nothing_and_can_be_filled(name: str, picture: Drawn) -> None:
    index = SET_INDEXES.make(name).build(SPACES[name], np.empty((0, SPACES[name].columns), SPACES[name].dtype))
    assert (len(index), index.ids.tolist(), index.kind) == (0, [], name)
    assert len(index.search(picture(3), 5)) == 0
    index.add(np.array([7, 9]), [picture(3), picture(4)])
    assert index.search(picture(4), 1).ids.tolist() == [9]


def test_a_saved_index_answers_the_same(name: str, tmp_path: Path, picture: Drawn) -> None:
    index = built(name)
    index.save(tmp_path / "file")
    again = SET_INDEXES.make(name).load(tmp_path / "file", SPACES[name])
    for at in range(5):
        mine, other = index.search(picture(at), 10), again.search(picture(at), 10)
        assert (mine.ids.tolist(), mine.scores.tolist()) == (other.ids.tolist(), other.scores.tolist())
    again.add(np.array([1]), [picture(77)])
    assert again.search(picture(77), 1).ids.tolist() == [1]


def test_two_builds_answer_the_same_whatever_the_order_of_adding(name: str, picture: Drawn) -> None:
    one, other = built(name), built(name, 0)
    for at in reversed(range(PICTURES)):
        other.add(np.array([at * 3 + 5]), [picture(at)])
    for at in range(5):
        mine, theirs = one.search(picture(at), 10), other.search(picture(at), 10)
        assert mine.ids.tolist() == theirs.ids.tolist()
        assert mine.scores == pytest.approx(theirs.scores)


def test_features_of_another_space_are_refused(name: str) -> None:
    wrong = features_of(np.ones((3, SPACES[name].dim // 2)), SPACES[name])
    index = built(name, 2)
    wanted = f"{SPACES[name].columns} columns"
    with pytest.raises(ValueError, match=wanted):
        index.add(np.array([1]), [wrong])
    with pytest.raises(ValueError, match=wanted):
        index.search(wrong, 1)
    other = FLOATS if SPACES[name] is BITS else BITS
    with pytest.raises(ValueError, match="bits"):
        SET_INDEXES.make(name).build(other, np.empty((0, other.columns), other.dtype))
