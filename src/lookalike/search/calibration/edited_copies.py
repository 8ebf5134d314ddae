"""Vectors of edited copies: an isolated worker decodes a picture, edits it, and describes each copy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import BadPicture
from lookalike.pixels.augment import edit
from lookalike.pixels.decode import decode
from lookalike.pixels.limits import Limits
from lookalike.pixels.resize import scaled
from lookalike.pixels.worker_pool import Isolated
from lookalike.pixels.worker_protocol import Reply
from lookalike.protocols import Describer, Extractor
from lookalike.search.calibration.copy_plan import CopyPlan
from lookalike.search.ingest.read import Loaded, ahead, load
from lookalike.search.ingest.scan import Found
from lookalike.search.ingest.worker import warm_up
from lookalike.store.packing import packed_array, unpacked_array
from lookalike.types import Failure, LocalFeatures, Picture, Record, Space, Vectors

COPY_SIDE = 480
"""Pixels that the shorter side of a copy's original has at least, where it has so many: copies are seldom larger."""


@dataclass(frozen=True)
class CopyJob:
    """The edits to make of one file; a collage pastes it into the picture of `other`."""

    original: Loaded
    other: bytes
    edits: tuple[str, ...]
    seed: int


@dataclass(frozen=True)
class DescribeCopies:
    """Makes the handler of a worker: a job in; (edits, d) rows for each describer, and the transforms, out.

    With an extractor also the pixels of each copy, and its local features.
    """

    describers: tuple[Describer, ...]
    limits: Limits
    extractor: Extractor | None = None

    def __call__(self) -> Callable[[CopyJob], Reply]:
        warm_up(self.describers)
        return self._describe

    def _describe(self, job: CopyJob) -> Reply:
        decoded = decode(job.original.data, min_side=COPY_SIDE, limits=self.limits).picture
        other = decode(job.other, min_side=COPY_SIDE, limits=self.limits).picture.pixels
        height, width = decoded.pixels.shape[:2]
        to_original = scaled(decoded.size[0] / width, decoded.size[1] / height)
        copies = [edit(name, decoded.pixels, job.seed, other) for name in job.edits]
        pictures = [Picture(copy.pixels, copy.pixels.shape[1::-1]) for copy in copies]
        rows = [describer.describe(pictures) for describer in self.describers]
        seen = [] if self.extractor is None else pictures
        return Reply(
            {"transforms": [(to_original @ copy.transform).tolist() for copy in copies]},
            (*rows, *(array for picture in seen for array in (picture.pixels, self._features(picture)))),
        )

    def _features(self, picture: Picture) -> NDArray[np.uint8]:
        assert self.extractor is not None
        return packed_array(self.extractor.extract(picture))


@dataclass(frozen=True, eq=False)
class Copies:
    """Copies of one original: by space (e, d) rows, one for each edit in the order asked; (e, 3, 3) to its px.

    `views` (e,) are the copies and their local features, where an extractor was given.
    """

    original: Loaded
    rows: dict[Space, Vectors]
    transforms: NDArray[np.float64]
    views: tuple[tuple[Picture, LocalFeatures], ...] = ()


def copy_jobs(
    records: Sequence[Record], plan: CopyPlan, edits: Sequence[str], seed: int, limits: Limits
) -> Iterator[CopyJob]:
    """A job for each original of `plan` that can be read, as is its backdrop, where it was when it was indexed."""
    wanted = zip(plan.originals.tolist(), plan.backdrops.tolist(), strict=True)

    def files(pair: tuple[int, int]) -> list[Loaded | Failure]:
        return [load(Found(records[at].path, records[at].stamp), limits.bytes) for at in pair]

    for original, other in ahead(files, wanted, threads=2):
        if isinstance(original, Loaded) and isinstance(other, Loaded):
            yield CopyJob(original, other.data, tuple(edits), seed_of(original.sha256, seed))


def seed_of(sha256: str, seed: int) -> int:
    """Chance of its own for each original, whatever the others are."""
    return int(sha256[:12], 16) + seed


def describe_copies(
    jobs: Iterator[CopyJob],
    describers: Sequence[Describer],
    *,
    workers: int,
    limits: Limits,
    extractor: Extractor | None = None,
) -> Iterator[Copies | tuple[CopyJob, BadPicture]]:
    """Outcome of each job, in the order of completion."""
    made = DescribeCopies(tuple(describers), limits, extractor)
    with Isolated(made, workers=workers, limits=limits) as pool:
        for job, reply in pool.run(jobs):
            if isinstance(reply, BadPicture):
                yield job, reply
            else:
                own, seen = reply.arrays[: len(describers)], reply.arrays[len(describers) :]
                rows = {describer.space: found for describer, found in zip(describers, own, strict=True)}
                views = tuple(
                    (Picture(copy, copy.shape[1::-1]), unpacked_array(code))
                    for copy, code in zip(seen[::2], seen[1::2], strict=True)
                )
                yield Copies(job.original, rows, np.array(reply.data["transforms"], np.float64), views)
