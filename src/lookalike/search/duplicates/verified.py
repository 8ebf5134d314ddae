"""Copies and scenes within a library: every picture asks all others by its local features, and geometry decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import combinations
from typing import Final, get_args

import numpy as np

from lookalike.errors import BadPicture
from lookalike.pixels.door import DecodeJob, Decoder, picture_of
from lookalike.pixels.worker_pool import Isolated
from lookalike.protocols import SetIndex, Store
from lookalike.search.duplicates.identical import Group
from lookalike.search.duplicates.similar import groups_of
from lookalike.search.ingest.options import Options, Progress
from lookalike.search.ingest.reread import one_file_each, read_again
from lookalike.search.ranking.relation import RelationClassifier, Seen
from lookalike.search.ranking.verification import votes_for
from lookalike.types import Geometry, Ids, LocalFeatures, Picture, Record, Relation, VerifiedPair

NEIGHBOURS: Final = 32
"""Contents that are verified against each: a group cannot be larger."""
PATIENCE: Final = 8
"""Neighbours in a row that have nothing to do with a content: then none of the next is tried."""
BATCH: Final = 64
"""Contents, some seconds' work, that are compared between commits."""
AT_ONCE: Final = 64
"""Pairs whose pictures are held in memory."""
WHOLE: Final = 8
"""Pictures of which all px are held in memory."""
REVISION: Final = 4
"""Raised by hand when a relation changes."""

RELATIONS: Final[tuple[Relation, ...]] = get_args(Relation)
"""From the closest on."""

Pair = tuple[int, int]


def judge_of(classifier: RelationClassifier) -> str:
    """Under which name the store keeps what was found."""
    return f"geometry-{REVISION}-{classifier.features.space.digest}"


class DuplicateFinder:
    """Compares the contents of `store` that were not compared yet with all others, a batch at a time."""

    def __init__(
        self, store: Store, index: SetIndex, classifier: RelationClassifier, options: Options, *, batch: int = BATCH
    ) -> None:
        self.store = store
        self.index = index
        self.classifier = classifier
        self.options = options
        self.batch = batch
        self._space = classifier.features.space
        self._related = {(each.a, each.b): True for each in store.relations(judge_of(classifier))}

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
                features = self._features(batch)
                geometries = dict(pair for id in features for pair in self._geometries(id, features[id]))
                verified_pairs = self._verified_pairs(geometries, decoders)
                unseen = geometries.keys() - {(each.a, each.b) for each in verified_pairs}
                # What geometry finds and no picture decides waits for the files, which may be on a drive not mounted.
                yield np.setdiff1d(batch, [id for pair in unseen for id in pair]), verified_pairs
                progress = replace(progress, committed=progress.committed + len(batch))
                self.options.on_commit(progress)

    def _geometries(self, id: int, features: LocalFeatures) -> Iterator[tuple[Pair, Geometry]]:
        """Of pairs (a, b), a < b, with this content, that were not tried before: px of a to px of b."""
        for hits in votes_for(features, self.classifier, self.index):
            near = hits.ids[hits.ids != id][:NEIGHBOURS]
            others = self._features(near)
            misses = 0
            for other in near.tolist():
                pair = (min(id, other), max(id, other))
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
        ids = np.array(sorted({id for pair in geometries for id in pair}), np.int64)
        records = {record.id: record for record in one_file_each(self.store, ids)}
        pictures = self._pictures(list(records.values()), decoders)
        whole = lru_cache(WHOLE)(lambda id: self._whole(records[id], decoders))

        def seen(id: int) -> Seen:
            return Seen(lambda min_side: whole(id) if min_side is None else pictures[id], pictures[id].size)

        for (a, b), found in geometries.items():
            if a in pictures and b in pictures:
                evidence = self.classifier.evidence(found, seen(a), seen(b))
                yield VerifiedPair(a, b, evidence.relation, evidence.strength)

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


def verified_groups(
    store: Store, verified_pairs: Sequence[VerifiedPair], relation: Relation, identical: Sequence[Group]
) -> list[Group]:
    """Groups whose every two members are `relation`, or more, of each other; a link of `identical` ones weighs 1.

    Each group is told as what its least related two are.
    """
    most = RELATIONS.index(relation)
    found = {(each.a, each.b): each for each in verified_pairs if RELATIONS.index(each.relation) <= most}
    for group in identical:
        for a, b in combinations(sorted({member.id for member in group.members}), 2):
            found[a, b] = VerifiedPair(a, b, "identical", 1.0)
    groups = _grouped(store, found, relation)
    return [replace(group, relation=_least(group, found)) for group in groups]


def _grouped(store: Store, found: Mapping[Pair, VerifiedPair], relation: Relation) -> list[Group]:
    pairs = np.array(list(found), np.int64).reshape(-1, 2)
    scores = np.array([each.score for each in found.values()], np.float32)
    there = np.flatnonzero(np.isin(pairs, store.ids()).all(axis=1))
    order = there[np.lexsort((pairs[there, 1], pairs[there, 0], -scores[there]))]
    return groups_of(store, pairs[order], scores[order], relation)


def _least(group: Group, found: Mapping[Pair, VerifiedPair]) -> Relation:
    """What every two of its contents are to each other, or more."""
    pairs = combinations(sorted({member.id for member in group.members}), 2)
    return max((found[pair].relation for pair in pairs), key=RELATIONS.index, default="identical")
