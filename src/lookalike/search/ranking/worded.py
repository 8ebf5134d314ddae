"""Pictures by the words that they hold: BM25, as a share of the most that the question can get."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lookalike.protocols import Store
from lookalike.search.query.words import Term, terms_of
from lookalike.store.plain_words import idf_of
from lookalike.store.words import K1
from lookalike.types import Hits, Ids

NAME: Final = "words"


@dataclass(frozen=True, eq=False)
class Worded:
    """Contents that hold words of a question, with scores in [0, 1]: a channel that brings them, and no vectors.

    A score of 1 would be that of a picture that says nothing else than every word, without end. It ranks, and says
    nothing of how likely a picture is to be meant. `terms` are by content.
    """

    hits: Hits
    asked: Sequence[Term]
    terms: Mapping[int, Sequence[Term]]
    name: str = NAME
    weight: float = 1.0
    label: str = ""

    @classmethod
    def of(cls, store: Store, text: str, weight: float = 1.0, label: str = "") -> Worded:
        """Contents of the store that hold at least one of these words; raises `BadQuery` for none."""
        asked = terms_of(text)
        found = [store.words.holding(term.tokens, prefix=term.prefix) for term in asked]
        count = store.count_contents()
        most = sum(idf_of(len(hits), count) for hits in found) * (K1 + 1)
        ids = np.unique(np.concatenate([hits.ids for hits in found]))
        scores = np.zeros(len(ids))
        terms: dict[int, list[Term]] = {}
        for term, hits in zip(asked, found, strict=True):
            scores[np.searchsorted(ids, hits.ids)] += hits.scores
            for id in hits.ids.tolist():
                terms.setdefault(id, []).append(term)
        return cls(
            Hits.ranked(ids, np.clip(scores / most, 0, 1).astype(np.float32)), asked, terms, NAME, weight, label or text
        )

    def alike(self, scores: NDArray[np.float32]) -> NDArray[np.float32]:
        """As they are."""
        return scores

    def nearest(self, k: int, among: Ids | None) -> Ids:
        """The best `k`, of `among`."""
        ids = self.hits.ids if among is None else self.hits.ids[np.isin(self.hits.ids, among)]
        return ids[:k]

    def similarities(self, ids: Ids) -> NDArray[np.float32]:
        """(1, n) scores of these contents, 0 of those that hold none of the words."""
        scores = dict(zip(self.hits.ids.tolist(), self.hits.scores.tolist(), strict=True))
        return np.array([[scores.get(id, 0.0) for id in ids.tolist()]], np.float32)

    def why(self, id: int) -> str | None:
        """The words that a content holds, and those that it does not; None where it holds none."""
        held = self.terms.get(id)
        if held is None:
            return None
        lacking = [term.text for term in self.asked if term not in held]
        said = f"its name, folder, label or caption says {_listed([term.text for term in held])}"
        return f"{said}, not {_listed(lacking)}" if lacking else said


def _listed(texts: Sequence[str]) -> str:
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"
