"""Files that a collection could do without: all of a group but the best one, and what is no mere copy of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lookalike.search.duplicates.identical import Group
from lookalike.search.duplicates.scope import companions
from lookalike.search.file_state import state_of
from lookalike.types import Record

ONE_PICTURE = ("identical", "copy")
"""Relations of files that are one picture: of scenes, and of what only looks alike, each file is worth keeping."""


@dataclass(frozen=True)
class Superfluous:
    """How many files, and the bytes that they take."""

    files: int
    bytes: int


def best_of(group: Group) -> Record | None:
    """The file to keep; None where none is left.

    It is the one that the others were proved against; else one of the reference, the largest picture, then the largest
    file, then the first by path.
    """
    there = _there(group)
    if group.links and group.best in there:
        return group.best
    return min(there, key=lambda member: (member.path not in group.reference, *_rank(member)), default=None)


def spare_of(group: Group, best: Record | None) -> list[Record]:
    """Members that the collection could do without, when it keeps the best one.

    No file of the reference, none of a burst, and no half of a format pair whose other half stays.
    """
    if best is None or group.relation not in ONE_PICTURE:
        return []
    beside = companions(group, best)
    spare = [
        member
        for member in _there(group)
        if member is not best
        and member.path not in group.reference
        and (member.path not in beside or beside[member.path].kind != "burst")
    ]
    paths = {member.path for member in spare}
    return [member for member in spare if member.path not in beside or beside[member.path].of.path in paths]


def superfluous(groups: Sequence[Group]) -> Superfluous:
    """All of each group of one picture, or of those within a scene, that could go.

    Files that are gone or have changed count for nothing.
    """
    spare: list[Record] = []
    kept: set[tuple[int, int]] = set()
    for group in (each for outer in groups for each in outer.within or (outer,)):
        best = best_of(group)
        some = spare_of(group, best)
        spare += some
        paths = {member.path for member in some}
        kept |= {_inode(member) for member in _there(group) if member.path not in paths}
    freed = {_inode(member): member.content.bytes for member in spare if _inode(member) not in kept}
    return Superfluous(len(spare), sum(freed.values()))


def _there(group: Group) -> list[Record]:
    """Members whose file can be kept or done without."""
    return [member for member in group.members if member.has_file and state_of(member) == "unchanged"]


def _inode(member: Record) -> tuple[int, int]:
    """Key that the names of one file share: hard links take no space of their own."""
    return member.stamp.device, member.stamp.inode


def _rank(member: Record) -> tuple[int, int, str]:
    width, height = member.content.size
    return -width * height, -member.content.bytes, member.path
