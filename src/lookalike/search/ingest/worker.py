"""What an isolated worker does with the bytes of one file: decode them, and describe the picture."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from lookalike.pixels.decode import Decoded, decode, other_frames
from lookalike.pixels.limits import Limits
from lookalike.pixels.sniff import HEAD, may_be_a_fraction, sniff
from lookalike.pixels.worker_protocol import Reply
from lookalike.protocols import Describer
from lookalike.search.ingest.read import Loaded
from lookalike.types import Content, Vectors


@dataclass(frozen=True)
class DescribeBytes:
    """Makes the handler of a worker: bytes in; what decoding tells of them, and a row of each describer, out.

    With `further`, rows of further frames come after that of the picture that stands for the file.
    """

    describers: tuple[Describer, ...]
    limits: Limits
    further: bool = False

    def __call__(self) -> Callable[[Loaded], Reply]:
        warm_up(self.describers)
        return self._describe

    def _describe(self, loaded: Loaded) -> Reply:
        rows: dict[Describer, Vectors] = {}
        # A decode for each side: what a describer sees must not depend on which others ran.
        sides: set[int | None] = {describer.min_side for describer in self.describers} or {1}
        if not may_be_a_fraction(sniff(loaded.data[:HEAD])):
            sides = {None}
        for side in sorted(sides, key=lambda side: side or 0):
            decoded = decode(loaded.data, min_side=side, limits=self.limits)
            seeing = (describer for describer in self.describers if side in (None, describer.min_side))
            rows |= {describer: describer.describe([decoded.picture]) for describer in seeing}
        further, broken = _further(loaded.data, decoded, self.describers, self.limits) if self.further else ({}, ())
        facts = {
            "size": decoded.picture.size,
            "format": decoded.format,
            "taken": decoded.taken,
            "flags": sorted({*decoded.flags, *broken}),
            "frames": decoded.frames,
            "further": list(further),
        }
        return Reply(
            facts, tuple(np.concatenate([rows[each], *(f[each] for f in further.values())]) for each in self.describers)
        )


def _further(
    data: bytes, decoded: Decoded, describers: Sequence[Describer], limits: Limits
) -> tuple[dict[int, dict[Describer, Vectors]], tuple[str, ...]]:
    """Rows of other frames by their numbers, and `frames` where some cannot be read."""
    described: dict[int, dict[Describer, Vectors]] = {}
    broken: tuple[str, ...] = ()
    for number, picture in other_frames(data, decoded, limits):
        if picture is None:
            broken = ("frames",)
        else:
            described[number] = {describer: describer.describe([picture]) for describer in describers}
    return described, broken


def warm_up(describers: Iterable[Describer]) -> None:
    """Has each load what it needs, so that it counts as the worker's own, not as the first picture's."""
    for describer in describers:
        describer.describe([])


def frames_of(reply: Reply) -> list[int]:
    """Numbers, from 0, of the frames that have rows after the first."""
    return [int(number) for number in reply.data["further"]]


def content_of(loaded: Loaded, reply: Reply) -> Content:
    """The content that a worker's reply tells of."""
    facts = reply.data
    width, height = facts["size"]
    return Content(
        loaded.sha256,
        len(loaded.data),
        (width, height),
        facts["format"],
        facts["taken"],
        tuple(facts["flags"]),
        facts["frames"],
    )
