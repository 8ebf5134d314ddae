"""Groups of a document of `lookalike dupes --json`, as the library knows their files."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lookalike.errors import BadQuery
from lookalike.protocols import Store
from lookalike.search.duplicates.identical import Group
from lookalike.search.duplicates.stars import RELATIONS
from lookalike.search.resolve.outcomes import Refused
from lookalike.types import Record, Relation

SCHEMA = "lookalike/dupes/1"
UNKNOWN = Refused("unknown", "this library does not know it")


@dataclass(frozen=True)
class Given:
    """Groups, and by their number the paths in them that the library does not know."""

    groups: list[Group]
    unknown: tuple[tuple[str, ...], ...]

    @property
    def marked(self) -> frozenset[str]:
        """Paths of all members that stay by a mark in the document."""
        return frozenset[str]().union(*(group.reference for group in self.groups))


def given_groups(document: object, store: Store) -> Given:
    """Groups that a document claims; raises `BadQuery` where it is no document of `dupes`.

    A member with `"keep": true` is kept as a file of a reference folder is.
    """
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise BadQuery(f"no groups: give what `lookalike dupes --json` printed, a document with the schema {SCHEMA!r}")
    known = {record.path: record for record in store.records()}
    read = [_group(each, number, known) for number, each in enumerate(_listed(document.get("groups"), "groups"), 1)]
    return Given([group for group, _ in read], tuple(unknown for _, unknown in read))


def _group(told: object, number: int, known: dict[str, Record]) -> tuple[Group, tuple[str, ...]]:
    if not isinstance(told, dict) or told.get("relation") not in RELATIONS:
        raise BadQuery(f"group {number} has no relation that is known: {', '.join(RELATIONS)}")
    relation: Relation = told["relation"]
    listed = _listed(told.get("members"), f"group {number}")
    paths = list(dict.fromkeys(_path(each, number) for each in listed))
    marked = frozenset(_path(each, number) for each in listed if each.get("keep") is True)
    members = tuple(known[path] for path in paths if path in known)
    group = Group(relation, 1.0, members, reference=marked & known.keys())
    return group, tuple(path for path in paths if path not in known)


def _listed(value: object, name: str) -> Sequence[Any]:
    if not isinstance(value, list):
        raise BadQuery(f"{name} should be a list, as `lookalike dupes --json` prints it")
    return value


def _path(told: object, number: int) -> str:
    if isinstance(told, dict) and isinstance(told.get("path_b64"), str):
        try:
            return os.fsdecode(base64.b64decode(told["path_b64"], validate=True))
        except (binascii.Error, ValueError) as error:
            raise BadQuery(f"a path_b64 of group {number} is no base64") from error
    if isinstance(told, dict) and isinstance(told.get("path"), str):
        return str(told["path"])
    raise BadQuery(f"a member of group {number} has no path")
