"""Pairs of a library's contents compared in the process that asks."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import numpy as np

from lookalike.errors import BadPicture
from lookalike.match.verify.match_and_verify import Agreement
from lookalike.protocols import Store
from lookalike.search.duplicates.book import Pair
from lookalike.search.duplicates.pictures import Pictures
from lookalike.search.ranking.relation import Evidence, RelationClassifier
from lookalike.types import LocalFeatures, VerifiedPair

KEPT: Final = 64
"""Contents whose features are kept, the last that were asked about."""


class PairComparer:
    """Compares by the features that the store keeps, and by the pictures."""

    def __init__(self, store: Store, classifier: RelationClassifier, pictures: Pictures) -> None:
        self._store = store
        self._classifier = classifier
        self._pictures = pictures
        self._features: OrderedDict[int, LocalFeatures] = OrderedDict()
        self._agreements: dict[Pair, Agreement] = {}

    def expect(self, ids: Sequence[int]) -> None:
        """Reads their features, as far as they are not kept."""
        missing = np.array(sorted(set(ids) - self._features.keys()), np.int64)
        if len(missing):
            self._features |= dict(self._store.local(self._classifier.features.space, missing))
        for id in ids:
            if id in self._features:
                self._features.move_to_end(id)
        while len(self._features) > max(KEPT, len(ids)):
            self._features.popitem(last=False)

    def is_related(self, pair: Pair, *, mirrored: bool) -> bool:
        """Remembers what geometry found until `judged` asks."""
        self.expect(pair)
        a, b = (self._features[id] for id in pair)
        classifier = self._classifier
        found = classifier.mirrored_agreement(a, b) if mirrored else classifier.agreement(a, b, mirrored=False)
        if found is not None:
            self._agreements[pair] = found
        return found is not None

    def judged(self, pairs: Sequence[Pair]) -> dict[Pair, VerifiedPair | None]:
        """Pixels' word on each pair whose pictures can be seen."""
        seen = self._pictures.seen({id for pair in pairs for id in pair})
        found: dict[Pair, VerifiedPair | None] = {}
        for a, b in pairs:
            agreement = self._agreements.pop((a, b))
            if a in seen and b in seen:
                evidence = self._classifier.proof(agreement, seen[a], agreement.a, seen[b], agreement.b)
                found[a, b] = _pair(a, b, evidence) if evidence is not None and evidence.is_proof else None
        return found

    def wholes(self, pairs: Sequence[Pair]) -> dict[Pair, VerifiedPair | None]:
        """Pixels' word on each pair, laid over each other as wholes."""
        seen = self._pictures.seen({id for pair in pairs for id in pair})
        found: dict[Pair, VerifiedPair | None] = {}
        for a, b in pairs:
            with suppress(BadPicture, KeyError):  # gone or changed since it was indexed
                evidence = self._classifier.whole(seen[a], seen[b])
                found[a, b] = None if evidence is None else _pair(a, b, evidence)
        return found


def _pair(a: int, b: int, evidence: Evidence) -> VerifiedPair:
    return VerifiedPair(a, b, evidence.relation, evidence.strength, evidence.coverage, evidence.edits, evidence.differs)
