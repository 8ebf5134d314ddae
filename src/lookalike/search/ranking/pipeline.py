"""The ranked part of a question: by looks and by votes of local features, the best verified by geometry."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from lookalike.protocols import Fuser
from lookalike.search.ranking.engine import EQUAL, UNJUDGED, Engine, Ranking, Weights
from lookalike.search.ranking.feedback import Judged
from lookalike.search.ranking.mixing import Rows
from lookalike.search.ranking.relation import Evidence
from lookalike.search.ranking.rerank import CandidateReranker
from lookalike.search.ranking.verification import GeometricVerifier, View, Votes, without, worth_proving
from lookalike.search.ranking.worded import Worded
from lookalike.types import Ids

VERIFIED = 50
"""Contents of which geometry is asked where the library keeps local features, unless told otherwise."""


@dataclass(frozen=True, eq=False)
class Found:
    """Contents by looks, `k` and what votes brought in, and what geometry says of the best of them."""

    ranking: Ranking
    evidence: Mapping[int, Evidence]


def rank_and_verify(
    engine: Engine,
    verifier: GeometricVerifier,
    parts: Sequence[Rows],
    views: Sequence[View],
    voted: Votes,
    fuser: Fuser,
    *,
    k: int,
    verify: int,
    minus: Sequence[Rows] = (),
    among: Ids | None = None,
    worded: Sequence[Worded] = (),
    weights: Weights = EQUAL,
    judged: Judged = UNJUDGED,
    rerank: CandidateReranker | None = None,
) -> Found:
    """Contents most like the rows of every part, and those `voted` for; geometry verifies `verify` against `views`.

    Looks count less where they are those of a part of `minus`. They are compared while pixels of the first that are
    verified are: votes alone say which these are.
    """

    def ranked(others: Ids) -> Ranking:
        return engine.rank(
            parts,
            fuser,
            k=max(k, verify),
            minus=minus,
            among=among,
            others=others,
            worded=worded,
            weights=weights,
            judged=judged,
            rerank=rerank,
        )

    @cache
    def ranking() -> Ranking:
        return ranked(voted.hits.ids)

    evidence = _proved(verifier, views, voted, ranking, verify, among)
    found = np.array([*evidence], np.int64)
    is_there = np.isin(found, ranking().ids).all()
    return Found(ranking() if is_there else ranked(np.union1d(voted.hits.ids, found)), evidence)


def _proved(
    verifier: GeometricVerifier,
    views: Sequence[View],
    voted: Votes,
    ranking: Callable[[], Ranking],
    most: int,
    among: Ids | None,
) -> dict[int, Evidence]:
    """Evidence on at most `most`; where places of the question are common, the rest of it votes and is verified."""
    evidence: dict[int, Evidence] = {}
    tried: set[int] = set()
    while True:
        ids = worth_proving(voted.hits, lambda: ranking().ids, most - len(tried), tried)
        found = verifier.prove(views, ids, mirrored=voted.mirrored, meanwhile=ranking)
        evidence |= found.evidence
        tried |= set(found.tried)
        if found.common is None:
            return evidence
        views = without(views, found.common)
        voted = verifier.voted(views, among)
