"""Indexes brought up to date with a store: from their files, with what changed since, or built."""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np

from lookalike.finders import Index, SetIndex
from lookalike.index import SET_INDEXES
from lookalike.index.choice import choose, is_exact
from lookalike.index.derived import OUTGROWN, Derived, Measured, set_kind_for
from lookalike.protocols import Store
from lookalike.registry import spelling
from lookalike.types import Ids, Space

SET_SAMPLE: Final = 1600
"""Pictures whose local features an index is trained on, the most."""
SET_SHARE: Final = 4
"""One picture in so many is enough: with a word for 400 features, each is learned from about 100."""
SET_LEAST: Final = 250
"""Pictures that it is trained on, the least."""
BATCH: Final = 256
MAPPED: Final = "disk"

log = logging.getLogger(__name__)


def current(derived: Derived, store: Store, space: Space, *, choose_anew: bool = False) -> Index:
    """The index of `space` as the store is now: from its file, brought up to date, or built; then saved.

    A vector never changes within a space (its digest pins the output for a content), so ids tell what to do. One that
    is no longer as it is wanted serves until somebody has the time to `choose_anew`.
    """
    generation, rows = store.generation(space), derived.rows(store, space)
    fits, built = derived.is_as_wanted(space, rows), derived.measured(space)
    is_outgrown = not fits and (choose_anew or is_exact(space, rows, derived.wanted))
    loaded = None if is_outgrown else derived.load(space)
    if loaded is not None and loaded[1] == generation:
        return loaded[0]
    wanted = store.vector_ids(space)
    with derived.building(wait=loaded is None) as is_mine:
        is_mine = is_mine and derived.measured(space) == built  # else another one saved it just now
        if loaded is not None:
            index = _updated(store, loaded[0], wanted)
            if is_mine:
                _save(derived, index, generation, replace(built, marked=index.marked))
            return _from_its_file(derived, index, generation) if is_mine else index
        if is_mine:
            return _chosen(derived, store, space, wanted, generation)
    return current(derived, store, space, choose_anew=choose_anew)


def _updated(store: Store, index: Index, wanted: Ids) -> Index:
    """The index with what changed since."""
    index.remove(np.setdiff1d(index.ids, wanted))
    missing = np.setdiff1d(wanted, index.ids)
    if len(missing):
        for ids, vectors in store.vectors(index.space, missing):
            index.add(ids, vectors)
    return index


def _chosen(derived: Derived, store: Store, space: Space, ids: Ids, generation: int) -> Index:
    """An index that is built, measured and saved."""
    wanted = derived.wanted
    chosen = choose(store, space, ids, wanted, _share(store, space, len(ids), wanted.bytes))
    if chosen.remark:
        log.warning("the index of %s is %s: %s", space.name, spelling(chosen.index.maker), chosen.remark)
    exact = is_exact(space, len(ids), wanted)
    built = Measured(
        spelling(chosen.index.maker),
        chosen.recall,
        chosen.ms,
        0 if exact else len(ids),
        remark=chosen.remark,
        wanted=None if exact else wanted,
    )
    _save(derived, chosen.index, generation, built)
    return _from_its_file(derived, chosen.index, generation)


def _from_its_file(derived: Derived, index: Index, generation: int) -> Index:
    """The index itself, or as a map of its file where it is to be one, or its kind leaves lists on disk."""
    loaded = derived.load(index.space) if derived.maps or index.kind == MAPPED else None
    return index if loaded is None or loaded[1] != generation or loaded[0].kind != index.kind else loaded[0]


def _share(store: Store, space: Space, n: int, memory: int) -> int:
    """Part of the memory for one space: as large as its part of all rows."""
    total = sum(len(store.vector_ids(each)) * each.columns * each.dtype.itemsize for each in store.spaces())
    return round(memory * n * space.columns * space.dtype.itemsize / max(total, 1))


def current_set(derived: Derived, store: Store, space: Space) -> SetIndex:
    """An index of local features that is as new as the store. Pictures without any are looked at by each change."""
    generation = store.generation(space)
    loaded = derived.load_set(space)
    if loaded is not None and loaded[1] == generation:
        return loaded[0]
    with derived.building(wait=True) as is_mine:
        if is_mine:
            return _updated_set(derived, store, space, loaded, generation)
    return current_set(derived, store, space)


def _updated_set(
    derived: Derived, store: Store, space: Space, loaded: tuple[SetIndex, int, int] | None, generation: int
) -> SetIndex:
    """The index that was loaded with what changed since, or one that is built; saved."""
    wanted = store.vector_ids(space)
    if loaded is None or len(wanted) > OUTGROWN * loaded[2]:
        index, built_for = empty_set(store, space, wanted), len(wanted)
    else:
        index, _, built_for = loaded
    index.remove(np.setdiff1d(index.ids, wanted))
    missing = np.setdiff1d(wanted, index.ids)
    for start in range(0, len(missing), BATCH):
        found = dict(store.local(space, missing[start : start + BATCH]))
        index.add(np.array(list(found), np.int64), list(found.values()))
    log.debug("%d pictures in the index of %s", len(index), space.name)  # counting sorts in what waits, for all threads
    _save(derived, index, generation, Measured(index.kind, built_for=built_for))
    kept = derived.load_set(space) if derived.maps else None
    return index if kept is None or kept[1] != generation else kept[0]


def all_current(derived: Derived, store: Store, on_built: Callable[[int, int], object]) -> None:
    """Brings the files of all indexes up to date; `on_built` is told how many of how many are, from 0 on."""
    spaces, sets = store.spaces(), store.spaces("local")
    steps: list[Callable[[], object]] = [
        *(partial(current, derived, store, space, choose_anew=True) for space in spaces),
        *(partial(current_set, derived, store, space) for space in sets),
    ]
    on_built(0, len(steps))
    for built, step in enumerate(steps, 1):
        step()
        on_built(built, len(steps))


def _save(derived: Derived, index: Index | SetIndex, generation: int, built: Measured) -> None:
    try:
        derived.save(index, generation, built)
    except OSError as error:
        # A library that can only be read is searched all the same, and needs no word each time.
        level = logging.INFO if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM) else logging.WARNING
        why = error.strerror or error
        log.log(level, "the index of %s could not be kept (%s): the next search makes it again", index.space.name, why)


def empty_set(store: Store, space: Space, ids: Ids) -> SetIndex:
    """Its words learned from a sample of the pictures, the same for the same ids."""
    wanted = min(max(SET_LEAST, len(ids) // SET_SHARE), SET_SAMPLE)
    chosen = np.random.default_rng(0).choice(ids, min(wanted, len(ids)), replace=False)
    sample = [features.descriptors for _, features in store.local(space, np.sort(chosen))]
    rows = np.concatenate([np.empty((0, space.columns), space.dtype), *sample])
    features = len(rows) * len(ids) // max(len(chosen), 1)
    return SET_INDEXES.make(set_kind_for(space)).build(space, rows, features)
