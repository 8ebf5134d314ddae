"""Copies that look alike in light, colours and orientation. Of two that do not, nobody knows which is the original."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from lookalike.types import VerifiedPair

EDITED: Final = frozenset(
    ("mirrored", "recoloured", "toned", "brightened", "darkened", "more contrast", "less contrast")
)
"""Edits that somebody made on purpose, unlike a smaller file or a cut; turns too. Grey has rules of its own."""
TURNED: Final = "turned by"


def looks_of(pairs: Iterable[VerifiedPair], classes: Mapping[int, int]) -> dict[int, int]:
    """By content, the one that stands for all that proofs without such an edit join to it; those of no proof are out.

    `classes` of identical contents are one.
    """
    above: dict[int, int] = {}

    def top(id: int) -> int:
        above.setdefault(id, id)
        while above[id] != id:
            above[id] = above[above[id]]
            id = above[id]
        return id

    for pair in pairs:
        if pair.relation == "copy" and pair.edits is not None and not any(map(_is_edit, pair.edits)):
            above[top(classes.get(pair.a, pair.a))] = top(classes.get(pair.b, pair.b))
    return {id: top(id) for id in list(above)}


def _is_edit(word: str) -> bool:
    return word in EDITED or word.startswith(TURNED)
