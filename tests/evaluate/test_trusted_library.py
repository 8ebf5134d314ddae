"""The measure of trust over a library, on searches and groups that know the truth, or nothing of it."""

from pathlib import Path

import pytest

from lookalike.evaluate.near_misses import Photos
from lookalike.evaluate.trusted_library import Answers, Held, Shelf, counted_groups, counted_searches, shelf


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return shelf(["ean", "logo"], 1, Photos(()), tmp_path_factory.mktemp("shelf"))


def asking_of(made: Shelf, path: Path) -> Held:
    return next(each for each in made.asking if each.path == path)


def truth(made: Shelf, path: Path) -> Answers:
    asked = asking_of(made, path)
    near = sorted(
        (each for each in made.held if asked.is_sibling(each)), key=lambda each: (not asked.is_copy(each), each.path)
    )
    return [(each.path, "copy" if asked.is_copy(each) else "variant") for each in near]


def test_each_picture_lies_there_twice_and_asks_once(made: Shelf) -> None:
    assert len(made.held) == 2 * 4 * 2
    assert len(made.asking) == 2 * 4
    assert all(each.path.exists() for each in (*made.held, *made.asking))


def test_a_search_that_tells_the_truth_finds_all_and_is_never_false(made: Shelf) -> None:
    found = counted_searches(made, lambda path: truth(made, path))
    assert list(found) == ["ean", "logo", "all"]
    assert (found["all"].asked, found["all"].first) == (8, 8)
    assert (found["all"].near, found["all"].false) == (8 * 6, 0)
    assert (found["all"].true, found["all"].kept) == (8 * 2, 8 * 2)


def test_a_search_that_calls_all_copies_in_any_order_is_always_false(made: Shelf) -> None:
    found = counted_searches(made, lambda path: [(each.path, "copy") for each in made.held])["all"]
    assert found.false == found.near
    assert found.kept == found.true
    assert found.first == 1  # of the one question whose copy lies first of all


def test_a_search_that_finds_nothing_keeps_nothing(made: Shelf) -> None:
    found = counted_searches(made, lambda path: [])["all"]
    assert (found.false, found.kept, found.first, found.asked) == (0, 0, 0, 8)


def test_groups_of_copies_alone_are_never_false(made: Shelf) -> None:
    contents = {(each.kind, each.content) for each in made.held}
    groups = [[each.path for each in made.held if (each.kind, each.content) == content] for content in sorted(contents)]
    found = counted_groups(made, groups)
    assert (found["all"].true, found["all"].kept) == (8, 8)
    assert (found["all"].near, found["all"].false) == (2 * 6 * 4, 0)


def test_one_group_of_all_is_false_in_every_pair_of_siblings(made: Shelf) -> None:
    found = counted_groups(made, [[each.path for each in made.held]])
    assert found["ean"].false == found["ean"].near == 24
    assert found["all"].kept == 8
