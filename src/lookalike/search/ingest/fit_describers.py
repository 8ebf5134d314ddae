"""Describers that learn before they describe, fitted to a sample of the pictures that are there."""

from __future__ import annotations

import hashlib
import heapq
import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby
from typing import TypeGuard

import numpy as np

from lookalike.errors import BadPicture
from lookalike.pixels.limits import Limits
from lookalike.pixels.worker_pool import Isolated
from lookalike.protocols import Describer, Fittable, Store
from lookalike.registry import digest
from lookalike.search.components import describers_of
from lookalike.search.ingest.in_session import InSession
from lookalike.search.ingest.options import Options
from lookalike.search.ingest.products import Product, VectorOf
from lookalike.search.ingest.read import Loaded, ahead, load
from lookalike.search.ingest.report import IndexReport
from lookalike.search.ingest.run import ingest
from lookalike.search.ingest.scan import Found
from lookalike.search.ingest.supply import Given
from lookalike.search.ingest.worker import DescribeBytes
from lookalike.types import Space, Vectors


def ingest_and_learn(
    store: Store,
    describers: Sequence[Describer],
    paths: Iterable[str | os.PathLike[str]] | Given,
    options: Options,
    *,
    beside: Sequence[Product] = (),
    dropped: Sequence[Space] = (),
    in_session: Collection[Space] = (),
) -> tuple[IndexReport, list[Describer]]:
    """`ingest`, and the describers as they are after it: what has to learn does so from the pictures then in the store.

    `beside` is made beside the vectors, and the spaces `dropped` go. Vectors of the spaces `in_session` are made in
    this process. What the store has learned before serves again, even if it holds more pictures now. Raises `NotFitted`
    where there are too few; the pictures themselves are kept.
    """
    wanted = list(dict.fromkeys(_as_learned(store, describer) for describer in describers))
    ready = [describer for describer in wanted if not must_learn(describer)]
    products = [InSession.of(each) if each.space in in_session else VectorOf(each) for each in ready]
    report = ingest(store, [*products, *beside], paths, options, dropped)
    waiting = [describer for describer in wanted if must_learn(describer)]
    if not waiting or report.interrupted:
        return report, ready
    learned = [fitted(describer, _contents(store), options.limits, options.workers) for describer in waiting]
    filled = ingest(store, [VectorOf(describer) for describer in learned], [], options)
    whole = replace(
        report,
        seconds=report.seconds + filled.seconds,
        failures=(*report.failures, *filled.failures),
        interrupted=filled.interrupted,
    )
    return whole, [*ready, *learned]


def must_learn(describer: Describer) -> TypeGuard[Fittable]:
    """Whether it has to be fitted before it describes."""
    return isinstance(describer, Fittable) and describer.fitted is None


def fitted(describer: Fittable, files: Iterable[tuple[str, Found]], limits: Limits, workers: int) -> Describer:
    """`describer`, fitted to its sample of (key, file); a file that gives no picture counts as not there."""
    chosen = sampled(files, describer.sample, describer.seed)
    rows = _rows(describer.seen, [file for _, file in chosen], limits, workers)
    space = describer.seen.space
    return describer.fit(
        np.concatenate(
            [np.empty((0, space.columns), space.dtype), *(rows[file.path] for _, file in chosen if file.path in rows)]
        )
    )


def sampled(files: Iterable[tuple[str, Found]], count: int, seed: int) -> list[tuple[str, Found]]:
    """At most `count` of them, each as likely as any other, in an order that their keys alone decide.

    Those whose keys are smallest after a seeded shuffle [Cohen & Kaplan, Summarizing Data Using Bottom-k Sketches, PODC
    2007]: one pass, memory for `count`, and the same pictures whatever the order in which they were found.
    """
    return heapq.nsmallest(
        count, files, key=lambda keyed: hashlib.sha256(f"{seed} {keyed[0]}".encode("utf-8", "surrogateescape")).digest()
    )


def _as_learned(store: Store, describer: Describer) -> Describer:
    """Describer that the store has learned with the same settings, if any, else as it is."""
    if must_learn(describer):
        for known in describers_of(store):
            if isinstance(known, Fittable) and digest(_forgetful(known)) == digest(describer):
                return known
    return describer


def _forgetful(describer: Fittable) -> Describer:
    return replace(describer, fitted=None)  # type: ignore[type-var]


def _contents(store: Store) -> Iterator[tuple[str, Found]]:
    """One file of each content, by its sha256."""
    for _, records in groupby(store.records(), key=lambda record: record.id):
        first = next((record for record in records if record.has_file), None)
        if first is not None:
            yield first.content.sha256, Found(first.path, first.stamp)


def _rows(describer: Describer, files: Sequence[Found], limits: Limits, workers: int) -> dict[str, Vectors]:
    """(1, d) by path."""
    read = ahead(partial(load, max_bytes=limits.bytes), files, threads=2)
    jobs = (loaded for loaded in read if isinstance(loaded, Loaded))
    with Isolated(DescribeBytes((describer,), limits), workers=workers, limits=limits) as pool:
        return {loaded.path: reply.arrays[0] for loaded, reply in pool.run(jobs) if not isinstance(reply, BadPicture)}
