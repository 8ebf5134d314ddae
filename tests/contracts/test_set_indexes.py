"""What `SetIndex` promises, of every kind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lookalike.index import SET_INDEXES
from lookalike.protocols import SetIndex
from lookalike.types import Keypoints, LocalFeatures, Space

SPACE = Space("sift", "digest", 32, "cosine")
PICTURES = 60
EACH = 40


def features_of(rows: np.ndarray) -> LocalFeatures:
    k = len(rows)
    keypoints = Keypoints(np.zeros((k, 2), np.float32), np.arange(k, 0, -1, dtype=np.float32), (100, 100))
    return LocalFeatures(keypoints, (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32))


def picture(seed: int, k: int = EACH) -> LocalFeatures:
    return features_of(np.random.default_rng(seed).normal(size=(k, 32)))


def seen_again(features: LocalFeatures, share: float, noise: float, seed: int = 0) -> LocalFeatures:
    """Some of the features, shaken."""
    rng = np.random.default_rng(seed)
    kept = rng.permutation(len(features))[: round(share * len(features))]
    rows = features.descriptors[kept]
    return features_of(rows + noise * rng.normal(size=rows.shape) / np.sqrt(rows.shape[1]))


@pytest.fixture(params=list(SET_INDEXES))
def name(request: pytest.FixtureRequest) -> str:
    return request.param


def built(name: str, pictures: int = PICTURES) -> SetIndex:
    """An index of pictures 0, 1, ... with ids 5, 8, 11, ..."""
    sets = [picture(seed) for seed in range(pictures)]
    sample = np.concatenate([picture(seed).descriptors for seed in range(PICTURES)])
    index = SET_INDEXES.make(name).build(SPACE, sample, len(sample))
    index.add(np.arange(pictures) * 3 + 5, sets)
    return index


def test_a_picture_is_found_by_some_of_its_features(name: str) -> None:
    index = built(name)
    for at in range(0, PICTURES, 7):
        hits = index.search(seen_again(picture(at), 0.4, 0.3), 5)
        assert hits.ids[0] == at * 3 + 5
        assert (np.diff(hits.scores) <= 0).all()


def test_a_question_that_shows_two_pictures_finds_both(name: str) -> None:
    rows = np.concatenate([picture(at).descriptors for at in (3, 40)])
    assert set(built(name).search(features_of(rows), 2).ids.tolist()) == {14, 125}


def test_never_more_than_asked_nor_outside_those_among(name: str) -> None:
    index = built(name)
    assert len(index.search(picture(3), 3)) <= 3
    assert set(index.search(picture(3), 50, np.array([8, 11, 10**9])).ids.tolist()) <= {8, 11}
    assert len(index.search(picture(3), 50, np.empty(0, np.int64))) == 0


def test_removed_pictures_are_not_found(name: str) -> None:
    index = built(name)
    index.remove(np.array([14, 10**9]))
    assert (len(index), 14 in index.ids) == (PICTURES - 1, False)
    assert 14 not in index.search(picture(3), 50).ids


def test_a_picture_that_is_removed_before_any_search_is_gone(name: str) -> None:
    index = built(name)
    index.add(np.array([1]), [picture(77)])
    index.remove(np.array([1]))
    assert 1 not in index.search(picture(77), 50).ids


def test_a_picture_that_is_added_again_is_replaced(name: str) -> None:
    index = built(name)
    index.add(np.array([14]), [picture(99)])
    assert len(index) == PICTURES
    assert index.search(picture(99), 1).ids.tolist() == [14]
    assert 14 not in index.search(picture(3), 1).ids


def test_pictures_and_questions_without_features_are_no_error(name: str) -> None:
    index = built(name)
    nothing = picture(0, k=0)
    index.add(np.array([1]), [nothing])
    assert len(index.search(nothing, 5)) == 0
    assert index.search(picture(3), 1).ids.tolist() == [14]


def test_an_empty_index_finds_nothing_and_can_be_filled(name: str) -> None:
    index = SET_INDEXES.make(name).build(SPACE, np.empty((0, 32), np.float32))
    assert (len(index), index.ids.tolist(), index.kind) == (0, [], name)
    assert len(index.search(picture(3), 5)) == 0
    index.add(np.array([7, 9]), [picture(3), picture(4)])
    assert index.search(picture(4), 1).ids.tolist() == [9]


def test_a_saved_index_answers_the_same(name: str, tmp_path: Path) -> None:
    index = built(name)
    index.save(tmp_path / "file")
    again = SET_INDEXES.make(name).load(tmp_path / "file", SPACE)
    for at in range(5):
        mine, other = index.search(picture(at), 10), again.search(picture(at), 10)
        assert (mine.ids.tolist(), mine.scores.tolist()) == (other.ids.tolist(), other.scores.tolist())
    again.add(np.array([1]), [picture(77)])
    assert again.search(picture(77), 1).ids.tolist() == [1]


def test_two_builds_answer_the_same_whatever_the_order_of_adding(name: str) -> None:
    one, other = built(name), built(name, 0)
    for at in reversed(range(PICTURES)):
        other.add(np.array([at * 3 + 5]), [picture(at)])
    for at in range(5):
        mine, theirs = one.search(picture(at), 10), other.search(picture(at), 10)
        assert mine.ids.tolist() == theirs.ids.tolist()
        assert mine.scores == pytest.approx(theirs.scores)


def test_features_of_another_space_are_refused(name: str) -> None:
    wrong = features_of(np.ones((3, 16)))
    index = built(name, 2)
    with pytest.raises(ValueError, match="32 columns"):
        index.add(np.array([1]), [wrong])
    with pytest.raises(ValueError, match="32 columns"):
        index.search(wrong, 1)
    with pytest.raises(ValueError, match="bits"):
        SET_INDEXES.make(name).build(Space("orb", "digest", 256, "hamming"), np.empty((0, 32), np.uint8))
