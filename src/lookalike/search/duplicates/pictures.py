"""Pictures of a library's contents for comparison, decoded in isolated workers; the last few are kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from lookalike.errors import BadPicture
from lookalike.pixels.door import DecodeJob, FramesJob, Job, frames_of, picture_of
from lookalike.pixels.worker_pool import Isolated
from lookalike.protocols import Store
from lookalike.search.ingest.reread import one_file_each, read_again
from lookalike.search.ranking.relation import Seen
from lookalike.types import Picture, Record

SMALL: Final = 64
"""Small pictures that are kept."""
WHOLE: Final = 64_000_000
"""px of whole pictures that are kept, the most, unless two alone have more."""


class Pictures:
    """Small pictures of many contents at once, and all px of single ones."""

    def __init__(self, store: Store, decoders: Isolated[Job], min_side: int, max_bytes: int) -> None:
        """Small ones have `min_side` px on the shorter side; files of more than `max_bytes` are not read."""
        self._store = store
        self._decoders = decoders
        self._min_side = min_side
        self._max_bytes = max_bytes
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

        return Seen(lambda min_side: small if min_side is not None else self._all_of(id), small.size, frames)

    def _all_of(self, id: int) -> Picture:
        """All px of a file."""
        if id not in self._whole:
            self._whole[id] = picture_of(self._decoders.one(DecodeJob(self._read(id), None))).picture
        self._whole.move_to_end(id)
        while len(self._whole) > 2 and sum(each.pixels.size // 3 for each in self._whole.values()) > WHOLE:
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
