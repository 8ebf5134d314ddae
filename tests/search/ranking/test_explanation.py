"""The sentence that says why."""

from lookalike.describe import DESCRIBERS
from lookalike.search.ranking.explanation import UNALIKE, likeness

ALL = {name: DESCRIBERS.make(name) for name in ("ahash", "dhash", "phash", "pdq", "whash")}


def test_the_strongest_are_named_and_the_others_counted() -> None:
    scores = {"ahash": 0.7, "dhash": 0.9, "phash": 0.95, "pdq": 0.8, "whash": 0.5}
    told = likeness(scores, ALL)
    assert told.startswith("alike in layout (phash 0.95), fine layout (dhash 0.90), ")
    assert told.endswith("(pdq 0.80) and 1 other way")
    assert likeness({"dhash": 0.9, "phash": 0.95}, ALL) == "alike in layout (phash 0.95) and fine layout (dhash 0.90)"


def test_what_unrelated_pictures_reach_is_not_named() -> None:
    assert likeness({"dhash": 0.6, "phash": 0.5}, ALL) == UNALIKE
