"""What a collection could do without: all files of a group but the best one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lookalike.search.duplicates.identical import Group
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
    """The file to keep: the largest picture, then the largest file, then the first by path; None where none is left."""
    return min(_there(group), key=_rank, default=None)


def superfluous(groups: Sequence[Group]) -> Superfluous:
    """All but the best of each group of one picture; files that are gone or have changed count for nothing."""
    spare: list[Record] = []
    kept: set[tuple[int, int]] = set()
    for group in groups:
        if group.relation in ONE_PICTURE and (there := sorted(_there(group), key=_rank)):
            kept.add(_inode(there[0]))
            spare += there[1:]
    freed = {_inode(member): member.content.bytes for member in spare if _inode(member) not in kept}
    return Superfluous(len(spare), sum(freed.values()))


def _there(group: Group) -> list[Record]:
    return [member for member in group.members if state_of(member) == "unchanged"]


def _inode(member: Record) -> tuple[int, int]:
    """What the names of one file have in common: hard links take no space of their own."""
    return member.stamp.device, member.stamp.inode


def _rank(member: Record) -> tuple[int, int, str]:
    width, height = member.content.size
    return -width * height, -member.content.bytes, member.path
