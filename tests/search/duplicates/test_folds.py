"""What is folded needs no comparison, and hides nothing."""

from __future__ import annotations

from lookalike.search.duplicates.folds import Folds
from lookalike.types import Difference, VerifiedPair

SPECK = Difference((0, 0, 1, 1), (0, 0, 1, 1), 0.001, "speck")


def folded(areas: list[int], *pairs: VerifiedPair) -> Folds:
    """Contents from 1 with these areas."""
    folds = Folds(dict(enumerate(areas, 1)))
    for pair in pairs:
        folds.add(pair)
    return folds


def copies(a: int, b: int, of_a: float = 1.0) -> VerifiedPair:
    return VerifiedPair(a, b, "copy", 0.9, (of_a, 1.0), (), ())


def test_copies_of_one_hub_are_held_together() -> None:
    folds = folded([9, 9, 9, 9], copies(1, 2), copies(1, 3))
    assert folds.hold(2, 3)
    assert folds.hold(1, 3)
    assert not folds.hold(3, 4)
    assert not folds.hold(4, 4)


def test_two_proofs_lead_to_a_hub_and_three_do_not() -> None:
    folds = folded([9, 9, 9, 9], copies(1, 2), copies(2, 3), copies(3, 4))
    assert folds.hold(1, 3)
    assert not folds.hold(1, 4)


def test_what_has_fewer_px_holds_nothing() -> None:
    """1 is a thumbnail: 2 and 3 may be another number each."""
    assert not folded([4, 9, 9], copies(1, 2), copies(1, 3)).hold(2, 3)
    assert not folded([9, 4, 9], copies(1, 2), copies(2, 3)).hold(1, 3)


def test_copies_that_differ_or_lack_something_are_not_folded() -> None:
    differing = VerifiedPair(1, 2, "copy", 0.9, (1.0, 1.0), (), (SPECK,))
    unknown = VerifiedPair(1, 2, "variant", 0.9, (1.0, 1.0), (), ())
    for pair in (differing, unknown, copies(1, 2, of_a=0.8)):
        assert not folded([9, 9], pair).hold(1, 2)
