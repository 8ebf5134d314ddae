"""Classes of a library's pictures: by label, by folder, by object, or by the value of a fact."""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import BadQuery
from lookalike.protocols import Store
from lookalike.types import Ids

BY_FOLDER: Final = "folder"
"""The folder that holds a picture itself; `folder:DIR`: the one right below DIR, whatever is nested in it."""


@dataclass(frozen=True, eq=False)
class Classes:
    """(n,) contents, ascending, that are of some class; the names of these, and the places of the members of each."""

    ids: Ids
    names: Sequence[str]
    members: Sequence[NDArray[np.int64]]

    @classmethod
    def of(cls, store: Store, by: str, where: str | None = None) -> Classes:
        """As `members_of` names them; raises `BadQuery` where there are none."""
        found: dict[str, set[int]] = defaultdict(set)
        for id, name in members_of(store, by, where):
            found[name].add(id)
        if not found and kind_of(by) != by:
            raise BadQuery(
                f"no picture of this library lies in a folder below {by.removeprefix(f'{BY_FOLDER}:')!r}: name the "
                "folder that holds a folder for each class, and index it"
            )
        if not found:
            raise BadQuery(
                f"no picture of this library has a class by {by!r}: `lookalike label add` gives labels and facts, "
                "`lookalike objects import` objects; classes go by label, object, folder, folder:DIR, or a fact's KEY"
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


def members_of(store: Store, by: str, where: str | None = None) -> Iterator[tuple[int, str]]:
    """Ids of contents with the names of their classes: by `label`, `object`, `folder`, `folder:DIR`, or a fact's KEY.

    With `folder` each folder that holds pictures is a class, one inside another too. With `folder:DIR` a class is a
    folder right below DIR with all that is nested in it; what lies elsewhere, or in DIR itself, has none.
    """
    if not by.startswith(f"{BY_FOLDER}:"):
        yield from store.objects.members(by, where)
        return
    above = os.path.realpath(by.removeprefix(f"{BY_FOLDER}:")).rstrip("/") + "/"
    for id, folder in store.objects.members(BY_FOLDER, where):
        if folder.startswith(above):
            yield id, above + folder.removeprefix(above).partition("/")[0]


def kind_of(by: str) -> str:
    """Kind of its classes: folders, also of `folder:DIR`."""
    return BY_FOLDER if by.startswith(f"{BY_FOLDER}:") else by
