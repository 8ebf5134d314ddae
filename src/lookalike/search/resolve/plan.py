"""A plan for a group: which file is kept, which ones could go, and what keeps each of the others."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from lookalike.search.duplicates.companions import Halves, exposures_apart
from lookalike.search.duplicates.identical import Group, Link
from lookalike.search.duplicates.superfluous import ONE_PICTURE
from lookalike.search.file_state import SINCE, state_of
from lookalike.search.resolve.files import check_may_go
from lookalike.search.resolve.outcomes import Outcome, Refused, of_all
from lookalike.search.resolve.proofs import SHOWN, Proofs
from lookalike.search.resolve.rules import Facts, Rule, chosen
from lookalike.types import Record


@dataclass(frozen=True)
class Caution:
    """Further things that may go: halves of format `pairs`, exposures of `bursts`.

    `shown` is the share of a file that the kept one has to show.
    """

    pairs: bool = False
    bursts: bool = False
    shown: float = SHOWN


@dataclass(frozen=True)
class Plan:
    """A group: the file to keep and why, those that could go, and the outcomes of all others."""

    group: Group
    kept: Record | None
    why: str
    spare: tuple[Record, ...]
    settled: tuple[Outcome, ...]


def planned(group: Group, rules: Sequence[Rule], proofs: Proofs, caution: Caution, halves: Halves) -> Plan:
    """By a look at each file; its bytes are compared before it is acted upon."""
    if group.relation not in ONE_PICTURE:
        words = f"{group.relation}: only identical files and copies are acted upon"
        refused = Refused("relation", words)
        return Plan(group, None, "", (), tuple(of_all((each.path for each in group.members), refused)))
    there, settled = _there(group.members)
    if not there:
        return Plan(group, None, "", (), tuple(settled))
    kept, why = chosen(there, rules, Facts(group.reference, _standing(there, group, proofs, caution)))
    if len(there) == 1:
        why = "the only one that is left as it was indexed"
    links = proofs.links(kept.id, {each.id for each in there})
    spare: list[Record] = []
    for member in there:
        if member is kept:
            continue
        if member.path in group.reference:
            settled.append(Outcome(member.path, "kept", "in a reference folder"))
            continue
        try:
            _check_apart(kept, member)
            is_told = kept.path in group.reference
            proofs.check(kept, member, links.get(member.id), group.relation, caution.shown, is_told=is_told)
            _check_exposure(kept, member, links[member.id].relation == "identical" or caution.bursts)
            check_may_go(member.path, os.lstat(member.path))
            spare.append(member)
        except Refused as refused:
            settled.append(Outcome.skipped(member.path, refused))
        except OSError as error:
            settled.append(Outcome.skipped(member.path, Refused("io", error.strerror or str(error))))
    if not caution.bursts and kept.content.taken is None:
        spare = _without_exposures(spare, links, settled)
    if not caution.pairs:
        spare = _without_halves(spare, halves, settled)
    return Plan(group, kept, why, tuple(spare), tuple(settled))


def apart(plans: Sequence[Plan], standing: AbstractSet[str]) -> list[Plan]:
    """Plans in which no file goes that another group keeps, or that, by its path, is `standing` for a link."""
    needed = {plan.kept.path for plan in plans if plan.kept is not None} | standing
    refused = Refused("stands", "another file goes or went for it")
    return [
        replace(
            plan,
            spare=tuple(each for each in plan.spare if each.path not in needed),
            settled=(*plan.settled, *of_all((each.path for each in plan.spare if each.path in needed), refused)),
        )
        for plan in plans
    ]


def _there(members: Iterable[Record]) -> tuple[list[Record], list[Outcome]]:
    there: list[Record] = []
    settled: list[Outcome] = []
    for member in members:
        state = state_of(member)
        if not member.has_file:
            settled.append(Outcome.skipped(member.path, Refused("no_file", "a picture without a file")))
        elif state == "unchanged":
            there.append(member)
        else:
            settled.append(Outcome.skipped(member.path, Refused(state, SINCE[state])))
    return there, settled


def _standing(there: Sequence[Record], group: Group, proofs: Proofs, caution: Caution) -> Mapping[int, int]:
    """By content, how many of the files it may stand for, and shows in as many px."""
    members = {each.id: each for each in there}
    files = Counter(each.id for each in there)
    standing: dict[int, int] = {}
    for id, record in members.items():
        own = proofs.stands_for(id)
        if own not in standing:
            links = proofs.links(id, members)
            fits = (_fits(proofs, record, other, links.get(other.id), group, caution) for other in members.values())
            standing[own] = sum(files[other] for other, fit in zip(members, fits, strict=True) if fit)
    return {id: standing[proofs.stands_for(id)] for id in members}


def _fits(proofs: Proofs, kept: Record, member: Record, link: Link | None, group: Group, caution: Caution) -> bool:
    try:
        proofs.check(kept, member, link, group.relation, caution.shown)
    except Refused:
        return False
    return not proofs.is_coarser(kept, member)


def _check_apart(kept: Record, member: Record) -> None:
    """Raises `Refused` where two names lead to one file: by hard links, another mount, or another spelling."""
    one, other = os.lstat(kept.path), os.lstat(member.path)
    if (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino):
        raise Refused("hard_link", "one file with the kept one under two names: nothing would be freed")


def _check_exposure(kept: Record, member: Record, may_go: bool) -> None:
    apart = None if may_go else exposures_apart(kept, member)
    if apart is not None:
        raise Refused("burst", apart)


def _without_exposures(spare: Sequence[Record], links: Mapping[int, Link], settled: list[Outcome]) -> list[Record]:
    """Files without those exposures of which one copy, which lost its time, would stand for several; notes these."""
    edited = [each for each in spare if links[each.id].relation != "identical" and each.content.taken is not None]
    apart = {each.path for each in edited if any(exposures_apart(each, other) for other in edited if other is not each)}
    words = "one of several exposures, and the kept one does not say when it was taken"
    settled += of_all(sorted(apart), Refused("burst", words))
    return [each for each in spare if each.path not in apart]


def _without_halves(spare: Sequence[Record], halves: Halves, settled: list[Outcome]) -> list[Record]:
    """Files of which no half of a format pair stays behind; notes what becomes of the others."""
    going = {member.path: member for member in spare}
    beside = {path: halves.beside(path) for path in going}
    while broken := [(path, left) for path in going for left in beside[path] if left not in going]:
        for path, left in broken:
            if going.pop(path, None) is not None:
                refused = Refused("pair", f"format pair: {os.path.basename(left)!r} beside it stays")
                settled.append(Outcome.skipped(path, refused))
    return list(going.values())
