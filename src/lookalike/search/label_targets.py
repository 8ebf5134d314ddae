"""Pictures of a library that a person or a list names: by path, by folder, by URI, by glob, by a filter."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol, TypeAlias, TypeVar

from lookalike.errors import BadQuery
from lookalike.protocols import Store
from lookalike.store.matching import path_matches

Paths: TypeAlias = "str | os.PathLike[str] | Iterable[str | os.PathLike[str]] | None"

NAMED = 3
"""Paths that an error names."""
_GLOB = frozenset("*?[")


class Named(Protocol):
    """A line of a list that names pictures: its number, and a path, folder, URI or glob."""

    @property
    def number(self) -> int: ...
    @property
    def path(self) -> str: ...


AnyNamed = TypeVar("AnyNamed", bound=Named)


@dataclass(frozen=True)
class Targets:
    """Contents of one store; paths start from the folder `beside`."""

    store: Store
    beside: str

    @classmethod
    def of(cls, store: Store, beside: Path) -> Targets:
        """Targets of paths that start from there."""
        return cls(store, os.path.realpath(beside))

    def at(self, path: str) -> Sequence[str]:
        """The sha256 of each content at this path or below it, or under this URI; through links as well."""
        if "\0" in path or not path:
            return ()
        plain = os.path.normpath(os.path.join(self.beside, path))  # noqa: PTH118  a name of any bytes, a fifth of the time
        known = self.store.labels
        if found := known.contents_at([plain]) or known.contents_at([path]):
            return list(found.values())
        real = os.path.realpath(plain)
        return sorted(set(known.contents_at([real, *self.store.stamps([real])]).values()))

    def matching(self, glob: str) -> Sequence[str]:
        """The sha256 of each content whose path fits, as in a filter; none where it is no glob."""
        if not _GLOB & set(glob):
            return ()
        return sorted({sha256 for path, sha256 in self._paths if path_matches(glob, path)})

    def of_lines(self, lines: Iterable[AnyNamed]) -> tuple[list[tuple[AnyNamed, Sequence[str]]], list[tuple[int, str]]]:
        """Lines with the sha256 of each content that they name; of those that name none the number, and why."""
        found: list[tuple[AnyNamed, Sequence[str]]] = []
        unknown: list[tuple[int, str]] = []
        for line in lines:
            if contents := self.at(line.path) or self.matching(line.path):
                found.append((line, contents))
            else:
                unknown.append((line.number, f"the library has no picture {line.path!r}"))
        return found, unknown

    @cached_property
    def _paths(self) -> Sequence[tuple[str, str]]:
        return [(record.path, record.content.sha256) for record in self.store.records()]


def several(paths: Paths) -> list[str | os.PathLike[str]] | None:
    """A single path is one, and not as many as it has characters."""
    return None if paths is None else [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)


def contents_of(store: Store, paths: Sequence[str | os.PathLike[str]] | None, where: str | None) -> list[str]:
    """The sha256 of each picture at and below these paths that passes; raises `BadQuery` for a path without one."""
    found = None if paths is None else _at(store, paths)
    if found is not None and where is None:
        return sorted(found)
    passing = {record.content.sha256 for record in store.records(where=where)}
    return sorted(passing if found is None else passing & found)


def _at(store: Store, paths: Sequence[str | os.PathLike[str]]) -> set[str]:
    targets = Targets.of(store, Path())
    contents = {os.fspath(path): targets.at(os.fspath(path)) for path in paths}
    if unknown := [path for path, found in contents.items() if not found]:
        named = ", ".join(map(repr, unknown[:NAMED])) + (f" and {len(unknown) - NAMED} more" * (len(unknown) > NAMED))
        raise BadQuery(f"the library has no picture at {named}: run `lookalike index` on it first")
    return {sha256 for found in contents.values() for sha256 in found}
