"""Groups of duplicates as far as the library knows them: nothing is compared, since that would write to it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lookalike.errors import BadQuery
from lookalike.search.components import extractor_of
from lookalike.search.duplicates.identical import Group, identical_groups
from lookalike.search.duplicates.stars import star_groups
from lookalike.search.duplicates.verified import judge_of
from lookalike.search.library import Library
from lookalike.search.ranking.relation import RelationClassifier
from lookalike.types import Relation


def known_groups(library: Library, relation: Relation) -> tuple[Sequence[Group], int]:
    """Groups, and how many pictures were not compared with the others yet.

    Raises `BadQuery` where nothing but `identical` can be told.
    """
    store = library.store
    identical = identical_groups(store, workers=1, limits=library.limits)
    if relation == "identical":
        return identical, 0
    extractor = extractor_of(store)
    if extractor is None:
        raise BadQuery("this library keeps no local features, which tell copies: index it with --local")
    judge = judge_of(RelationClassifier(extractor))
    uncompared = np.setdiff1d(store.vector_ids(extractor.space), store.compared(judge))
    return star_groups(store, store.relations(judge), relation, identical), len(uncompared)
