"""The handler of a worker that only decodes: bytes in, pixels out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from lookalike.pixels.decode import Decoded, decode
from lookalike.pixels.limits import Limits
from lookalike.pixels.worker_protocol import Reply
from lookalike.types import Picture


@dataclass(frozen=True)
class DecodeJob:
    """The bytes of a file, the side that must be kept (None: all pixels), and whether to say how opaque it is."""

    data: bytes = field(repr=False)
    min_side: int | None
    opacity: bool = False


@dataclass(frozen=True)
class Decoder:
    """Makes the handler."""

    limits: Limits

    def __call__(self) -> Callable[[DecodeJob], Reply]:
        # What is loaded now counts as the worker's own memory, and is not waited for by the first picture.
        from lookalike.pixels import colour, jpeg, plugins, reasons  # noqa: F401

        return lambda job: _reply(decode(job.data, min_side=job.min_side, limits=self.limits, opacity=job.opacity))


def picture_of(reply: Reply) -> Decoded:
    """What was decoded, from a reply of that handler."""
    width, height = reply.data["size"]
    picture = Picture(reply.arrays[0], (width, height))
    return Decoded(picture, reply.data["format"], reply.data["taken"], tuple(reply.data["flags"]))


def _reply(decoded: Decoded) -> Reply:
    picture = decoded.picture
    facts = {"size": picture.size, "format": decoded.format, "taken": decoded.taken, "flags": decoded.flags}
    return Reply(facts, (picture.pixels,))
