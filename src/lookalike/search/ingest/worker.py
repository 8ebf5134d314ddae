"""Work of an isolated worker on the bytes of one file: decode them, and make what is wanted of the picture."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any

import numpy as np

from lookalike.errors import BadPicture, Reason
from lookalike.facts import Facts, Place
from lookalike.pixels.decode import Decoded, other_frames
from lookalike.pixels.decode_once import decode_once
from lookalike.pixels.limits import Limits
from lookalike.pixels.metadata import facts_in, facts_in_sidecar
from lookalike.pixels.worker_protocol import Reply
from lookalike.protocols import Describer
from lookalike.search.ingest.products import Product, Row, VectorOf
from lookalike.search.ingest.read import Loaded
from lookalike.types import Content


@dataclass(frozen=True)
class Job:
    """The bytes of a file, and which of the worker's products are wanted of them, by number."""

    loaded: Loaded
    wanted: tuple[int, ...]


@dataclass(frozen=True)
class FactsJob:
    """Bytes of which no picture is wanted, but what they say of one: of a file of some format, or of a sidecar."""

    key: str
    """Whoever asked knows by it what was asked."""
    data: bytes
    format: str | None
    """None of a sidecar."""


def size_of(job: Job | FactsJob) -> int:
    """Bytes that a job takes."""
    return len(job.loaded.data if isinstance(job, Job) else job.data)


@dataclass(frozen=True)
class Make:
    """Makes the handler of a worker: a job in; what decoding tells, and a row of each product that could be made, out.

    What cannot be made of a picture that can be decoded costs itself alone, and is told with its reason.
    """

    products: tuple[Product, ...]
    limits: Limits

    def __call__(self) -> Callable[[Job | FactsJob], Reply]:
        for product in self.products:
            product.warm_up()
        return self._answer

    def _answer(self, job: Job | FactsJob) -> Reply:
        if isinstance(job, Job):
            return self._make(job)
        if job.format is None:
            facts = facts_in_sidecar(job.data)
            return Reply({} if facts is None else said((facts, None)))
        return Reply(said(facts_in(job.format, job.data, self.limits)))

    def _make(self, job: Job) -> Reply:
        wanted = {number: self.products[number] for number in job.wanted}
        sides = [product.min_side for product in wanted.values()] or [1]
        decoded = decode_once(job.loaded.data, sides, self.limits)
        rows: dict[int, Row] = {}
        failed: dict[int, tuple[Reason, str]] = {}
        for number, product in wanted.items():
            try:
                rows[number] = product.make(decoded[product.min_side].picture)
            except MemoryError:
                failed[number] = ("too_large", f"{product.space.name}: it takes more memory than a worker may use")
            except Exception as error:  # noqa: BLE001  a defect of one product costs the others nothing
                failed[number] = ("decoder_crash", f"{product.space.name}: {type(error).__name__}: {error}"[:500])
        main = decoded[max(sides)]
        vectors = {number: product for number, product in wanted.items() if isinstance(product, VectorOf)}
        numbers, further, broken = self._further(job.loaded.data, main, {n: vectors[n] for n in rows if n in vectors})
        facts = facts_of(main, broken) | said(facts_in(main.format, job.loaded.data, self.limits))
        made = {"made": list(rows), "failed": [(number, *why) for number, why in failed.items()]}
        framed = {"frame_numbers": numbers, "framed": list(further)}
        return Reply(facts | made | framed, (*rows.values(), *further.values()))

    def _further(
        self, data: bytes, main: Decoded, vectors: Mapping[int, VectorOf]
    ) -> tuple[list[int], dict[int, Row], tuple[str, ...]]:
        """Numbers of further frames, (f, columns) rows of each describer, and `frames` where some cannot be read."""
        rows: dict[int, list[Row]] = {number: [] for number in vectors}
        numbers: list[int] = []
        broken: tuple[str, ...] = ()
        for number, picture in other_frames(data, main, self.limits) if vectors else ():
            if picture is None:
                broken = ("frames",)
                continue
            numbers.append(number)
            for product, vector in vectors.items():
                rows[product].append(vector.make(picture))
        return numbers, {product: np.stack(each) for product, each in rows.items() if each}, broken


@dataclass(frozen=True)
class Made:
    """Results of a job: the content, a row of each product that was made, and why others were not."""

    content: Content
    rows: dict[int, Row]
    failed: dict[int, BadPicture]
    frames: list[int]
    """Numbers, from 0, of further frames that were described."""
    further: dict[int, Row]
    """(f, columns) rows of them, by the product."""
    said: tuple[Facts, Place | None]


def made_of(job: Job, reply: Reply) -> Made:
    """Results that a worker's reply to `job` tells."""
    made = reply.data["made"]
    rows = dict(zip(made, reply.arrays[: len(made)], strict=True))
    further = dict(zip(reply.data["framed"], reply.arrays[len(made) :], strict=True))
    failed = {number: BadPicture(reason, detail) for number, reason, detail in reply.data["failed"]}
    content = content_of(job.loaded, reply)
    return Made(content, rows, failed, list(reply.data["frame_numbers"]), further, said_in(reply))


def said(told: tuple[Facts, Place | None]) -> dict[str, Any]:
    """Fields of a reply that `said_in` reads."""
    facts, place = told
    return {"facts": facts.known(), "place": None if place is None else [*astuple(place)]}


def said_in(reply: Reply) -> tuple[Facts, Place | None]:
    """Facts that a file tells of its picture, and the place, as a worker's reply tells."""
    place = reply.data["place"]
    return Facts.of(reply.data["facts"]), None if place is None else Place(*place)


@dataclass(frozen=True)
class DescribeBytes:
    """Makes the handler of a worker: bytes in; what decoding tells of them, and (1, d) of each describer, out."""

    describers: tuple[Describer, ...]
    limits: Limits

    def __call__(self) -> Callable[[Loaded], Reply]:
        warm_up(self.describers)
        return self._describe

    def _describe(self, loaded: Loaded) -> Reply:
        sides = [describer.min_side for describer in self.describers] or [1]
        decoded = decode_once(loaded.data, sides, self.limits)
        rows = tuple(describer.describe([decoded[describer.min_side].picture]) for describer in self.describers)
        return Reply(facts_of(decoded[max(sides)]), rows)


def warm_up(describers: Iterable[Describer]) -> None:
    """Has each load what it needs, so that it counts as the worker's own, not as the first picture's."""
    for describer in describers:
        VectorOf(describer).warm_up()


def facts_of(decoded: Decoded, flags: Sequence[str] = ()) -> dict[str, Any]:
    """Facts that `content_of` reads; `flags` are added to those of the picture."""
    return {
        "size": decoded.picture.size,
        "format": decoded.format,
        "taken": decoded.taken,
        "flags": sorted({*decoded.flags, *flags}),
        "frames": decoded.frames,
    }


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
