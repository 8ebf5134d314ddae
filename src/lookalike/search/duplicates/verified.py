"""Copies and scenes within a library: every picture asks all others by its local features, and geometry decides."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import Final

import numpy as np

from lookalike.errors import BadPicture
from lookalike.match.difference.small import one_shape
from lookalike.match.verify.match_and_verify import Agreement
from lookalike.pixels.door import Job, PictureReader
from lookalike.pixels.worker_pool import Isolated
from lookalike.protocols import SetIndex, Store
from lookalike.search.duplicates.folds import Folds
from lookalike.search.duplicates.pictures import Pictures
from lookalike.search.ingest.options import Options, Progress
from lookalike.search.ranking.relation import HARDLY_ANY, Evidence, RelationClassifier
from lookalike.search.ranking.verification import votes_for
from lookalike.types import Ids, LocalFeatures, VerifiedPair

NEIGHBOURS: Final = 32
"""Contents that are verified against each: a group cannot be larger."""
PATIENCE: Final = 8
"""Neighbours in a row that have nothing to do with a content: then none of the next is tried."""
BATCH: Final = 64
"""Contents, some seconds' work, that are compared between commits."""
AT_ONCE: Final = 16
"""Pairs whose pictures are asked for at once."""
REVISION: Final = 8
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
        self._laid_over: set[Pair] = set()
        self._folds = Folds({record.id: math.prod(record.content.size) for record in store.records()})
        for each in store.relations(judge_of(classifier)):
            self._related[each.a, each.b] = True
            self._folds.add(each)

    @property
    def todo(self) -> Ids:
        """Contents that were not compared yet, the largest first: what is as large as the rest stands for them."""
        ids = np.setdiff1d(self.store.vector_ids(self._space), self.store.compared(judge_of(self.classifier)))
        areas = np.array([self._folds.areas.get(id, 0) for id in ids.tolist()], np.int64)
        return np.asarray(ids[np.lexsort((ids, -areas))])

    def found(self) -> Iterator[tuple[Ids, list[VerifiedPair]]]:
        """Batches of contents that were compared with all, and what was verified; no pair is told twice."""
        todo = self.todo
        progress = Progress(len(todo), 0, 0, "comparisons")
        limits = self.options.limits
        decoders: Isolated[Job] = Isolated(PictureReader(limits), workers=self.options.workers, limits=limits)
        with decoders:
            pictures = Pictures(self.store, decoders, self.classifier.min_side, limits.bytes)
            for start in range(0, len(todo), self.batch):
                if self.options.should_stop():
                    return
                batch = todo[start : start + self.batch]
                verified_pairs, unseen = self._compared(batch, pictures)
                # What geometry finds and no picture decides waits for the files, which may be on a drive not mounted.
                yield np.setdiff1d(batch, [id for pair in unseen for id in pair]), verified_pairs
                progress = replace(progress, committed=progress.committed + len(batch))
                self.options.on_commit(progress)

    def _compared(self, batch: Ids, pictures: Pictures) -> tuple[list[VerifiedPair], set[Pair]]:
        """Pairs proved of these contents, and pairs of which no picture could be seen."""
        features = self._features(batch)
        proved: list[VerifiedPair] = []
        unseen: set[Pair] = set()
        for id in (id for id in batch.tolist() if id in features):
            for agreements in _ever_more(self._agreements(id, features[id])):
                judged = dict(self._judged(agreements, pictures))
                unseen |= agreements.keys() - judged.keys()
                proved += self._noted([each for each in judged.values() if each is not None])
            if len(features[id]) < HARDLY_ANY:
                proved += self._noted(self._as_wholes(list(self._rivals(id)), pictures))
        return proved, unseen

    def _noted(self, told: list[VerifiedPair]) -> list[VerifiedPair]:
        for each in told:
            self._folds.add(each)
        return told

    def _rivals(self, id: int) -> Iterator[Pair]:
        """Pairs with this content, of which pixels were not compared yet and one may be the other at another size."""
        near = [other for other in self.near(id) if other != id]
        sizes = {r.id: r.content.size for r in self.store.records(np.array(sorted({id, *near}), np.int64))}
        for other in near:
            pair = _pair_of(id, other)
            tried = pair in self._laid_over or self._related.get(pair, False)
            if not tried and other in sizes and one_shape(sizes[id], sizes[other]):
                self._laid_over.add(pair)
                yield pair

    def _as_wholes(self, pairs: Sequence[Pair], pictures: Pictures) -> list[VerifiedPair]:
        """Pairs without features that pixels prove."""
        found = []
        seen = pictures.seen({id for pair in pairs for id in pair})
        for a, b in pairs:
            with suppress(BadPicture, KeyError):  # gone or changed since it was indexed
                evidence = self.classifier.whole(seen[a], seen[b])
                if evidence is not None:
                    found.append(_pair(a, b, evidence))
        return found

    def _agreements(self, id: int, features: LocalFeatures) -> Iterator[tuple[Pair, Agreement]]:
        """Geometries, px of a to px of b, of pairs (a, b), a < b, with this content, that were not tried before.

        Pairs that become folded in between are left out.
        """
        for hits in votes_for(features, self.classifier, self.index):
            near = hits.ids[hits.ids != id][:NEIGHBOURS]
            others = self._features(near)
            misses = 0
            for other in near.tolist():
                pair = _pair_of(id, other)
                if self._folds.hold(*pair):
                    continue
                if pair not in self._related:
                    both = (features, others[other]) if id < other else (others[other], features)
                    agreement = self.classifier.agreement(*both)
                    self._related[pair] = agreement is not None
                    if agreement is not None:
                        yield pair, agreement
                misses = 0 if self._related[pair] else misses + 1
                if misses == PATIENCE:
                    break

    def _features(self, ids: Ids) -> dict[int, LocalFeatures]:
        return dict(self.store.local(self._space, np.sort(ids)))

    def _judged(
        self, agreements: Mapping[Pair, Agreement], pictures: Pictures
    ) -> Iterator[tuple[Pair, VerifiedPair | None]]:
        """Pairs whose pictures can be seen, and what is proved of each."""
        ids = {id for pair in agreements for id in pair}
        seen, features = pictures.seen(ids), self._features(np.array(list(ids), np.int64))
        for (a, b), agreement in agreements.items():
            if a in seen and b in seen:
                found = self.classifier.proof(agreement, seen[a], features[a], seen[b], features[b])
                yield (a, b), _pair(a, b, found) if found is not None and found.is_proof else None


def _ever_more(agreements: Iterator[tuple[Pair, Agreement]]) -> Iterator[dict[Pair, Agreement]]:
    """One, then two, four and so on: after the first there may be none that is still worth a look."""
    count = 1
    while some := dict(islice(agreements, count)):
        yield some
        count = min(2 * count, AT_ONCE)


def _pair_of(one: int, other: int) -> Pair:
    return (min(one, other), max(one, other))


def _pair(a: int, b: int, evidence: Evidence) -> VerifiedPair:
    return VerifiedPair(a, b, evidence.relation, evidence.strength, evidence.coverage, evidence.edits, evidence.differs)
