"""Contents compared by worker processes: each opens the library for reading, and decodes what it compares."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Final, Self

from lookalike.errors import BadPicture
from lookalike.location import Location
from lookalike.pixels.door import Job, PictureReader
from lookalike.pixels.limits import Limits
from lookalike.pixels.worker_pool import Isolated
from lookalike.pixels.worker_protocol import Reply
from lookalike.search.components import extractor_of
from lookalike.search.duplicates.book import Book, Pair
from lookalike.search.duplicates.comparer import PairComparer
from lookalike.search.duplicates.one_content import Comparer, Neighbours, compared
from lookalike.search.duplicates.pictures import Pictures
from lookalike.search.ranking.relation import RelationClassifier
from lookalike.store import open_store
from lookalike.store.pairs import detail_of, pair_of
from lookalike.types import VerifiedPair

BESIDE: Final = 512 * 2**20
"""Bytes that such a worker may hold besides a picture that it decodes: libraries, features, pictures that it keeps."""
PATIENT: Final = 20
"""Times the seconds of one picture, that a content may take with all its pairs."""
WHOLE: Final = 16_000_000
"""px of whole pictures that a worker keeps."""


@dataclass(frozen=True)
class CompareJob:
    """A content, and what is known of it and its neighbours."""

    of: Neighbours
    book: Book


@dataclass(frozen=True)
class ContentComparer:
    """Makes the handler of a worker on the library at `location`."""

    location: Location
    limits: Limits

    def __call__(self) -> Callable[[CompareJob], Reply]:
        store = open_store(self.location, write=False)
        extractor = extractor_of(store)
        assert extractor is not None
        classifier = RelationClassifier(extractor)
        pictures = Pictures(store, Here(self.limits), classifier.min_side, self.limits.bytes, most=WHOLE)
        comparer = PairComparer(store, classifier, pictures)

        def handle(job: CompareJob) -> Reply:
            told = Told()
            compared(job.of, job.book, Recorder(comparer, told))
            return told.reply()

        return handle


class Here:
    """Decodes in this process, as `Isolated` does in others."""

    def __init__(self, limits: Limits) -> None:
        self._handle = PictureReader(limits)()

    def one(self, job: Job) -> Reply:
        """Raises `BadPicture`."""
        return self._handle(job)

    def run(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, Reply | BadPicture]]:
        """Each job with what came of it."""
        for job in jobs:
            try:
                yield job, self._handle(job)
            except BadPicture as error:
                yield job, error


class Told:
    """Answers of a comparer, to be asked again: a `Comparer` whose gaps another one fills."""

    def __init__(self, gaps: Comparer | None = None) -> None:
        self.related: dict[tuple[Pair, bool], bool] = {}
        self.found: dict[Pair, VerifiedPair | None] = {}
        self.laid_over: dict[Pair, VerifiedPair | None] = {}
        self._gaps = gaps

    def reply(self) -> Reply:
        """As `of` reads it."""
        related = [[a, b, mirrored, is_related] for ((a, b), mirrored), is_related in self.related.items()]
        return Reply({"related": related, "found": _rows(self.found), "laid_over": _rows(self.laid_over)})

    @classmethod
    def of(cls, reply: Reply, gaps: Comparer) -> Told:
        """Answers that a worker gave."""
        told = cls(gaps)
        told.related = {((a, b), mirrored): is_related for a, b, mirrored, is_related in reply.data["related"]}
        told.found, told.laid_over = (_pairs(reply.data[name]) for name in ("found", "laid_over"))
        return told

    def expect(self, ids: Sequence[int]) -> None:
        """Nothing is read ahead: there are few gaps."""

    def is_related(self, pair: Pair, *, mirrored: bool) -> bool:
        """As was told; else by the other comparer."""
        known = self.related.get((pair, mirrored))
        return self._other.is_related(pair, mirrored=mirrored) if known is None else known

    def judged(self, pairs: Sequence[Pair]) -> dict[Pair, VerifiedPair | None]:
        """As was told; else by the other comparer, which has to see for itself how they are related."""
        known = {pair: self.found[pair] for pair in pairs if pair in self.found}
        gaps = [pair for pair in pairs if pair not in known]
        for pair in gaps:
            for mirrored in (False, True):
                if self.related.get((pair, mirrored), False) and self._other.is_related(pair, mirrored=mirrored):
                    break
        return known | dict(self._other.judged(gaps)) if gaps else known

    def wholes(self, pairs: Sequence[Pair]) -> dict[Pair, VerifiedPair | None]:
        """As was told; else by the other comparer."""
        known = {pair: self.laid_over[pair] for pair in pairs if pair in self.laid_over}
        gaps = [pair for pair in pairs if pair not in known]
        return known | dict(self._other.wholes(gaps)) if gaps else known

    @property
    def _other(self) -> Comparer:
        assert self._gaps is not None
        return self._gaps


@dataclass(frozen=True)
class Recorder:
    """A comparer, all of whose answers are written down."""

    comparer: Comparer
    told: Told

    def expect(self, ids: Sequence[int]) -> None:
        """As the comparer."""
        self.comparer.expect(ids)

    def is_related(self, pair: Pair, *, mirrored: bool) -> bool:
        """As the comparer."""
        found = self.told.related[pair, mirrored] = self.comparer.is_related(pair, mirrored=mirrored)
        return found

    def judged(self, pairs: Sequence[Pair]) -> Mapping[Pair, VerifiedPair | None]:
        """As the comparer."""
        found = self.comparer.judged(pairs)
        self.told.found |= found
        return found

    def wholes(self, pairs: Sequence[Pair]) -> Mapping[Pair, VerifiedPair | None]:
        """As the comparer."""
        found = self.comparer.wholes(pairs)
        self.told.laid_over |= found
        return found


class Workers:
    """Processes that compare contents of the library at `location`. A context manager."""

    def __init__(self, location: Location, limits: Limits, count: int) -> None:
        self.count = count
        # What a worker of its own may hold of one picture, one that compares may as well.
        roomy = replace(limits, decoding=limits.decoding + BESIDE, seconds=PATIENT * limits.seconds)
        self._pool: Isolated[CompareJob] = Isolated(ContentComparer(location, roomy), workers=count, limits=roomy)

    def submit(self, of: Neighbours, book: Book, claimed: Sequence[int]) -> Future[Reply | BadPicture]:
        """Answers as `Told.of` reads them; `BadPicture` where a worker died of it, or ran out of time or memory.

        What is `claimed` is laid over it by another, and by none that is asked here.
        """
        return self._pool.submit(CompareJob(of, book.about(of.id, of.all, claimed)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._pool.close()


def _rows(found: Mapping[Pair, VerifiedPair | None]) -> list[list[Any]]:
    return [
        [a, b, None] if one is None else [a, b, [one.a, one.b, one.relation, float(one.score), detail_of(one)]]
        for (a, b), one in found.items()
    ]


def _pairs(rows: Sequence[Any]) -> dict[Pair, VerifiedPair | None]:
    return {(a, b): None if row is None else pair_of(row) for a, b, row in rows}
