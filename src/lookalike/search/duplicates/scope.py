"""Which files a search for duplicates is about, and in which folders they are safe."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lookalike.errors import BadQuery
from lookalike.keepers import Listed
from lookalike.protocols import Store
from lookalike.search.duplicates.companions import Companion, Name, companion_of, name_of
from lookalike.search.duplicates.identical import Group
from lookalike.types import Ids, Record

Folder = str | os.PathLike[str]
Folders = Folder | Iterable[Folder]


@dataclass(frozen=True)
class Scope:
    """Files at and below `under`, and below either of `between`, that pass `where`; all where nothing is said.

    Groups `between` two folders have files of both: a file is of the inner one where one holds the other. Files below
    `reference` are never proposed for dropping. Without `pairs` and `bursts` such files are left out of groups.
    """

    under: tuple[Folder, ...] = ()
    between: tuple[Folder, Folder] | None = None
    reference: tuple[Folder, ...] = ()
    where: str | None = None
    pairs: bool = True
    bursts: bool = True

    def narrowed(self, store: Store) -> Narrowed:
        """With paths as the library has them; raises `BadQuery` for a folder below which it knows no file."""
        under, reference = (folders_known(store, folders) for folders in (self.under, self.reference))
        between = folders_known(store, self.between or ())
        if len(between) == 2 and between[0] == between[1]:
            raise BadQuery(f"between two folders is asked for, and both are {between[0]!r}: name two")
        passing = None if self.where is None else {file.path for file in store.listed(self.where)}
        return Narrowed(self, under, between, reference, passing)


@dataclass(frozen=True)
class Narrowed:
    """A scope with absolute paths, none through a link."""

    scope: Scope
    under: tuple[str, ...]
    between: tuple[str, ...]
    reference: tuple[str, ...]
    passing: set[str] | None

    def holds(self, file: Record | Listed) -> bool:
        """Whether it is one of those that are asked about."""
        path = file.path
        return (
            (not self.under or lies_in(path, self.under))
            and (not self.between or lies_in(path, self.between))
            and (self.passing is None or path in self.passing)
        )

    def contents(self, store: Store) -> Ids | None:
        """Contents with a file that is asked about; None where all are."""
        if not self.under and not self.between and self.passing is None:
            return None
        return np.unique(np.array([file.id for file in store.listed() if self.holds(file)], np.int64))

    def is_reference(self, record: Record) -> bool:
        """Whether the file is never one too many."""
        return lies_in(record.path, self.reference)

    def told(self, groups: Iterable[Group]) -> list[Group]:
        """Groups as they are asked for, the largest first."""
        found = map(self._without_companions, self.guarded(groups))
        kept = [group for group in found if len(group.members) > 1 and self._crosses(group)]
        return sorted(kept, key=lambda group: (-len(group.members), group.members[0].path))

    def guarded(self, groups: Iterable[Group]) -> list[Group]:
        """Groups with their files of the reference named, besides those that are so already."""
        return [
            replace(
                group,
                reference=group.reference | {each.path for each in group.members if self.is_reference(each)},
                within=tuple(self.guarded(group.within)),
            )
            for group in groups
        ]

    def _crosses(self, group: Group) -> bool:
        sides = {_innermost(member.path, self.between) for member in group.members}
        return len(sides - {None}) == len(self.between)

    def _without_companions(self, group: Group) -> Group:
        left_out = {*["pair"] * (not self.scope.pairs), *["burst"] * (not self.scope.bursts)}
        if not left_out:
            return group
        found = companions(group, group.best)
        members = tuple(
            each for each in group.members if each.path not in found or found[each.path].kind not in left_out
        )
        within = (each for each in map(self._without_companions, group.within) if len(each.members) > 1)
        return replace(group, members=members, within=tuple(within))


def scope_of(
    under: Folders = (),
    between: tuple[Folder, Folder] | None = None,
    reference: Folders = (),
    where: str | None = None,
    *,
    pairs: bool = True,
    bursts: bool = True,
) -> Scope:
    """A scope, in which one folder may stand for several."""
    return Scope(_several(under), between, _several(reference), where, pairs, bursts)


def _several(folders: Folders) -> tuple[Folder, ...]:
    return (folders,) if isinstance(folders, (str, os.PathLike)) else tuple(folders)


def companions(group: Group, best: Record) -> dict[str, Companion]:
    """Members by path that are halves of a format pair with one before them, or exposures of a burst with the best."""
    found: dict[str, Companion] = {}
    before: dict[Name, list[Record]] = {}
    for member in [best, *(each for each in group.members if each is not best)]:
        namesakes = before.setdefault(name_of(member.path), [])
        if member is not best:
            identical = group.link(member).relation == "identical" and group.link(best).relation == "identical"
            companion = companion_of(member, best, namesakes, identical=identical)
            if companion is not None:
                found[member.path] = companion
        namesakes.append(member)
    return found


def folders_known(store: Store, folders: Iterable[Folder]) -> tuple[str, ...]:
    """Absolute paths without links; raises `BadQuery` for one at and below which the library knows no file.

    A misspelt one would else guard nothing.
    """
    found = tuple(os.path.realpath(os.fspath(folder)) for folder in folders)
    for folder in found:
        if not store.stamps([folder]):
            raise BadQuery(f"the library knows no file in {folder!r}: index it first, or see `lookalike roots list`")
    return found


def lies_in(path: str, folders: Sequence[str]) -> bool:
    """Whether a path is one of these, or lies below one."""
    return any(path == folder or path.startswith(folder.rstrip(os.sep) + os.sep) for folder in folders)


def _innermost(path: str, folders: Sequence[str]) -> str | None:
    return max((folder for folder in folders if lies_in(path, [folder])), key=len, default=None)
