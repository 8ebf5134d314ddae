"""Contents of a library, in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lookalike.index.choice import is_exact
from lookalike.index.derived import Derived, Measured, set_kind_for
from lookalike.protocols import Describer, Store
from lookalike.search.components import by_name
from lookalike.types import Space


@dataclass(frozen=True)
class SpaceStatus:
    """Count for one describer, or one extractor of local features: of how many contents it has rows, in which index.

    `name` is that of the channel that compares by it; `built` tells of the index that is there, if one is.
    """

    name: str
    space: Space
    vectors: int
    index: str
    built: Measured


@dataclass(frozen=True)
class Status:
    """Contents of a library, counted; `bytes` on disk, the pictures themselves not counted."""

    images: int
    failed: int
    spaces: tuple[SpaceStatus, ...]
    local: tuple[SpaceStatus, ...]
    planes: int
    """Pictures with a small plane."""
    bytes: int


def status_of(store: Store, derived: Derived, describers: Sequence[Describer]) -> Status:
    """Numbers of a store and of the indexes that are derived from it; `describers` name its spaces."""
    names = {describer.space: name for name, describer in by_name(describers).items()}

    def held(space: Space, count: int, kind: str) -> SpaceStatus:
        name = names.get(space, space.name)
        return SpaceStatus(name, space, count, derived.kind(space) or kind, derived.measured(space))

    def vectors(space: Space) -> SpaceStatus:
        count = derived.rows(store, space)
        return held(space, count, "flat" if is_exact(space, count, derived.wanted) else "not chosen yet")

    spaces = tuple(map(vectors, store.spaces()))
    local = tuple(held(space, len(store.vector_ids(space)), set_kind_for(space)) for space in store.spaces("local"))
    planes = sum(len(store.vector_ids(space)) for space in store.spaces("planes"))
    return Status(store.count(), len(store.failures()), spaces, local, planes, store.bytes() + derived.bytes())
