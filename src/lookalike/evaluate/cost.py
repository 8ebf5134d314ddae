"""Costs of a describer: milliseconds of one core to decode and describe a picture, on a sample of the pictures."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lookalike.errors import BadPicture
from lookalike.pixels.decode import decode
from lookalike.pixels.limits import Limits
from lookalike.pixels.worker_pool import Isolated
from lookalike.pixels.worker_protocol import Reply
from lookalike.protocols import Describer
from lookalike.search.components import by_name
from lookalike.search.ingest.read import Loaded, load
from lookalike.search.ingest.scan import Found
from lookalike.search.ingest.worker import warm_up
from lookalike.types import Record

SAMPLE = 24


@dataclass(frozen=True)
class TimeDescribers:
    """Makes the handler of a worker: a file in, seconds for each describer out, decoding included."""

    describers: tuple[Describer, ...]
    limits: Limits

    def __call__(self) -> Callable[[Loaded], Reply]:
        warm_up(self.describers)
        return self._time

    def _time(self, loaded: Loaded) -> Reply:
        return Reply({name: self._seconds(each, loaded.data) for name, each in by_name(self.describers).items()}, ())

    def _seconds(self, describer: Describer, data: bytes) -> float:
        started = time.perf_counter()
        describer.describe([decode(data, min_side=describer.min_side, limits=self.limits).picture])
        return time.perf_counter() - started


def milliseconds(
    records: Sequence[Record], describers: Sequence[Describer], limits: Limits, *, sample: int = SAMPLE
) -> dict[str, float]:
    """By name, the median over pictures taken evenly from `records`; the first is a warm-up and not counted."""
    chosen = [records[at] for at in np.linspace(0, len(records) - 1, min(sample, len(records)), dtype=int)]
    seconds: dict[str, list[float]] = {name: [] for name in by_name(describers)}
    with Isolated(TimeDescribers(tuple(describers), limits), workers=1, limits=limits) as pool:
        for record in [chosen[0], *chosen]:
            loaded = load(Found(record.path, record.stamp), limits.bytes)
            if isinstance(loaded, Loaded):
                try:
                    reply = pool.one(loaded)
                except BadPicture:  # it was readable a moment ago
                    continue
                for name, taken in reply.data.items():
                    seconds[name].append(taken)
    return {name: 1000 * float(np.median(taken[1:] or taken or [np.nan])) for name, taken in seconds.items()}
