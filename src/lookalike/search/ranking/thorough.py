"""A second look, by networks, at the best candidates of which geometry knows nothing: other seasons, light, viewpoints.

SIFT's rows change with light, season and a steep slant; those of ALIKED, matched by LightGlue, hold longer
(docs/decisions/0046). A question takes seconds, since features are made of the candidates' files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from operator import attrgetter
from typing import Final, Self, TypeAlias

import numpy as np

from lookalike.errors import BadPicture, WeightsError
from lookalike.local.aliked import ALIKED
from lookalike.match.match.lightglue import LightGlue
from lookalike.match.verify.same_thing import shared
from lookalike.protocols import Store
from lookalike.search.query.source import Sample
from lookalike.search.ranking.relation import PERHAPS, Evidence, RelationClassifier, Seen
from lookalike.types import LocalFeatures, Record

TRIED: Final = 10
"""Candidates, the most, that are looked at again."""
SIDE: Final = 480
"""px of the longer side that the network looks at."""
KEYPOINTS: Final = 500
"""Keypoints of a picture: the time of matching grows with their square."""
SURE: Final = 0.97
"""Probability of one thing, by the model of SIFT's places, that is believed: networks align more strangers."""
ELSEWHEN: Final = "but not light and colour there: another hour or season, or another thing"
THREADS: Final = 2
"""Candidates that are looked at side by side."""

_Described: TypeAlias = tuple[Seen, LocalFeatures]


@dataclass(frozen=True)
class SecondLook:
    """Looks again at contents of `store`. It ranks, and proves nothing: what it finds stays `similar`."""

    store: Store
    open_hit: Callable[[Record], Sample]
    networks: RelationClassifier

    @classmethod
    def ready(cls, store: Store, open_hit: Callable[[Record], Sample]) -> Self:
        """With the networks; raises `WeightsError` that says how to get them, before anything is asked."""
        features, matcher = ALIKED(side=SIDE, max_keypoints=KEYPOINTS), LightGlue(features="aliked")
        try:
            _ = features.checkpoint, matcher.checkpoint
        except WeightsError as error:
            raise WeightsError(
                "a thorough search looks by two networks: run `lookalike models get aliked-n16` and "
                f"`lookalike models get aliked-lightglue` ({error})"
            ) from None
        return cls(store, open_hit, RelationClassifier(features, matcher))

    def look(self, samples: Sequence[Sample], ids: Iterable[int], known: Mapping[int, Evidence]) -> dict[int, Evidence]:
        """`known`, and what networks say of the first of `ids` of which nothing is proved."""
        doubtful = list(islice((id for id in ids if id not in known or not known[id].is_proof), TRIED))
        records = {record.id: record for record in self.store.records(np.array(sorted(doubtful), np.int64))}.values()
        asked = [self._described(sample) for sample in samples]
        with ThreadPoolExecutor(THREADS, "thorough") as pool:
            looked = pool.map(lambda record: (record.id, self._evidence(asked, record, known.get(record.id))), records)
            return {**known, **{id: evidence for id, evidence in looked if evidence is not None}}

    def _evidence(self, asked: Sequence[_Described], record: Record, known: Evidence | None) -> Evidence | None:
        """The strongest of each view and of what is `known`."""
        try:
            hit = self._described(self.open_hit(record))
        except BadPicture:  # gone or changed since it was indexed
            return known
        seen = (self._seen(one, hit) for one in asked)
        return max((one for one in (known, *seen) if one is not None), key=attrgetter("strength"), default=None)

    def _described(self, sample: Sample) -> _Described:
        picture = sample.picture(self.networks.min_side)
        return Seen(sample.picture, picture.size), self.networks.extract(picture)

    def _seen(self, a: _Described, b: _Described) -> Evidence | None:
        """Ranked by places, light and colour; by the places alone where these are sure and the others are not.

        At night, light and colour say nothing of the place. It is no proof: on goods one in fourteen is another one.
        """
        agreement = self.networks.agreement(a[1], b[1], mirrored=False)
        if agreement is None:
            return None
        evidence = self.networks.view(agreement, a[0], b[0])
        by_places = shared(agreement).probability
        told = "likely on one thing"
        if evidence.strength < SURE:
            told = ELSEWHEN if by_places >= SURE else PERHAPS
        strength = by_places if told == ELSEWHEN else evidence.strength
        why = f"{len(agreement.rows)} places agree, {told}"
        return replace(evidence, relation="similar", strength=strength, why=why)
