"""A question from end to end: ranked by looks and votes, the best proved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lookalike.protocols import Fuser
from lookalike.search.ranking.channels import Channel
from lookalike.search.ranking.engine import Engine, Ranking
from lookalike.search.ranking.relation import Evidence
from lookalike.search.ranking.verification import GeometricVerifier, View, worth_proving
from lookalike.types import Ids, Vectors

VERIFIED = 50
"""Contents of which geometry is asked where the library keeps local features, unless told otherwise."""


@dataclass(frozen=True, eq=False)
class Found:
    """Contents by looks, `k` and what votes brought in, and what geometry says of the best of them."""

    ranking: Ranking
    evidence: Mapping[int, Evidence]


def ask(
    engine: Engine,
    prover: GeometricVerifier,
    queries: Mapping[Channel, Vectors],
    views: Sequence[View],
    fuser: Fuser,
    *,
    k: int,
    verify: int,
    among: Ids | None = None,
) -> Found:
    """What the library has to say to (views, d) rows of each channel; of `verify` contents geometry is asked."""
    voted = prover.voted(views, among)
    ranking = engine.rank(queries, fuser, k=max(k, verify), among=among, others=voted.ids)
    return Found(ranking, prover.prove(views, worth_proving(voted, ranking.ids, verify)))
