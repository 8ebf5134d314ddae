"""Pictures of a library's contents for comparison, decoded in isolated workers; the last few are kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Protocol

import numpy as np

from lookalike.errors import BadPicture
from lookalike.pixels.door import DecodeJob, FramesJob, Job, frames_of, picture_of
from lookalike.pixels.worker_protocol import Reply
from lookalike.protocols import Store
from lookalike.search.ingest.reread import one_file_each, read_again
from lookalike.search.query.source import serves
from lookalike.search.ranking.relation import Seen
from lookalike.types import Picture, Record

SMALL: Final = 64
"""Small pictures that are kept."""
WHOLE: Final = 64_000_000
"""px of whole pictures that are kept."""


class Decoders(Protocol):
    """Workers that decode, or this process."""

    def one(self, job: Job) -> Reply:
        """Reply to a single job; raises `BadPicture`."""

    def run(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, Reply | BadPicture]]:
        """Each job with what came of it."""


class Pictures:
    """Small pictures of many contents at once, and all px of single ones."""

    def __init__(self, store: Store, decoders: Decoders, min_side: int, max_bytes: int, *, most: int = WHOLE) -> None:
        """Small ones have `min_side` px on the shorter side; files of more than `max_bytes` are not read.

        Of whole ones at most `most` px are kept, unless two alone have more.
        """
        self._store = store
        self._decoders = decoders
        self._min_side = min_side
        self._max_bytes = max_bytes
        self._most = most
        self._small: OrderedDict[int, Picture] = OrderedDict()
        self._whole: OrderedDict[int, Picture] = OrderedDict()

    def seen(self, ids: set[int]) -> dict[int, Seen]:
        """Contents by id; those whose file is gone or has changed are left out."""
        missing = np.array(sorted(ids - self._small.keys()), np.int64)
        records = one_file_each(self._store, missing) if len(missing) else []
        self._small |= self._decoded(records)
        found = {id: self._small[id] for id in ids if id in self._small}
        for id in found:
            self._small.move_to_end(id)
        while len(self._small) > max(SMALL, len(ids)):
            self._small.popitem(last=False)
        return {id: self._seen(id, picture) for id, picture in found.items()}

    def _seen(self, id: int, small: Picture) -> Seen:
        def frames(numbers: Sequence[int]) -> Sequence[Picture]:
            return frames_of(self._decoders.one(FramesJob(self._read(id), tuple(numbers))))

        def see(min_side: int | None) -> Picture:
            return small if min_side is not None or serves(small, None) else self._all_of(id)

        return Seen(see, small.size, frames)

    def _all_of(self, id: int) -> Picture:
        """All px of a file."""
        if id not in self._whole:
            self._whole[id] = picture_of(self._decoders.one(DecodeJob(self._read(id), None))).picture
        self._whole.move_to_end(id)
        while len(self._whole) > 2 and sum(each.pixels.size // 3 for each in self._whole.values()) > self._most:
            self._whole.popitem(last=False)
        return self._whole[id]

    def _read(self, id: int) -> bytes:
        """Raises `BadPicture` where the file is gone or has changed."""
        records = one_file_each(self._store, np.array([id], np.int64))
        loaded = next(read_again(records, self._max_bytes), None)
        if loaded is None:
            raise BadPicture("changed", "gone or changed since it was indexed", records[0].path if records else "")
        return loaded[1].data

    def _decoded(self, records: list[Record]) -> dict[int, Picture]:
        ids: dict[DecodeJob, int] = {}

        def jobs() -> Iterator[DecodeJob]:
            for id, loaded in read_again(records, self._max_bytes):
                job = DecodeJob(loaded.data, self._min_side)
                ids[job] = id
                yield job

        replies = ((ids.pop(job), reply) for job, reply in self._decoders.run(jobs()) if isinstance(job, DecodeJob))
        return {id: picture_of(reply).picture for id, reply in replies if not isinstance(reply, BadPicture)}
