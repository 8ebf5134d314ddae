"""Groups around a best member: every other is proved against it, or by composing two proofs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Final, get_args

import numpy as np

from lookalike.keepers import Listed
from lookalike.protocols import Store
from lookalike.search.duplicates.identical import Group, Link
from lookalike.types import Record, Relation, VerifiedPair

RELATIONS: Final[tuple[Relation, ...]] = get_args(Relation)
"""From the closest on."""
TWO_THIRDS: Final = 2 / 3
"""Coverage of either by the other that composed copies keep."""
NEARLY_ALL: Final = 0.98
"""Coverage of two copies that show the same, but for a border of a px."""


@dataclass(frozen=True)
class Links:
    """Links of every content to every other that it was proved against, seen from both sides."""

    of: Mapping[int, Mapping[int, Link]]

    @classmethod
    def among(cls, pairs: Sequence[VerifiedPair], classes: Mapping[int, int]) -> Links:
        """Links of `pairs` between classes of identical contents; of several between two, the closest."""
        of: dict[int, dict[int, Link]] = defaultdict(dict)
        for pair in sorted(pairs, key=lambda pair: (-RELATIONS.index(pair.relation), pair.score)):
            a, b = classes.get(pair.a, pair.a), classes.get(pair.b, pair.b)
            if a != b:
                of[a][b] = Link.of(pair)
                of[b][a] = of[a][b].turned()
        return cls(of)

    def star(
        self, hub: int, relation: Relation, among: AbstractSet[int], through: AbstractSet[int] = frozenset()
    ) -> dict[int, Link]:
        """Contents `among` that are `relation` or closer to `hub`, with their links as seen from it.

        No two of them are known to be further from each other, unless in their grounds alone. None shows what
        something that is laid on `hub` hides: two of that kind may be other pictures. Proofs are also composed
        `through` contents that are not asked for.
        """
        star = self._star(hub, relation, lambda id: id in among or id in through)
        return {id: link for id, link in star.items() if id in among}

    def _star(self, hub: int, relation: Relation, is_asked: Callable[[int], bool]) -> dict[int, Link]:
        near = {id: link for id, link in self.of.get(hub, {}).items() if is_asked(id)}
        star: dict[int, Link] = {}
        self._admit(star, {id: link for id, link in near.items() if not link.hides}, relation)
        composed: dict[int, Link] = {}
        for middle, first in star.items():
            for id, second in self.of[middle].items():
                if id != hub and id not in near and first.is_whole and second.is_whole and is_asked(id):
                    link = first.then(second)
                    if min(link.coverage) >= TWO_THIRDS and _better(link, composed.get(id)):
                        composed[id] = link
        self._admit(star, composed, relation)
        return star

    def _admit(self, star: dict[int, Link], candidates: Mapping[int, Link], relation: Relation) -> None:
        """Adds those, the closest first, that no member is known to be further from than `relation`."""
        most = RELATIONS.index(relation)
        for id in sorted(
            candidates, key=lambda id: (RELATIONS.index(candidates[id].relation), -candidates[id].score, id)
        ):
            link = candidates[id]
            others = [
                self.of[id][other].relation
                for other in star
                if other in self.of[id] and not (link.adds_ground and star[other].adds_ground)
            ]
            if all(RELATIONS.index(each) <= most for each in (link.relation, *others)):
                star[id] = candidates[id]


def stars(
    links: Links,
    relation: Relation,
    records: Mapping[int, Sequence[Record]],
    preferred: AbstractSet[int] = frozenset(),
) -> Iterator[tuple[int, dict[int, Link]]]:
    """Each best member with its star, the `preferred` first, then the largest; no content is in two.

    Members are contents of `records`; proofs are composed through others as well.
    """
    left = {id for id in links.of if id in records}
    others = links.of.keys() - left
    found: dict[int, dict[int, Link]] = {}
    within: dict[int, set[int]] = defaultdict(set)  # by member, the best ones in whose stars it is or was
    keys: dict[int, tuple[float, ...]] = {}
    order: list[tuple[float, ...]] = []

    def ask(id: int) -> None:
        star = found[id] = links.star(id, relation, left, others)
        for member in star:
            within[member].add(id)
        key = (id in preferred and bool(star), len(star), *_rank(star, records[id][0]), -id)
        keys[id] = tuple(-value for value in key)
        heappush(order, keys[id])

    for id in left:
        ask(id)
    # A heap: to look through all for the best one each time takes time that grows with the square of the groups.
    while order:
        key = heappop(order)
        hub = int(key[-1])
        if hub not in left or key != keys[hub]:
            continue  # it is in a group, or has another star since
        star = found[hub]
        if not star:
            return
        yield hub, star
        taken = {hub, *star}
        left -= taken
        for id in set().union(*(within[member] for member in taken)) & left:
            if not taken.isdisjoint(found[id]):
                ask(id)


def star_groups(
    store: Store,
    pairs: Sequence[VerifiedPair],
    relation: Relation,
    identical: Sequence[Group],
    *,
    chosen: Callable[[Record | Listed], bool] = lambda _: True,
    reference: Callable[[Record], bool] = lambda _: False,
) -> list[Group]:
    """Groups of files that are `relation`, or closer, to the best one of their group; the largest group first.

    Members are the `chosen` ones; where a group has files of the `reference`, the best one is among them.
    """
    classes = classes_of(identical)
    records: dict[int, list[Record]] = defaultdict(list)
    ids = np.unique(np.array([file.id for file in store.listed() if chosen(file)], np.int64))
    for record in filter(chosen, store.records(ids)):
        records[classes.get(record.id, record.id)].append(record)
    for files in records.values():
        files.sort(key=lambda record: not reference(record))
    preferred = {id for id, files in records.items() if reference(files[0])}
    return _groups(Links.among(pairs, classes), relation, records, preferred)


def _groups(
    links: Links, relation: Relation, records: Mapping[int, Sequence[Record]], preferred: AbstractSet[int]
) -> list[Group]:
    """Stars of `relation` as groups, those of a looser one with the copies among them; then what is identical alone."""
    groups, grouped = [], set()
    for hub, star in stars(links, relation, records, preferred):
        grouped |= {hub, *star}
        members = [*records[hub], *(record for id in sorted(star) for record in records[id])]
        by_content = {record.id: link for id, link in star.items() for record in records[id]}
        furthest = max((link.relation for link in star.values()), key=RELATIONS.index)
        own = {id: records[id] for id in (hub, *star)}
        within = _groups(links, "copy", own, preferred) if furthest not in ("identical", "copy") else []
        weakest = min(link.score for link in star.values())
        groups.append(Group(furthest, weakest, tuple(members), by_content, within=tuple(within)))
    groups += [
        Group("identical", 1.0, tuple(files)) for id, files in records.items() if id not in grouped and len(files) > 1
    ]
    return sorted(groups, key=lambda group: (-len(group.members), group.members[0].path))


def classes_of(identical: Sequence[Group]) -> dict[int, int]:
    """By content, the one that stands for all that are identical to it."""
    return {member.id: group.members[0].id for group in identical for member in group.members}


def _better(link: Link, than: Link | None) -> bool:
    return than is None or link.score > than.score


def _rank(star: Mapping[int, Link], record: Record) -> tuple[float, int, int]:
    """How much of the others it shows, then its px, then its bytes."""
    width, height = record.content.size
    shown = float(np.mean([link.coverage[0] for link in star.values()])) if star else 0.0
    return min(round(shown, 2), NEARLY_ALL), width * height, record.content.bytes
