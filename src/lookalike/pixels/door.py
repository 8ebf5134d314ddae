"""The handler of a worker that only decodes: bytes in, pixels or the fingerprint of all of them out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import TypeAlias

from lookalike.pixels.decode import Decoded, decode, frames_at
from lookalike.pixels.fingerprint import Fingerprint, fingerprint
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
class FingerprintJob:
    """The bytes of a file of which all that it shows is to be told in one number."""

    data: bytes = field(repr=False)


@dataclass(frozen=True)
class FramesJob:
    """The bytes of a file of which single frames are asked for, by numbers from 0, ascending."""

    data: bytes = field(repr=False)
    numbers: tuple[int, ...]


Job: TypeAlias = DecodeJob | FingerprintJob | FramesJob


@dataclass(frozen=True)
class Decoder:
    """Makes the handler."""

    limits: Limits

    def __call__(self) -> Callable[[DecodeJob], Reply]:
        # What is loaded now counts as the worker's own memory, and is not waited for by the first picture.
        from lookalike.pixels import colour, jpeg, plugins, reasons  # noqa: F401

        return lambda job: _reply(decode(job.data, min_side=job.min_side, limits=self.limits, opacity=job.opacity))


@dataclass(frozen=True)
class PictureReader:
    """Makes the handler of every `Job`."""

    limits: Limits

    def __call__(self) -> Callable[[Job], Reply]:
        decoded = Decoder(self.limits)()

        def handle(job: Job) -> Reply:
            if isinstance(job, DecodeJob):
                return decoded(job)
            if isinstance(job, FramesJob):
                frames = frames_at(job.data, job.numbers, self.limits)
                return Reply({}, tuple(frame.pixels for frame in frames))
            return Reply(asdict(fingerprint(job.data, self.limits)))

        return handle


def picture_of(reply: Reply) -> Decoded:
    """Picture that was decoded, from a reply of that handler."""
    width, height = reply.data["size"]
    facts = reply.data
    alpha = reply.arrays[1] if len(reply.arrays) > 1 else None
    picture = Picture(reply.arrays[0], (width, height), alpha, int(facts["frames"]))
    return Decoded(
        picture, facts["format"], facts["taken"], tuple(facts["flags"]), int(facts["frames"]), int(facts["frame"])
    )


def frames_of(reply: Reply) -> list[Picture]:
    """Frames from a reply to a `FramesJob`."""
    return [Picture(pixels, (pixels.shape[1], pixels.shape[0])) for pixels in reply.arrays]


def fingerprint_of(reply: Reply) -> Fingerprint:
    """Fingerprint that was found, from a reply to a `FingerprintJob`."""
    digest = reply.data["digest"]
    return Fingerprint(None if digest is None else str(digest), bool(reply.data["is_plain"]), str(reply.data["why"]))


def _reply(decoded: Decoded) -> Reply:
    picture = decoded.picture
    facts = {
        "size": picture.size,
        "format": decoded.format,
        "taken": decoded.taken,
        "flags": decoded.flags,
        "frames": decoded.frames,
        "frame": decoded.frame,
    }
    return Reply(facts, (picture.pixels,) if picture.alpha is None else (picture.pixels, picture.alpha))
