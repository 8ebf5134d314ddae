"""The handler of a worker that only decodes: bytes in, pixels out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lookalike.pixels.limits import Limits
from lookalike.pixels.wire import Reply
from lookalike.types import Picture


@dataclass(frozen=True)
class DecodeJob:
    """The bytes of a file, and the side that must be kept (None: all pixels)."""

    data: bytes
    min_side: int | None


@dataclass(frozen=True)
class Decoder:
    """Makes the handler."""

    limits: Limits

    def __call__(self) -> Callable[[DecodeJob], Reply]:
        from lookalike.pixels.decode import decode

        def handle(job: DecodeJob) -> Reply:
            picture = decode(job.data, min_side=job.min_side, limits=self.limits).picture
            return Reply({"size": picture.size}, (picture.pixels,))

        return handle


def picture_of(reply: Reply) -> Picture:
    """The picture in a reply of that handler."""
    width, height = reply.data["size"]
    return Picture(reply.arrays[0], (width, height))
