from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from lookalike.search.ranking.common_places import MANY, Place, common

LETTERS, ALL = 30, 100


def place(first: int, *, says: int = -1) -> Place:
    """Twenty keypoints of a caption that has the first thirty of all."""
    return Place(np.arange(first, first + 20), np.arange(ALL) < LETTERS, says)


def test_places_that_many_pictures_share_and_that_tell_nothing_are_common():
    found = common([place(at) for at in range(MANY)])
    assert found is not None
    assert np.flatnonzero(found).tolist() == list(range(LETTERS))
    assert common([place(at) for at in range(MANY - 1)]) is None


def test_places_of_a_copy_are_never_common():
    assert common([*(place(at) for at in range(MANY)), place(0, says=1)]) is None


def test_pictures_in_doubt_are_no_reason_for_common_places():
    assert common([place(at, says=0) for at in range(2 * MANY)]) is None


def test_a_question_of_letters_alone_keeps_them():
    assert common([Place(np.arange(20), np.ones(ALL, bool), -1)] * MANY) is None


@pytest.mark.parametrize(
    ("relation", "strength", "says"),
    [
        ("copy", 1.0, 1),
        ("part", 1.0, 1),
        ("variant", 1.0, -1),
        ("scene", 0.95, 0),
        ("similar", 0.8, 0),
        ("similar", 0.3, -1),
    ],
)
def test_what_is_found_of_a_picture_tells_whether_its_place_does(relation, strength, says):
    assert place(0).told(SimpleNamespace(relation=relation, strength=strength)).says == says
