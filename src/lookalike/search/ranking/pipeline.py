"""The ranked part of a question: by looks and by votes of local features, the best verified by geometry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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

    Looks count less where they are those of a part of `minus`.
    """
    most = max(k, verify)
    others = voted.hits.ids
    ranking = engine.rank(
        parts,
        fuser,
        k=most,
        minus=minus,
        among=among,
        others=others,
        worded=worded,
        weights=weights,
        judged=judged,
        rerank=rerank,
    )
    ids = worth_proving(voted.hits, ranking.ids, verify)
    return Found(ranking, verifier.prove(views, ids, mirrored=voted.mirrored))
