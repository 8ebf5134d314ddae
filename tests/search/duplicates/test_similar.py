"""Pairs and groups of a made store: against all pairs by a loop, and without chains."""

import numpy as np
import pytest

from lookalike.describe import DESCRIBERS
from lookalike.errors import BadQuery
from lookalike.index.flat import Flat
from lookalike.search.calibration.model import Calibration
from lookalike.search.duplicates.similar import LEAST, expected_precision, groups_of, near_pairs, threshold_of_pairs
from lookalike.search.ranking.channels import Channel
from lookalike.store.memory import MemoryStore
from lookalike.types import Content, Stamp

CHANNELS = [Channel(DESCRIBERS.make("histogram"), 1.0), Channel(DESCRIBERS.make("thumbnail"), 0.5)]
STAMP = Stamp(1, 1, 1, 1)


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def store():
    """Forty contents in ten clusters of four; the last one lacks a thumbnail, the first has two files."""
    chance = np.random.default_rng(0)
    made = MemoryStore()
    with made.writing(), made.transaction():
        contents = [Content(f"{at:064x}", 1, (4, 4), "png") for at in range(40)]
        ids = made.put_contents(contents)
        made.put_records([(f"/p/{at:02}.png", STAMP, content.sha256) for at, content in enumerate(contents)])
        made.put_records([("/p/again.png", STAMP, contents[0].sha256)])
        for channel in CHANNELS:
            space = channel.describer.space
            made.add_space(space, "{}")
            centres = np.repeat(abs(chance.normal(size=(10, space.dim))) ** 3, 4, axis=0)
            rows = unit(centres + 0.3 * abs(chance.normal(size=centres.shape)))
            kept = slice(None, 39) if channel.name == "thumbnail" else slice(None)
            made.put(space, ids[kept], rows[kept])
    return made


def index_of(store):
    def index(space):
        made = Flat().build(space, np.empty((0, space.columns), space.dtype))
        for ids, rows in store.vectors(space):
            made.add(ids, rows)
        return made

    return index


def test_pairs_are_those_of_a_loop_over_all(store):
    pairs, scores = near_pairs(store, index_of(store), CHANNELS)
    rows = {}
    for channel in CHANNELS:
        for ids, found in store.vectors(channel.describer.space):
            rows[channel.name] = dict(zip(ids.tolist(), found, strict=True))
    slow = {}
    for a in store.ids().tolist():
        for b in store.ids().tolist():
            if a < b:
                total, weights = 0.0, 0.0
                for channel in CHANNELS:
                    own = rows[channel.name]
                    if a in own and b in own:  # else it abstains
                        floor = channel.describer.unrelated
                        total += channel.weight * max(0.0, (float(own[a] @ own[b]) - floor) / (1 - floor))
                        weights += channel.weight
                score = total / weights if weights else 0.0
                if score >= LEAST:
                    slow[a, b] = score
    assert {tuple(pair) for pair in pairs.tolist()} == set(slow)
    np.testing.assert_allclose(scores, [slow[tuple(pair)] for pair in pairs.tolist()], atol=1e-5)
    assert (np.diff(scores) <= 0).all()


def test_every_two_of_a_group_are_a_pair_and_files_of_one_content_are_a_group(store):
    pairs = np.array([[2, 3], [3, 4], [5, 6]])  # 2-4 is missing: no chain
    groups = groups_of(store, pairs, np.array([0.9, 0.8, 0.7], np.float32))
    names = [[member.path for member in group.members] for group in groups]
    assert sorted(names) == [["/p/00.png", "/p/again.png"], ["/p/01.png", "/p/02.png"], ["/p/04.png", "/p/05.png"]]
    assert {group.relation for group in groups} == {"similar", "identical"}
    assert sorted(round(group.weakest, 3) for group in groups) == [0.7, 0.9, 1.0]


def test_a_triangle_is_one_group_with_its_weakest_link(store):
    pairs = np.array([[2, 3], [3, 4], [2, 4]])
    (group,) = (g for g in groups_of(store, pairs, np.array([0.9, 0.8, 0.6], np.float32)) if g.relation == "similar")
    assert len(group.members) == 3
    assert group.weakest == pytest.approx(0.6)


def calibrated(tail):
    return Calibration("copy", "isotonic", (0.0, 1.0), (0.1, 0.9), (0.5,), (0.9,), (0.5,), 10, 40, 0.1, tail)


def test_strangers_are_expected_by_the_number_of_pictures_and_the_tail():
    scores = np.array([0.9, 0.8, 0.6, 0.3], np.float32)
    calibration = calibrated((0.5, 0.1, 0.1))
    found = expected_precision(scores, 20, calibration)
    wrong = 20 / 2 * 0.1 * np.exp(-(scores[:3].astype(float) - 0.5) / 0.1)
    np.testing.assert_allclose(found, [*np.clip(1 - wrong / [1, 2, 3], 0, 1), 0], atol=1e-6)
    assert threshold_of_pairs(scores, 20, calibration, 0.9) == pytest.approx(0.8)
    assert threshold_of_pairs(scores, 10**9, calibration, 0.9) == float("inf")


def test_classes_say_nothing_of_strangers():
    with pytest.raises(BadQuery, match="without --labels"):
        threshold_of_pairs(np.array([0.9], np.float32), 20, calibrated(None), 0.9)
