"""Pictures of a library that a list names: by path, by folder, by URI or by glob."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lookalike.protocols import Store
from lookalike.store.matching import path_matches

_GLOB = frozenset("*?[")


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

    @cached_property
    def _paths(self) -> Sequence[tuple[str, str]]:
        return [(record.path, record.content.sha256) for record in self.store.records()]
