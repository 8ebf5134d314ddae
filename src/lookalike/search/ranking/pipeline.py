"""The ranked part of a question: by looks and by votes of local features, the best verified by geometry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from lookalike.protocols import Fuser
from lookalike.search.ranking.engine import EQUAL, UNJUDGED, Engine, Ranking, Weights
from lookalike.search.ranking.feedback import Judged
from lookalike.search.ranking.mixing import Rows
from lookalike.search.ranking.relation import Evidence
from lookalike.search.ranking.rerank import CandidateReranker
from lookalike.search.ranking.verification import GeometricVerifier, View, Votes, worth_proving
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

    @cache
    def ranking() -> Ranking:
        return engine.rank(
            parts,
            fuser,
            k=max(k, verify),
            minus=minus,
            among=among,
            others=voted.hits.ids,
            worded=worded,
            weights=weights,
            judged=judged,
            rerank=rerank,
        )

    ids = worth_proving(voted.hits, lambda: ranking().ids, verify)
    evidence = verifier.prove(views, ids, mirrored=voted.mirrored, meanwhile=ranking)
    return Found(ranking(), evidence)
