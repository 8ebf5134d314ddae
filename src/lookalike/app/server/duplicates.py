"""Groups of duplicates as far as the library knows them: nothing is compared, since that would write to it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from lookalike.app.server.service import Service
from lookalike.errors import BadQuery
from lookalike.protocols import Store
from lookalike.search.components import extractor_of
from lookalike.search.duplicates.identical import Group, identical_groups
from lookalike.search.duplicates.scope import lies_in
from lookalike.search.duplicates.stars import star_groups
from lookalike.search.duplicates.verified import judge_of
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


def groups_of(service: Service, relation: Relation, proofs: Proofs) -> Sequence[Group]:
    """Groups by these proofs, the largest first; files that were moved aside are done with, and are in none."""
    if relation == "identical":
        return _without_those_aside(proofs.identical, service.settings.aside)
    groups = star_groups(service.library.store, proofs.pairs, relation, proofs.identical)
    return _without_those_aside(groups, service.settings.aside)


def _without_those_aside(groups: Sequence[Group], aside: Path | None) -> Sequence[Group]:
    if aside is None:
        return groups
    folders = [os.path.realpath(aside)]
    left = [
        replace(
            group,
            members=tuple(member for member in group.members if not lies_in(member.path, folders)),
            within=tuple(_without_those_aside(group.within, aside)),
        )
        for group in groups
    ]
    return [group for group in left if len(group.members) > 1]
