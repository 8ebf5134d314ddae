"""What every matcher and verifier promises: each test runs over every row of both tables."""

from __future__ import annotations

import inspect
import json
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lookalike.local import EXTRACTORS
from lookalike.match import MATCHERS, VERIFIERS
from lookalike.protocols import Matcher, Verifier
from lookalike.registry import configuration
from lookalike.types import LocalFeatures, Picture

Pair = tuple[LocalFeatures, LocalFeatures]


@pytest.fixture(scope="module", params=MATCHERS)
def matcher(request: pytest.FixtureRequest, ready: Callable[..., Any], superglue_file: Path) -> Matcher:
    """Each row of the table in turn; SuperGlue on drawn weights."""
    settings = {"weights": str(superglue_file)} if request.param == "superglue" else {}
    found: Matcher = ready(MATCHERS, request.param, settings)
    return found


@pytest.fixture(scope="module", params=VERIFIERS)
def verifier(request: pytest.FixtureRequest) -> Verifier:
    return VERIFIERS.make(request.param)


@pytest.fixture(scope="module")
def pair(matcher: Matcher, photos: list[Picture], ready: Callable[..., Any]) -> Pair:
    """A photo and a part of it, by features of the kind that the matcher knows."""
    local, max_keypoints = {"lightglue": ("xfeat", 600), "superglue": ("sift", 250)}.get(matcher.name, ("sift", 600))
    extractor = ready(EXTRACTORS, local, {"side": 400, "max_keypoints": max_keypoints})
    part = np.ascontiguousarray(photos[0].pixels[60:420, 80:430])
    a, b = extractor.extract(Picture(part, (350, 360))), extractor.extract(photos[0])
    return (as_wide(a), as_wide(b)) if matcher.name == "superglue" else (a, b)


def as_wide(features: LocalFeatures) -> LocalFeatures:
    """SIFT's rows as long as SuperPoint's, and scores of much the same."""
    keypoints = replace(features.keypoints, scores=np.linspace(1, 0, len(features), dtype=np.float32))
    centred = features.descriptors - features.descriptors.mean(axis=1, keepdims=True)
    rows = np.pad(centred / np.linalg.norm(centred, axis=1, keepdims=True), ((0, 0), (0, 128)))
    return LocalFeatures(keypoints, rows.astype(np.float32))


def test_both_say_what_they_are(matcher: Matcher, verifier: Verifier) -> None:
    assert isinstance(matcher, Matcher)
    assert isinstance(verifier, Verifier)
    assert MATCHERS.load(matcher.name) is type(matcher)
    assert VERIFIERS.load(verifier.name) is type(verifier)
    for component in (matcher, verifier):
        assert component.source.strip()
        assert component.revision >= 1
        assert inspect.getdoc(type(component))
        assert pickle.loads(pickle.dumps(component)) == component
        assert hash(component) == hash(pickle.loads(pickle.dumps(component)))


def test_both_come_back_from_their_configuration(matcher: Matcher, verifier: Verifier) -> None:
    assert MATCHERS.restore(json.dumps(json.loads(configuration(matcher)))) == matcher
    assert VERIFIERS.restore(json.dumps(json.loads(configuration(verifier)))) == verifier


def test_matches_are_rows_of_both_best_first(matcher: Matcher, pair: Pair) -> None:
    a, b = pair
    matches = matcher.match(a, b)
    assert (matches.pairs.dtype, matches.scores.dtype) == (np.int64, np.float32)
    assert len(matches) > 30
    assert ((matches.pairs >= 0) & (matches.pairs < (len(a), len(b)))).all()
    assert ((matches.scores >= 0) & (matches.scores <= 1)).all()
    assert (np.diff(matches.scores) <= 1e-6).all()
    for side in (0, 1):
        assert len(np.unique(matches.pairs[:, side])) == len(matches)


def test_nothing_matches_nothing(matcher: Matcher, pair: Pair) -> None:
    a, b = pair
    assert [len(matcher.match(x, y)) for x, y in ((a[:0], b), (a, b[:0]), (a[:0], b[:0]))] == [0, 0, 0]
    assert len(matcher.match(a[:1], b[:1])) <= 1


def test_a_picture_matches_itself_row_by_row(matcher: Matcher, pair: Pair) -> None:
    matches = matcher.match(pair[1], pair[1])
    assert np.mean(matches.pairs[:, 0] == matches.pairs[:, 1]) > 0.99
    assert len(matches) > 0.8 * len(pair[1])


def test_the_same_sets_have_the_same_answer_and_are_not_written_to(
    matcher: Matcher, verifier: Verifier, pair: Pair
) -> None:
    before = [(features.keypoints.xy.copy(), features.descriptors.copy()) for features in pair]
    first, again = (matcher.match(*pair) for _ in range(2))
    np.testing.assert_array_equal(first.pairs, again.pairs)
    found = [verifier.verify(*pair, first) for _ in range(2)]
    assert (found[0] is None) == (found[1] is None)
    if found[0] is not None and found[1] is not None:
        np.testing.assert_array_equal(found[0].model, found[1].model)
        assert len(found[0].inliers) == len(first)
    for features, (xy, rows) in zip(pair, before, strict=True):
        np.testing.assert_array_equal(features.keypoints.xy, xy)
        np.testing.assert_array_equal(features.descriptors, rows)


def test_no_matches_are_no_geometry(verifier: Verifier, pair: Pair, matcher: Matcher) -> None:
    a, b = pair
    assert verifier.verify(a, b, matcher.match(a, b)[:0]) is None
    assert verifier.verify(a[:0], b, matcher.match(a[:0], b)) is None
