"""A library that holds near misses beside true copies: what searches and groups of it say of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np

from lookalike.evaluate.near_misses import Photos, family
from lookalike.evaluate.near_misses.worn import AS_MADE, WEARS

HELD: Final = (AS_MADE, "smaller")
"""How each picture of a family lies in the library."""
ASKED: Final = "lighter"
"""How it asks."""


@dataclass(frozen=True)
class Held:
    """A file of picture number `content`, 0 for the base, of a family."""

    kind: str
    seed: int
    content: int
    path: Path

    def is_sibling(self, other: Held) -> bool:
        """Whether the two are of one family."""
        return (self.kind, self.seed) == (other.kind, other.seed)

    def is_copy(self, other: Held) -> bool:
        """Whether the two show one picture."""
        return self.is_sibling(other) and self.content == other.content


@dataclass(frozen=True)
class Shelf:
    """Files `held` in a library, those of one picture copies of each other; and files that ask, each held by none."""

    held: tuple[Held, ...]
    asking: tuple[Held, ...]


Answers: TypeAlias = Sequence[tuple[Path, str]]
"""Path and relation of what a search finds, best first."""


@dataclass(frozen=True)
class Counted:
    """Counts for `near` pairs of near misses, `false` of them called copies, and `true` pairs, `kept` of them.

    Of `asked` questions `first` were answered by the right picture first; both 0 of groups.
    """

    near: int = 0
    false: int = 0
    true: int = 0
    kept: int = 0
    asked: int = 0
    first: int = 0

    def __add__(self, other: Counted) -> Counted:
        return Counted(
            self.near + other.near,
            self.false + other.false,
            self.true + other.true,
            self.kept + other.kept,
            self.asked + other.asked,
            self.first + other.first,
        )


def shelf(kinds: Sequence[str], each: int, photos: Photos, folder: Path, *, seed: int = 0) -> Shelf:
    """`each` families of each kind, written to `folder`/held and `folder`/asking."""
    held: list[Held] = []
    asking: list[Held] = []
    for part in ("held", "asking"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for kind in kinds:
        for number in range(seed, seed + each):
            made = family(kind, number, photos)
            rng = np.random.default_rng([number, 3])
            for content, frames in enumerate((made.base, *made.variants)):
                for wear in (*HELD, ASKED):
                    worn = WEARS[wear](frames, rng)
                    name = f"{kind}-{number:03}-{content}-{wear}{worn.suffix}".replace(" ", "_")
                    path = folder / ("asking" if wear == ASKED else "held") / name
                    path.write_bytes(worn.data)
                    (asking if wear == ASKED else held).append(Held(kind, number, content, path))
    return Shelf(tuple(held), tuple(asking))


def counted_searches(shelf: Shelf, search: Callable[[Path], Answers]) -> dict[str, Counted]:
    """By kind, and of all: what is said in answers of the pictures that ask, of their siblings and copies."""
    return _by_kind((each.kind, _searched(each, shelf, search(each.path))) for each in shelf.asking)


def counted_groups(shelf: Shelf, groups: Iterable[Iterable[Path]]) -> dict[str, Counted]:
    """By kind, and of all: which pairs of siblings and of copies stand in one of the groups."""
    together = {frozenset(pair) for group in groups for pair in combinations(set(group), 2)}
    return _by_kind(
        (a.kind, _grouped(a, b, frozenset((a.path, b.path)) in together))
        for a, b in combinations(shelf.held, 2)
        if a.is_sibling(b)
    )


def _searched(asking: Held, shelf: Shelf, answers: Answers) -> Counted:
    of_path = {each.path: each for each in shelf.held}
    told = {of_path[path]: relation in ("identical", "copy") for path, relation in answers if path in of_path}
    near = [each for each in shelf.held if asking.is_sibling(each) and not asking.is_copy(each)]
    true = [each for each in shelf.held if asking.is_copy(each)]
    first = bool(told) and asking.is_copy(next(iter(told)))
    return Counted(
        len(near),
        sum(told.get(each, False) for each in near),
        len(true),
        sum(told.get(each, False) for each in true),
        1,
        int(first),
    )


def _grouped(a: Held, b: Held, is_together: bool) -> Counted:
    if a.is_copy(b):
        return Counted(true=1, kept=int(is_together))
    return Counted(near=1, false=int(is_together))


def _by_kind(counts: Iterable[tuple[str, Counted]]) -> dict[str, Counted]:
    found: dict[str, Counted] = {}
    for kind, each in counts:
        found[kind] = found.get(kind, Counted()) + each
    return found | {"all": _sum(found)}


def _sum(found: Mapping[str, Counted]) -> Counted:
    total = Counted()
    for each in found.values():
        total += each
    return total
