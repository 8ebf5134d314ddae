"""Groups of duplicates as far as the library knows them: nothing is compared, since that would write to it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lookalike.app.server.service import Service
from lookalike.errors import BadQuery
from lookalike.protocols import Store
from lookalike.search.components import extractor_of
from lookalike.search.duplicates.identical import Group, identical_groups
from lookalike.search.duplicates.stars import star_groups
from lookalike.search.duplicates.verified import judge_of
from lookalike.search.library import Library
from lookalike.search.ranking.relation import RelationClassifier
from lookalike.search.resolve.proofs import Proofs
from lookalike.types import Relation


def known_proofs(service: Service, relation: Relation) -> tuple[Proofs, int]:
    """Proofs for groups of `relation`, and how many pictures were not compared with the others yet.

    Raises `BadQuery` where nothing but `identical` can be told.
    """
    store = service.library.store
    identical = _identical(service, store)
    if relation == "identical":
        return Proofs(identical), 0
    extractor = extractor_of(store)
    if extractor is None:
        raise BadQuery("this library keeps no local features, which tell copies: index it with --local")
    judge = judge_of(RelationClassifier(extractor))
    uncompared = np.setdiff1d(store.vector_ids(extractor.space), store.compared(judge))
    return Proofs(identical, store.relations(judge)), len(uncompared)


def _identical(service: Service, store: Store) -> Sequence[Group]:
    """Told once for each state of the library: pictures of one hash are read again for it."""
    spaces = store.spaces()
    state = store.generation(spaces[0]) if spaces else -1
    found = service.identical.get(state) if spaces else None
    if found is None:
        found = identical_groups(store, workers=1, limits=service.library.limits)
        service.identical.put(state, found)
    return found


def groups_of(library: Library, relation: Relation, proofs: Proofs) -> Sequence[Group]:
    """Groups by these proofs, the largest first."""
    if relation == "identical":
        return proofs.identical
    return star_groups(library.store, proofs.pairs, relation, proofs.identical)
