"""How what is proved is ordered and scored among what only looks alike."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event, current_thread
from types import SimpleNamespace

import numpy as np
import pytest

from lookalike.search.ranking.engine import Ranking
from lookalike.search.ranking.relation import Evidence
from lookalike.search.ranking.verification import (
    GeometricVerifier,
    proved_score,
    proved_scores,
    votes_for,
    with_proof,
    worth_proving,
)
from lookalike.types import Hits


def evidence(relation, strength=0.9):
    unmoved = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    return Evidence(relation, unmoved, (0, 0, 1, 1), (0, 0, 1, 1), strength, "made up", (1.0, 1.0))


def ranking(*scores):
    ids = np.arange(len(scores)) + 10
    return Ranking(ids, np.array(scores, np.float32), {"phash": np.array(scores, np.float32)}, 0 * ids)


def test_copies_come_before_scenes_and_both_before_what_looks_alike():
    found = with_proof(ranking(0.7, 0.6, 0.5, 0.1), {13: evidence("copy"), 12: evidence("scene")}, 4)
    assert found.ids.tolist() == [13, 12, 10, 11]
    np.testing.assert_allclose(found.scores, [0.1, 0.5, 0.7, 0.6])  # as they look: what they are worth is told apart


def test_what_looks_more_alike_than_a_scene_scores_stays_before_it():
    found = with_proof(ranking(0.95, 0.3), {11: evidence("scene")}, 2)
    assert found.ids.tolist() == [10, 11]


def test_what_has_votes_is_tried_first_and_nothing_twice():
    voted = Hits(np.array([7, 3]), np.array([9.0, 4.0], np.float32))
    assert list(worth_proving(voted, lambda: np.array([3, 5, 8]), most=3)) == [7, 3, 5]


def test_looks_are_asked_for_when_votes_are_not_enough():
    asked: list[int] = []

    def ranked():
        asked.append(1)
        return np.array([5])

    coming = worth_proving(Hits(np.array([7]), np.array([9.0], np.float32)), ranked, most=2)
    assert (next(coming), asked) == (7, [])
    assert (list(coming), asked) == ([5], [1])


def test_scores_of_what_pixels_prove_grow_with_what_is_alike_and_never_meet():
    looks = [0.0, 0.4, 1.0]
    assert [proved_score(score, None) for score in looks] == looks
    assert [proved_score(score, evidence("copy")) for score in looks] == pytest.approx([0.92, 0.952, 1.0])
    told = proved_scores(ranking(0.4, 0.4, 0.4), {10: evidence("copy"), 12: evidence("scene")})
    np.testing.assert_allclose(told, [0.952, 0.4, 0.756], rtol=1e-6)
    order = [proved_score(1.0, evidence(each, 1.0)) for each in ("variant", "part")]
    assert order == [proved_score(0.0, evidence(each)) for each in ("part", "copy")]
    variants = [proved_score(score, evidence("variant", alike)) for score in (0.0, 1.0) for alike in (0.25, 0.75)]
    assert variants == pytest.approx([0.85, 0.87, 0.85, 0.87])


@pytest.mark.parametrize("relation", ["scene", "similar"])
def test_a_shared_view_scores_as_probable_as_it_is_or_as_it_looks_where_that_is_more(relation):
    assert [proved_score(score, evidence(relation)) for score in (0.0, 0.7, 0.9)] == pytest.approx([0.756, 0.756, 0.9])


class Voting:
    """As a classifier the mirror image of 1 is -1; as an index, who asks is noted."""

    def __init__(self):
        self.asked = {}

    def mirrored(self, features):
        return -features

    def __len__(self):
        return 2

    def search(self, features, k, among):
        self.asked[features] = current_thread().name
        return Hits(np.array([features + 5]), np.array([3.0], np.float32))


def test_a_thread_to_spare_seeks_the_mirror_image_and_finds_as_much():
    alone, both = Voting(), Voting()
    with ThreadPoolExecutor(1, "spare") as beside:
        found = votes_for(1, both, both, beside=beside)
    assert [hits.ids.tolist() for hits in found] == [[6], [4]]
    assert [hits.ids.tolist() for hits in votes_for(1, alone, alone)] == [[6], [4]]
    assert both.asked[-1].startswith("spare")
    assert not both.asked[1].startswith("spare")


def test_what_is_done_meanwhile_is_done_before_pixels_are_waited_for():
    done = Event()

    class Waiting(GeometricVerifier):
        def _candidates(self, ids):
            return ((SimpleNamespace(id=id), None) for id in ids)

        def _proof(self, views, agreement, of_hit, record, beside, *, mirrored):
            return beside.submit(lambda: evidence("copy") if done.wait(5) else None)

    classifier = SimpleNamespace(agreement=lambda *_, **__: None)
    verifier = Waiting(store=None, classifier=classifier, index=None, open_hit=None)
    view = SimpleNamespace(features=None)
    assert list(verifier.prove([view], [7, 3], meanwhile=done.set).evidence) == [7, 3]
