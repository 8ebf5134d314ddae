"""Copies and scenes within a library: every picture asks all others by its local features, and geometry decides."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from typing import Final

import numpy as np

from lookalike.errors import BadPicture
from lookalike.match.difference.small import one_shape
from lookalike.pixels.door import DecodeJob, Decoder, picture_of
from lookalike.pixels.worker_pool import Isolated
from lookalike.protocols import SetIndex, Store
from lookalike.search.ingest.options import Options, Progress
from lookalike.search.ingest.reread import one_file_each, read_again
from lookalike.search.ranking.relation import HARDLY_ANY, Evidence, RelationClassifier, Seen
from lookalike.search.ranking.verification import votes_for
from lookalike.types import Geometry, Ids, LocalFeatures, Picture, Record, VerifiedPair

NEIGHBOURS: Final = 32
"""Contents that are verified against each: a group cannot be larger."""
PATIENCE: Final = 8
"""Neighbours in a row that have nothing to do with a content: then none of the next is tried."""
NEARLY_ALL: Final = 0.9
"""Coverage of either copy by the other from which on the two show the same."""
FOLDED: Final = 4
"""Contents that are compared before what is nearly equal is folded."""
BATCH: Final = 64
"""Contents, some seconds' work, that are compared between commits."""
AT_ONCE: Final = 64
"""Pairs whose pictures are held in memory."""
WHOLE: Final = 8
"""Pictures of which all px are held in memory."""
REVISION: Final = 4
"""Raised by hand when a relation changes."""

Pair = tuple[int, int]


def judge_of(classifier: RelationClassifier) -> str:
    """Under which name the store keeps what was found."""
    return f"geometry-{REVISION}-{classifier.features.space.digest}"


class DuplicateFinder:
    """Compares the contents of `store` that were not compared yet with all others, a batch at a time."""

    def __init__(
        self,
        store: Store,
        index: SetIndex,
        classifier: RelationClassifier,
        options: Options,
        *,
        near: Callable[[int], Sequence[int]] = lambda _: (),
        batch: int = BATCH,
    ) -> None:
        """`near` gives the contents that look most like one, which serves where there are hardly any features."""
        self.store = store
        self.index = index
        self.classifier = classifier
        self.options = options
        self.batch = batch
        self._space = classifier.features.space
        self.near = near
        self._related: dict[Pair, bool] = {}
        self._hubs: dict[int, int] = {}
        for each in store.relations(judge_of(classifier)):
            self._related[each.a, each.b] = True
            self._fold(each)

    @property
    def todo(self) -> Ids:
        """Ascending, of contents that were not compared yet."""
        return np.setdiff1d(self.store.vector_ids(self._space), self.store.compared(judge_of(self.classifier)))

    def found(self) -> Iterator[tuple[Ids, list[VerifiedPair]]]:
        """Batches of contents that were compared with all, and their kin; none is told twice."""
        todo = self.todo
        progress = Progress(len(todo), 0, 0, "comparisons")
        limits = self.options.limits
        with Isolated(Decoder(limits), workers=self.options.workers, limits=limits) as decoders:
            for start in range(0, len(todo), self.batch):
                if self.options.should_stop():
                    return
                batch = todo[start : start + self.batch]
                verified_pairs, unseen = self._compared(batch, decoders)
                # What geometry finds and no picture decides waits for the files, which may be on a drive not mounted.
                yield np.setdiff1d(batch, [id for pair in unseen for id in pair]), verified_pairs
                progress = replace(progress, committed=progress.committed + len(batch))
                self.options.on_commit(progress)

    def _compared(self, batch: Ids, decoders: Isolated[DecodeJob]) -> tuple[list[VerifiedPair], set[Pair]]:
        """Pairs proved of these contents, and pairs of which no picture could be seen."""
        features = self._features(batch)
        proved: list[VerifiedPair] = []
        unseen: set[Pair] = set()
        for start in range(0, len(batch), FOLDED):
            few = [id for id in batch[start : start + FOLDED].tolist() if id in features]
            geometries = dict(pair for id in few for pair in self._geometries(id, features[id]))
            bare = [id for id in few if len(features[id]) < HARDLY_ANY]
            rivals = {pair for id in bare for pair in self._rivals(id) if pair not in geometries}
            found = self._verified_pairs(geometries, decoders) + self._as_wholes(sorted(rivals), decoders)
            unseen |= geometries.keys() - {(each.a, each.b) for each in found}
            for each in found:
                self._fold(each)
            proved += found
        return proved, unseen

    def _fold(self, pair: VerifiedPair) -> None:
        """Notes a content that shows the same as a hub: both need no comparison with others of that hub."""
        if pair.relation != "copy" or min(pair.coverage) < NEARLY_ALL or pair.differs:
            return
        for hub, other in ((pair.a, pair.b), (pair.b, pair.a)):
            if self._hubs.setdefault(hub, hub) == hub and other not in self._hubs:
                self._hubs[other] = hub
                return

    def _are_folded(self, a: int, b: int) -> bool:
        return a in self._hubs and self._hubs[a] == self._hubs.get(b)

    def _rivals(self, id: int) -> Iterator[Pair]:
        """Pairs with this content, not tried before, whose shapes allow that one is the other at another size."""
        near = [other for other in self.near(id) if other != id]
        sizes = {r.id: r.content.size for r in self.store.records(np.array(sorted({id, *near}), np.int64))}
        for other in near:
            pair = (min(id, other), max(id, other))
            if pair not in self._related and other in sizes and one_shape(sizes[id], sizes[other]):
                self._related[pair] = False
                yield pair

    def _as_wholes(self, pairs: Sequence[Pair], decoders: Isolated[DecodeJob]) -> list[VerifiedPair]:
        """Pairs without features that pixels prove."""
        found = []
        seen = self._seen({id for pair in pairs for id in pair}, decoders)
        for a, b in pairs:
            with suppress(BadPicture, KeyError):  # gone or changed since it was indexed
                evidence = self.classifier.whole(seen[a], seen[b])
                if evidence is not None:
                    found.append(_pair(a, b, evidence))
        return found

    def _geometries(self, id: int, features: LocalFeatures) -> Iterator[tuple[Pair, Geometry]]:
        """Geometries, px of a to px of b, of pairs (a, b), a < b, with this content, that were not tried before."""
        for hits in votes_for(features, self.classifier, self.index):
            near = hits.ids[hits.ids != id][:NEIGHBOURS]
            others = self._features(near)
            misses = 0
            for other in near.tolist():
                pair = (min(id, other), max(id, other))
                if self._are_folded(id, other):
                    continue
                if pair not in self._related:
                    both = (features, others[other]) if id < other else (others[other], features)
                    geometry = self.classifier.geometry(*both)
                    self._related[pair] = geometry is not None
                    if geometry is not None:
                        yield pair, geometry
                misses = 0 if self._related[pair] else misses + 1
                if misses == PATIENCE:
                    break

    def _features(self, ids: Ids) -> dict[int, LocalFeatures]:
        return dict(self.store.local(self._space, ids))

    def _verified_pairs(self, geometries: Mapping[Pair, Geometry], decoders: Isolated[DecodeJob]) -> list[VerifiedPair]:
        pairs = list(geometries)
        return [
            pair
            for start in range(0, len(pairs), AT_ONCE)
            for pair in self._judged({at: geometries[at] for at in pairs[start : start + AT_ONCE]}, decoders)
        ]

    def _judged(self, geometries: Mapping[Pair, Geometry], decoders: Isolated[DecodeJob]) -> Iterator[VerifiedPair]:
        """Pairs whose pictures can be seen."""
        seen = self._seen({id for pair in geometries for id in pair}, decoders)
        for (a, b), found in geometries.items():
            if a in seen and b in seen:
                yield _pair(a, b, self.classifier.evidence(found, seen[a], seen[b]))

    def _seen(self, ids: set[int], decoders: Isolated[DecodeJob]) -> dict[int, Seen]:
        """Contents whose small pictures could be decoded; all px of a few at a time."""
        records = {record.id: record for record in one_file_each(self.store, np.array(sorted(ids), np.int64))}
        pictures = self._pictures(list(records.values()), decoders)
        whole = lru_cache(WHOLE)(lambda id: self._whole(records[id], decoders))

        def seen(id: int) -> Seen:
            return Seen(lambda min_side: whole(id) if min_side is None else pictures[id], pictures[id].size)

        return {id: seen(id) for id in pictures}

    def _whole(self, record: Record, decoders: Isolated[DecodeJob]) -> Picture:
        """All px of a file; raises `BadPicture` where it is gone or has changed."""
        for _, loaded in read_again([record], self.options.limits.bytes):
            return picture_of(decoders.one(DecodeJob(loaded.data, None))).picture
        raise BadPicture("changed", "gone or changed since it was indexed", record.path)

    def _pictures(self, records: Sequence[Record], decoders: Isolated[DecodeJob]) -> dict[int, Picture]:
        """Small pictures by content; those whose file is gone or has changed are left out."""
        ids: dict[DecodeJob, int] = {}

        def jobs() -> Iterator[DecodeJob]:
            for id, loaded in read_again(records, self.options.limits.bytes):
                job = DecodeJob(loaded.data, self.classifier.min_side)
                ids[job] = id
                yield job

        replies = ((ids.pop(job), reply) for job, reply in decoders.run(jobs()))
        return {id: picture_of(reply).picture for id, reply in replies if not isinstance(reply, BadPicture)}


def _pair(a: int, b: int, evidence: Evidence) -> VerifiedPair:
    return VerifiedPair(a, b, evidence.relation, evidence.strength, evidence.coverage, evidence.edits, evidence.differs)
