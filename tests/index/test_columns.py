from __future__ import annotations

import numpy as np
import pytest

from lookalike.index.columns import AT_ONCE, Columns

WORDS = 20


def drawn(ids: range, seed: int, n: int = 300) -> Columns:
    """Entries of these pictures, several of one word among them."""
    rng = np.random.default_rng(seed)
    of = rng.choice(np.array(ids, np.int64), n) if n else np.empty(0, np.int64)
    return Columns.of(
        of, rng.integers(0, WORDS, n).astype(np.int32), rng.integers(0, 2**63, n).astype(np.uint64), WORDS
    )


def entries(columns: Columns) -> tuple[list[int], list[int], list[int]]:
    return columns.ids[columns.owners].tolist(), columns.lists.tolist(), columns.signatures.tolist()


def sorted_at_once(*parts: Columns) -> Columns:
    of = np.concatenate([part.ids[part.owners] for part in parts])
    lists = np.concatenate([part.lists for part in parts])
    return Columns.of(of, lists, np.concatenate([part.signatures for part in parts]), WORDS)


@pytest.mark.parametrize(
    ("held", "new"),
    [
        (range(5, 40, 3), range(4, 40, 3)),
        (range(9), range(100, 101)),
        (range(50, 60), range(3)),
        (range(3), range(7, 9)),
    ],
)
@pytest.mark.parametrize("n", [0, 1, 300])
def test_entries_that_join_stand_where_sorting_all_would_put_them(held: range, new: range, n: int) -> None:
    one, other = drawn(held, 0), drawn(new, 1, n)
    for joined in (one.joined(other), other.joined(one)):
        whole = sorted_at_once(one, other)
        assert joined.ids.tolist() == whole.ids.tolist()
        assert entries(joined) == entries(whole)
        assert [each.dtype for each in (joined.owners, joined.lists)] == [np.int32, np.int32]


def test_without_those_that_joined_all_is_as_before() -> None:
    one, other = drawn(range(5, 40, 3), 0), drawn(range(4, 40, 3), 1)
    left = one.joined(other).without(other.ids)
    assert left.ids.tolist() == one.ids.tolist()
    assert entries(left) == entries(one)
    assert len(one.without(one.ids).ids) == 0


@pytest.mark.parametrize("n", [0, 300, 3 * AT_ONCE])
def test_a_scan_finds_what_a_loop_over_its_lists_does(n: int) -> None:
    columns, rng = drawn(range(50), 2, n), np.random.default_rng(3)
    words, signatures = rng.integers(0, WORDS, 50), rng.integers(0, 2**63, 50).astype(np.uint64)
    alike = columns.scan(words, signatures, 20)
    wanted = []
    for question, (word, signature) in enumerate(zip(words, signatures, strict=True)):
        own = np.flatnonzero(columns.lists == word)
        apart = np.bitwise_count(columns.signatures[own] ^ signature)
        near = apart <= 20
        wanted += [(question, *pair) for pair in zip(columns.owners[own[near]], apart[near], strict=True)]
    assert list(zip(alike.question, alike.owner, alike.apart, strict=True)) == wanted


@pytest.mark.parametrize("n", [0, 1, 12, 300])
def test_pictures_of_a_word_are_counted_once_each(n: int) -> None:
    columns = drawn(range(7), 4, n)
    pairs = set(zip(columns.lists.tolist(), columns.owners.tolist(), strict=True))
    assert columns.pictures.tolist() == [sum(word == own for own, _ in pairs) for word in range(WORDS)]
