"""Edited copies of a library's own pictures teach it what an edit changes: fitted, tried on others, kept if sure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.adapted import Adapted
from lookalike.describe.convnet import ConvNet
from lookalike.learn.own_copies import OwnCopies, SelfAdaptation, closed_forms, parts_of, tried
from lookalike.match.verify.one_thread import one_thread
from lookalike.pixels.augment import EDITS
from lookalike.protocols import Store
from lookalike.search.adapt import PAIRS, check_rows, keep_adapted
from lookalike.search.calibration.copy_cache import CopyCache, fill
from lookalike.search.calibration.copy_plan import CopyPlan
from lookalike.search.ingest.options import Options
from lookalike.types import Record

MOST: Final = 20_000
"""Pictures that copies are asked among: 100 MB of rows."""
Rows = NDArray[np.float32]


def adapt_self_library(
    store: Store, cache: Path, options: Options, originals: int = 200, seed: int = 0
) -> SelfAdaptation | None:
    """Fits a map to edited copies of `originals` pictures, and keeps it as `adapted` where it finds more of others.

    Copies are described once, and stay in `cache`, so that a run goes on. None where `options.should_stop` ended it.
    Raises `BadQuery` for too few pictures, `SpaceMismatch` where the library has no `convnet` rows.
    """
    one_thread()
    rng = np.random.default_rng(seed)
    records, rows = pictures_of(store, rng)
    own = own_copies(records, rows, cache, options, originals, seed)
    if own is None:
        return None
    parts = parts_of(len(own.places), own.copies.shape[1], rng)
    found = tried(own, parts, closed_forms(own, parts.learn), rng)
    if found.kept:
        keep_adapted(store, describer_of(own, found, rng))
    return found


def describer_of(own: OwnCopies, found: SelfAdaptation, rng: np.random.Generator) -> Adapted:
    """The map as a describer; what two pictures have in common is measured on some of the library's."""
    plain = Adapted.of(found.map.mean, found.map.matrix, share=found.share, unrelated=0.0)
    mapped = plain.of_rows(own.rows)
    first, second = rng.integers(len(mapped), size=(2, PAIRS))
    cosines = np.einsum("nd,nd->n", mapped[first], mapped[second])[first != second]
    unrelated = float(np.clip(np.median(cosines), 0, 0.9))
    return Adapted.of(found.map.mean, found.map.matrix, share=found.share, unrelated=unrelated)


def pictures_of(store: Store, rng: np.random.Generator) -> tuple[list[Record], Rows]:
    """Records with a row of `convnet`, one of each content, in the order of their ids; of many, MOST of them."""
    check_rows(store)
    first: dict[int, Record] = {}
    for record in store.records():
        first.setdefault(record.id, record)
    ids = np.sort(rng.permutation(np.array(sorted(first), np.int64))[:MOST])
    found, rows = [], [np.empty((0, ConvNet().space.dim), np.float32)]
    for at, batch in store.vectors(ConvNet().space, ids):
        found.extend(at.tolist())
        rows.append(np.asarray(batch, np.float32))
    return [first[each] for each in found], np.concatenate(rows)


def own_copies(
    records: Sequence[Record], rows: Rows, cache: Path, options: Options, originals: int, seed: int
) -> OwnCopies | None:
    """Copies of `originals` of the pictures in every edit; what cannot be read is left out. None where stopped."""
    chosen = np.sort(np.random.default_rng(seed).permutation(len(records))[:originals])
    edited = [records[at] for at in chosen]
    count = len(edited)
    plan = CopyPlan(np.arange(count), np.empty(0, np.int64), np.roll(np.arange(count), 1))
    kept = CopyCache(cache / "copies", tuple(EDITS), seed)
    if not fill(kept, edited, plan, [ConvNet()], options):
        return None
    found = {
        int(chosen[at]): copies[ConvNet().space]
        for at in range(count)
        if (copies := kept.read(edited[at], edited[at - 1], [ConvNet()])) is not None
    }
    stacked = np.array(list(found.values()), np.float32).reshape(len(found), len(EDITS), rows.shape[1])
    return OwnCopies(rows, np.array(list(found), np.int64), stacked)
