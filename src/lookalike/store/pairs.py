"""Verified pairs as rows: what is proved of a pair beside its relation is one JSON text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from lookalike.types import Difference, VerifiedPair


def detail_of(pair: VerifiedPair) -> str:
    """Coverage, edits and differences, as `pair_of` reads them."""
    differs = None if pair.differs is None else [(one.query_box, one.box, one.share, one.kind) for one in pair.differs]
    return json.dumps([pair.coverage, pair.edits, differs])


def pair_of(row: Sequence[Any]) -> VerifiedPair:
    """The pair of a row (a, b, relation, score, detail)."""
    a, b, relation, score, detail = row
    coverage, edits, differs = json.loads(detail)
    return VerifiedPair(
        a,
        b,
        relation,
        score,
        (coverage[0], coverage[1]),
        None if edits is None else tuple(edits),
        None if differs is None else tuple(Difference(tuple(q), tuple(h), *rest) for q, h, *rest in differs),
    )
