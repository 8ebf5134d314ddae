"""Pictures for questions and pages: decoded in one isolated worker that starts with the first."""

from __future__ import annotations

from lookalike.errors import BadPicture, BadQuery
from lookalike.pixels.decode import Limits
from lookalike.pixels.door import DecodeJob, Decoder, picture_of
from lookalike.pixels.isolate import Isolated
from lookalike.search.reading import Loaded, load
from lookalike.search.scan import Found
from lookalike.types import Picture, Record


class Opener:
    """Bytes and records to pictures."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._pool: Isolated[DecodeJob] | None = None

    def decode(self, data: bytes, min_side: int | None) -> Picture:
        """Raises `BadPicture` where the bytes give none."""
        if len(data) > self._limits.bytes:
            raise BadPicture("too_large", f"{len(data)} bytes, more than the limit of {self._limits.bytes}")
        if self._pool is None:
            self._pool = Isolated(Decoder(self._limits), workers=1, limits=self._limits)
        return picture_of(self._pool.one(DecodeJob(data, min_side))).picture

    def picture(self, record: Record, min_side: int | None) -> Picture | None:
        """Of a file that still is as it was indexed, else None."""
        loaded = load(Found(record.path, record.stamp), self._limits.bytes)
        if not isinstance(loaded, Loaded):
            return None
        try:
            return self.decode(loaded.data, min_side)
        except BadPicture:
            return None

    def close(self) -> None:
        """Ends the worker."""
        if self._pool is not None:
            self._pool.close()
            self._pool = None
