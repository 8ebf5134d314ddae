"""Which contents of a library are copies of what is asked about, or show the same scene: candidates, then geometry."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import BadPicture
from lookalike.finders import SetIndex
from lookalike.match.verify.match_and_verify import Agreement
from lookalike.match.verify.one_thread import one_thread
from lookalike.protocols import Extractor, Store
from lookalike.search.query.source import Sample
from lookalike.search.ranking.common_places import MANY, Place, common, place_of
from lookalike.search.ranking.engine import Ranking
from lookalike.search.ranking.relation import HARDLY_ANY, Evidence, RelationClassifier, Seen
from lookalike.types import Hits, Ids, LocalFeatures, Picture, Record, Relation, Space

VOTED: Final = 50
"""Contents that the local features of a question may bring in."""
CROWD: Final = 400
"""Contents, of which the last has its votes by chance."""
CLEARLY: Final = 2.0
"""Times the votes of chance: of 987 edited copies three had fewer, and 29 of 3,400 strangers had as many.

By a scratch script, with the features of before decision 0019.
"""
PATIENCE: Final = 8
"""Candidates in a row that have nothing to do with the question: then none of the next is tried.

Of 483 hard copies one came after more, and of 278 other photos of goods 8 did (docs/decisions/0031).
"""
AT_ONCE: Final = PATIENCE + 1
"""Candidates whose features are read at once: of a question that one picture answers no more are tried."""
AHEAD: Final = PATIENCE + 1
"""Candidates that are tried, at most, until what pixels say of an earlier one is not known."""
PROVED: Final[Mapping[Relation, tuple[float, float]]] = {
    "copy": (0.92, 1.0),
    "part": (0.88, 0.92),
    "variant": (0.84, 0.88),
}
"""Scores of what pixels prove: the least, and the most that is more alike."""
SCENE: Final = 0.84
"""Score of what certainly shows the thing asked about, in another picture."""


@dataclass(frozen=True, eq=False)
class View:
    """A picture of the query, and its local features."""

    seen: Seen
    features: LocalFeatures


@dataclass(frozen=True, eq=False)
class Votes:
    """Contents that share local features with what is asked about, by their votes.

    `mirrored` are those that share some with its mirror image; None where nobody voted.
    """

    hits: Hits
    mirrored: Collection[int] | None = None


@dataclass(frozen=True, eq=False)
class Attempt:
    """Contents that were `tried`, and evidence on those that have some.

    It ended where keypoints of the question are `common` (n,) to pictures that they prove nothing of; None elsewhere.
    """

    evidence: Mapping[int, Evidence]
    tried: Collection[int]
    common: NDArray[np.bool_] | None


@dataclass(frozen=True, eq=False)
class Tried:
    """A content, where alone it agrees, and the evidence."""

    id: int
    place: Place | None
    evidence: Evidence | None


@dataclass(frozen=True)
class GeometricVerifier:
    """Verifies contents of `store` against what is asked about, which may come as several views of one thing.

    `index` brings in contents by their local features, and those features serve; where the library keeps none, it is
    None, and features are taken from the files of the candidates.
    """

    store: Store
    classifier: RelationClassifier
    index: SetIndex | None
    open_hit: Callable[[Record], Sample]

    def pictures(self, samples: Sequence[Sample]) -> list[Picture]:
        """Each sample as the extractor sees it."""
        return [sample.picture(self.classifier.min_side) for sample in samples]

    def votes_of(
        self,
        samples: Sequence[Sample],
        pictures: Sequence[Picture],
        among: Ids | None = None,
        beside: Executor | None = None,
    ) -> tuple[list[View], Votes]:
        """Each sample that is seen as the picture beside it, with its features, and what shares them; from any thread.

        It asks no store. Mirror images are sought by another thread of `beside`, which has one to spare.
        """
        views = [
            View(Seen(sample.picture, picture.size, sample.frames), self.classifier.ask(picture))
            for sample, picture in zip(samples, pictures, strict=True)
        ]
        return views, self.voted(views, among, beside)

    def voted(self, views: Sequence[View], among: Ids | None = None, beside: Executor | None = None) -> Votes:
        """Contents that share local features with a view, or with its mirror image; the score is the best's votes."""
        found: dict[int, float] = {}
        mirrored: set[int] = set()
        if self.index is None:
            return Votes(Hits(np.zeros(0, np.int64), np.zeros(0, np.float32)))
        for view in views:
            upright, *turned = votes_for(view.features, self.classifier, self.index, among, beside)
            mirrored.update(id for hits in turned for id in hits.ids.tolist())
            for hits in (upright, *turned):
                for id, votes in zip(hits.ids.tolist(), hits.scores.tolist(), strict=True):
                    found[id] = max(votes, found.get(id, 0.0))
        ids, votes = np.array(list(found), np.int64), np.array(list(found.values()), np.float32)
        return Votes(Hits.ranked(ids, votes, VOTED), mirrored)

    def prove(
        self,
        views: Sequence[View],
        ids: Iterable[int],
        *,
        mirrored: Collection[int] | None = None,
        meanwhile: Callable[[], object] = lambda: None,
    ) -> Attempt:
        """Evidence of geometry on each, in this order, until it finds nothing on many in a row.

        Or until places of the question turn out to be common. The mirror image is tried of those in `mirrored`, with
        None of all. `meanwhile` is done before this thread waits for pixels.
        """
        if not views:
            return Attempt({}, (), None)
        with ThreadPoolExecutor(1, "proof") as beside:
            tried = self._tried(views, ids, mirrored, beside, meanwhile)
            try:
                return _patiently(tried)
            finally:
                tried.close()

    def _tried(
        self,
        views: Sequence[View],
        ids: Iterable[int],
        mirrored: Collection[int] | None,
        beside: Executor,
        meanwhile: Callable[[], object],
    ) -> Generator[Tried, None, None]:
        """Each in turn, and its evidence.

        Where features agree, pixels are compared `beside` this thread, which goes on with the next; as far as is known
        by then, misses end that.
        """
        waiting: deque[tuple[int, Place | None, Future[Evidence | None]]] = deque()
        try:
            for record, features in self._candidates(ids):
                alike = mirrored is None or record.id in mirrored
                agreement = self.classifier.agreement(views[0].features, features, mirrored=alike)
                place = None if agreement is None or len(views) > 1 else place_of(agreement)
                proof = self._proof(views, agreement, features, record, beside, mirrored=alike)
                waiting.append((record.id, place, proof))
                while waiting and (waiting[0][2].done() or _is_far_ahead(waiting)):
                    yield _outcome(*waiting.popleft(), meanwhile)
            while waiting:
                yield _outcome(*waiting.popleft(), meanwhile)
        finally:
            for _, _, proof in waiting:
                proof.cancel()

    def _candidates(self, ids: Iterable[int]) -> Iterator[tuple[Record, LocalFeatures]]:
        """A file of each in turn, and its features, where there are any; read some at a time: few may be wanted."""
        coming = iter(ids)
        while some := list(islice(coming, AT_ONCE)):
            records = {record.id: record for record in self.store.records(np.array(sorted(some), np.int64))}
            held = self._features_of(list(records.values()))
            yield from ((records[id], held[id]) for id in some if id in held)

    def _features_of(self, records: Sequence[Record]) -> dict[int, LocalFeatures]:
        if self.index is not None:
            return dict(self.store.local(self.index.space, np.array(sorted(each.id for each in records), np.int64)))
        pictures = ((record.id, self._picture(record)) for record in records)
        return {id: self.classifier.extract(picture) for id, picture in pictures if picture is not None}

    def _proof(
        self,
        views: Sequence[View],
        agreement: Agreement | None,
        of_hit: LocalFeatures,
        record: Record,
        beside: Executor,
        *,
        mirrored: bool,
    ) -> Future[Evidence | None]:
        """Evidence of the first view that has any; None that is there at once where no px need be compared.

        `agreement` is that of the first view.
        """
        first, *others = views
        if agreement is None and not others and min(len(first.features), len(of_hit)) >= HARDLY_ANY:
            none: Future[Evidence | None] = Future()
            none.set_result(None)
            return none

        def proved() -> Evidence | None:
            one_thread()
            opened = self.open_hit(record)
            hit = Seen(opened.picture, record.content.size, opened.frames)
            found = self.classifier.proof(agreement, first.seen, first.features, hit, of_hit)
            if found is not None:
                return found
            more = (self.classifier.prove(view.seen, view.features, hit, of_hit, mirrored=mirrored) for view in others)
            return next((found for found in more if found is not None), None)

        return beside.submit(proved)

    def _picture(self, record: Record) -> Picture | None:
        """None where the file is gone or has changed since it was indexed."""
        try:
            return self.open_hit(record).picture(self.classifier.min_side)
        except BadPicture:
            return None


def _is_far_ahead(waiting: Collection[tuple[int, Place | None, Future[Evidence | None]]]) -> bool:
    """Whether the next may turn out not to be wanted."""
    return len(waiting) >= AHEAD or sum(place is not None for _, place, _ in waiting) >= MANY


def _outcome(id: int, place: Place | None, found: Future[Evidence | None], meanwhile: Callable[[], object]) -> Tried:
    if not found.done():
        meanwhile()
    return Tried(id, place, found.result())


def _patiently(outcomes: Iterable[Tried]) -> Attempt:
    """Evidence on those that have some, until many in a row have none, or places are common."""
    proved: dict[int, Evidence] = {}
    tried: set[int] = set()
    places: list[Place] = []
    misses = 0
    for each in outcomes:
        tried.add(each.id)
        if each.evidence is not None:
            proved[each.id] = each.evidence
        misses = 0 if each.evidence is not None else misses + 1
        if each.place is not None:
            places.append(each.place.told(each.evidence))
        shared = common(places)
        if shared is not None or misses == PATIENCE:
            return Attempt(proved, tried, shared)
    return Attempt(proved, tried, None)


def verifier_of(
    store: Store,
    kept: Extractor | None,
    set_index: Callable[[Space], SetIndex],
    open_hit: Callable[[Record], Sample],
) -> GeometricVerifier:
    """Verifies by the local features that the library keeps; with None, by features of the candidates' files."""
    if kept is None:
        return GeometricVerifier(store, RelationClassifier(), None, open_hit)
    return GeometricVerifier(store, RelationClassifier(kept), set_index(kept.space), open_hit)


def votes_for(
    features: LocalFeatures,
    classifier: RelationClassifier,
    index: SetIndex,
    among: Ids | None = None,
    beside: Executor | None = None,
) -> list[Hits]:
    """Contents that share them, or those of the mirror image, with clearly more votes than chance gives."""

    def found(shown: LocalFeatures) -> Hits:
        one_thread()
        return _above_chance(index.search(shown, CROWD, among))

    mirrored = classifier.mirrored(features)
    if mirrored is None:
        return [found(features)]
    if beside is None:
        return [found(features), found(mirrored)]
    len(index)  # what waits to be sorted in is, once and by one thread
    turned = beside.submit(found, mirrored)
    return [found(features), turned.result()]


def _above_chance(hits: Hits) -> Hits:
    """The first, as long as they have `CLEARLY` more votes than the last of a crowd; all of fewer than a crowd."""
    least = CLEARLY * hits.scores[-1] if len(hits) == CROWD else 0
    count = min(VOTED, int((hits.scores >= least).sum()))
    return Hits(hits.ids[:count], hits.scores[:count])


def without(views: Sequence[View], common: NDArray[np.bool_]) -> list[View]:
    """The one view, with the features that are not `common` (n,)."""
    (view,) = views
    return [View(view.seen, view.features[~common])]


def worth_proving(voted: Hits, ranked: Callable[[], Ids], most: int, tried: Collection[int] = ()) -> Iterator[int]:
    """At most `most` contents: those that share local features, most first, then those `ranked` by how they look.

    None of those that were `tried`.

    These are asked for when their turn comes. Of 1,180 that looked alike and were not among the first, geometry found
    something in three.
    """
    first = [id for id in voted.ids.tolist() if id not in tried][:most]
    yield from first
    if len(first) < most:
        known = {*first, *tried}
        yield from islice((id for id in ranked().tolist() if id not in known), most - len(first))


def proved_score(score: float, evidence: Evidence | None) -> float:
    """Score of what pixels prove: within `PROVED`, more the more alike it looks; a variant, the more detail agrees.

    What shares a view scores by the probability that it shows the thing asked about, or as it looks where that is more;
    the rest as it looks.
    """
    if evidence is None:
        return score
    if evidence.relation not in PROVED:
        return max(score, SCENE * evidence.strength)
    least, most = PROVED[evidence.relation]
    alike = evidence.strength if evidence.relation == "variant" else score
    return least + (most - least) * alike


def proved_scores(ranking: Ranking, evidence: Mapping[int, Evidence]) -> NDArray[np.float32]:
    """(k,) of each."""
    pairs = zip(ranking.ids.tolist(), ranking.scores.tolist(), strict=True)
    return np.array([proved_score(score, evidence.get(id)) for id, score in pairs], np.float32)


def with_proof(ranking: Ranking, evidence: Mapping[int, Evidence], k: int, identical: Collection[int] = ()) -> Ranking:
    """The best `k` of `ranking`: those that are `identical`, then by what is proved of them."""
    proved = np.isin(ranking.ids, list(evidence))
    # Of a fuser that goes by ranks scores may rise: what is not proved stays in its order.
    keys = np.where(proved, proved_scores(ranking, evidence), np.minimum.accumulate(ranking.scores))
    keys = np.where(np.isin(ranking.ids, list(identical)), np.inf, keys)
    return ranking[np.argsort(-keys, kind="stable")[:k]]
