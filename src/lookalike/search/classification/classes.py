"""Classes of a library's pictures: by label, by folder, by object, or by the value of a fact."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import BadQuery
from lookalike.protocols import Store
from lookalike.types import Ids


@dataclass(frozen=True, eq=False)
class Classes:
    """(n,) contents, ascending, that are of some class; the names of these, and the places of the members of each."""

    ids: Ids
    names: Sequence[str]
    members: Sequence[NDArray[np.int64]]

    @classmethod
    def of(cls, store: Store, by: str, where: str | None = None) -> Classes:
        """By `label`, `folder` or `object`, or by the fact of that KEY; raises `BadQuery` where there are none."""
        found: dict[str, set[int]] = defaultdict(set)
        for id, name in store.objects.members(by, where):
            found[name].add(id)
        if not found:
            raise BadQuery(
                f"no picture of this library has a class by {by!r}: classes go by label, folder or object, or by the "
                "KEY of a fact, as `lookalike label add` and `lookalike objects import` give them"
            )
        ids = np.array(sorted(set().union(*found.values())), np.int64)
        names = sorted(found)
        return cls(ids, names, [np.searchsorted(ids, np.array(sorted(found[name]), np.int64)) for name in names])

    @property
    def digest(self) -> str:
        """Hex digits that change with the names and with who is a member of which."""
        told = hashlib.sha256(self.ids.tobytes())
        for name, members in zip(self.names, self.members, strict=True):
            told.update(name.encode("utf-8", "surrogateescape") + b"\0" + members.tobytes())
        return told.hexdigest()
