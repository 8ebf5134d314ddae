"""Describers and local features: those of a library, and those that a new library begins with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from lookalike.describe import DESCRIBERS
from lookalike.errors import LookalikeError
from lookalike.local import EXTRACTORS
from lookalike.local.sift import Sift
from lookalike.protocols import Describer, Extractor, Store
from lookalike.registry import spelling

DEFAULT_DESCRIBERS = ("convnet", "histogram", "phash")
DEFAULT_EXTRACTOR: Extractor = Sift(side=320, max_keypoints=250, contrast=0.01)
"""Some 13 kB a picture where they are kept, 18.4 at most (docs/results/proof.md)."""


def describers_of(store: Store) -> list[Describer]:
    """One for each space that this program can still fill and ask; a space of another revision is left alone."""
    describers = []
    for space in store.spaces():
        try:
            describer = DESCRIBERS.restore(store.configuration(space))
        except LookalikeError:  # of a package that is not installed here, or of fields that are no more
            continue
        if describer.space == space:
            describers.append(describer)
    return describers


def describer_of(words: str | Describer) -> Describer:
    """A describer as it is, or that of NAME or NAME:FIELD=VALUE."""
    return DESCRIBERS.spelled(words) if isinstance(words, str) else words


def by_name(describers: Sequence[Describer]) -> dict[str, Describer]:
    """Each under its NAME where it is the only one of it, else NAME:FIELD=VALUE with what is not the default."""
    distinct = list(dict.fromkeys(describers))
    count = Counter(each.name for each in distinct)
    return {each.name if count[each.name] == 1 else spelling(each): each for each in distinct}


def describers_to_fill(store: Store, named: Sequence[Describer]) -> list[Describer]:
    """Those the store has and those that are named; for a new library without a name, the defaults."""
    there = describers_of(store)
    if not there and not named:
        return [DESCRIBERS.make(name) for name in DEFAULT_DESCRIBERS]
    return list(dict.fromkeys([*there, *named]))


def extractor_of(store: Store) -> Extractor | None:
    """Of the local features that this program can still fill and ask, the first; None where the library keeps none."""
    for space in store.spaces("local"):
        try:
            extractor = EXTRACTORS.restore(store.configuration(space))
        except LookalikeError:  # of a package that is not installed here, or of fields that are no more
            continue
        if extractor.space == space:
            return extractor
    return None
