"""Pictures for questions and pages: decoded in isolated workers, of which the first starts with the first question."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache

from lookalike.errors import BadPicture
from lookalike.pixels.door import (
    DecodeJob,
    FingerprintJob,
    FramesJob,
    Job,
    PictureReader,
    fingerprint_of,
    frames_of,
    picture_of,
)
from lookalike.pixels.fingerprint import Fingerprint
from lookalike.pixels.limits import Limits
from lookalike.pixels.sniff import may_be_a_fraction
from lookalike.pixels.worker_pool import Isolated
from lookalike.search.ingest.read import load
from lookalike.search.ingest.scan import Found
from lookalike.search.query.source import Sample
from lookalike.types import Failure, Picture, Record


class PictureDecoder:
    """Bytes and records to pictures. Threads that ask at once have a worker each, up to the number of cores."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._lock = threading.Lock()
        self._pool: Isolated[Job] | None = None
        self._kept = False
        self._borrowers = 0
        self._of_thread = threading.local()

    def start(self) -> None:
        """The worker, ahead of the first picture."""
        self._started().start()

    def decode(self, data: bytes, min_side: int | None) -> Picture:
        """Raises `BadPicture` where the bytes give none."""
        if len(data) > self._limits.bytes:
            raise BadPicture("too_large", f"{len(data)} bytes, more than the limit of {self._limits.bytes}")
        return picture_of(self._started().one(DecodeJob(data, min_side))).picture

    def opacity(self, data: bytes) -> Picture:
        """White where the picture is opaque, black where it is transparent; raises as `decode`."""
        return picture_of(self._started().one(DecodeJob(data, None, opacity=True))).picture

    def frames(self, data: bytes, numbers: Sequence[int]) -> list[Picture]:
        """Frames or pages of these numbers, from 0, ascending; raises as `decode`."""
        return frames_of(self._started().one(FramesJob(data, tuple(numbers))))

    def fingerprint(self, data: bytes) -> Fingerprint:
        """Fingerprint of all that the bytes show; without a digest where that takes too long or cannot be told."""
        try:
            return fingerprint_of(self._started().one(FingerprintJob(data)))
        except BadPicture as error:
            return Fingerprint(None, why=str(error))

    def _started(self) -> Isolated[Job]:
        with self._lock:
            self._kept = self._kept or not getattr(self._of_thread, "borrows", False)
            if self._pool is None:
                workers = os.cpu_count() or 1
                self._pool = Isolated(PictureReader(self._limits), workers=workers, limits=self._limits)
            return self._pool

    @contextmanager
    def borrowed(self) -> Iterator[None]:
        """Workers that nothing but such blocks needed end with the last of them."""
        with self._lock:
            self._borrowers += 1
        self._of_thread.borrows = True
        try:
            yield
        finally:
            self._of_thread.borrows = False
            with self._lock:
                self._borrowers -= 1
                pool = None if self._kept or self._borrowers else self._taken()
            if pool is not None:
                pool.close()

    def sample(self, record: Record) -> Sample:
        """A file of the library; its picture raises `BadPicture` when the file is not as it was indexed."""
        content = record.content
        whole = cache(lambda: self._open(record, None))
        return Sample(
            record.path,
            content.sha256,
            (lambda min_side: self._open(record, min_side)) if may_be_a_fraction(content.format) else lambda _: whole(),
            lambda: self.fingerprint(self.read(record)),
            content.size,
            _frames=lambda numbers: self.frames(self.read(record), numbers),
        )

    def _open(self, record: Record, min_side: int | None) -> Picture:
        return self.decode(self.read(record), min_side)

    def read(self, record: Record) -> bytes:
        """Bytes of a file of the library; raises `BadPicture` where it is not as it was indexed."""
        if not record.has_file:
            raise BadPicture("io", "it was added without a file, and the library keeps no picture", record.path)
        loaded = load(Found(record.path, record.stamp), self._limits.bytes)
        if isinstance(loaded, Failure):
            raise BadPicture(loaded.reason, loaded.detail)
        return loaded.data

    def close(self) -> None:
        """Ends the worker."""
        with self._lock:
            pool, self._kept = self._taken(), False
        if pool is not None:
            pool.close()

    def _taken(self) -> Isolated[Job] | None:
        pool, self._pool = self._pool, None
        return pool
