"""The search for duplicates in a whole library, and what is known of them when they are acted upon."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial

from lookalike.errors import BadQuery
from lookalike.finders import Finder, SetIndex
from lookalike.location import Location
from lookalike.protocols import Describer, Store
from lookalike.search.components import extractor_of
from lookalike.search.duplicates.identical import Group, identical_groups
from lookalike.search.duplicates.in_processes import Workers
from lookalike.search.duplicates.scope import Scope
from lookalike.search.duplicates.similar import lookalikes, near_groups
from lookalike.search.duplicates.stars import star_groups
from lookalike.search.duplicates.verified import DuplicateFinder, judge_of
from lookalike.search.groups import Groups
from lookalike.search.ingest.options import Options
from lookalike.search.query.decoder import PictureDecoder
from lookalike.search.ranking.channels import Channel
from lookalike.search.ranking.relation import RelationClassifier
from lookalike.search.resolve.given import given_groups
from lookalike.search.resolve.proofs import Proofs
from lookalike.search.resolve.run import Resolver
from lookalike.store import open_store
from lookalike.types import Ids, Relation, Space, VerifiedPair


@dataclass(frozen=True)
class DuplicateSearch:
    """Asks the library at `location`, by its `store`, which files show one thing."""

    location: Location
    store: Store
    index: Callable[[Space], Finder]
    set_index: Callable[[Space], SetIndex]
    decoder: PictureDecoder
    options: Options

    def groups(self, relation: Relation, scope: Scope, describers: Callable[[], list[Describer]]) -> Groups:
        """Groups of files that are `relation`, or closer, to the best one; what was compared is kept.

        Only contents within the scope are compared with all others: of a large library the rest may wait.
        """
        narrowed = scope.narrowed(self.store)
        proofs = self._proofs(relation, describers, narrowed.contents(self.store))
        groups = star_groups(
            self.store,
            proofs.pairs,
            relation,
            proofs.identical,
            chosen=narrowed.holds,
            reference=narrowed.is_reference,
        )
        return Groups(
            narrowed.told(groups), self.decoder, Resolver(self.location, proofs, narrowed.reference, self.options)
        )

    def near(self, channels: list[Channel], precision: float, scope: Scope) -> Groups:
        """Groups of pictures that score high with each other: ranked, hence never acted upon."""
        narrowed = scope.narrowed(self.store)
        groups = near_groups(self.store, self.index, channels, precision)
        held = (Group(group.relation, group.weakest, tuple(filter(narrowed.holds, group.members))) for group in groups)
        return Groups(narrowed.told(held), self.decoder, Resolver(self.location, Proofs(), (), self.options))

    def given(self, document: object, scope: Scope, describers: Callable[[], list[Describer]]) -> Groups:
        """Groups of a document of `dupes`, whose every member and relation this library has to confirm."""
        narrowed = scope.narrowed(self.store)
        found = given_groups(document, self.store)
        furthest: Relation = "copy" if any(group.relation == "copy" for group in found.groups) else "identical"
        proofs = self._proofs(furthest, describers)
        resolver = Resolver(self.location, proofs, narrowed.reference, self.options, found.unknown, found.marked)
        return Groups(narrowed.guarded(found.groups), self.decoder, resolver)

    def _proofs(self, relation: Relation, describers: Callable[[], list[Describer]], only: Ids | None = None) -> Proofs:
        identical = identical_groups(self.store, workers=self.options.workers, limits=self.options.limits, only=only)
        return Proofs(identical, [] if relation == "identical" else self._verified_pairs(describers(), only))

    def _verified_pairs(self, describers: list[Describer], only: Ids | None) -> list[VerifiedPair]:
        extractor = extractor_of(self.store)
        if extractor is None:
            raise BadQuery("this library keeps no local features: run `lookalike index PATH --local`")
        classifier = RelationClassifier(extractor)
        several = self.options.workers > 1
        seeker = DuplicateFinder(
            self.store,
            self.set_index(extractor.space),
            classifier,
            self.options,
            near=partial(lookalikes, self.store, self.index, describers),
            only=only,
            workers=partial(Workers, self.location, self.options.limits, self.options.workers) if several else None,
        )
        if len(seeker.todo):
            with (
                closing(open_store(self.location)) as store,
                store.writing(),
            ):  # first: work must not be lost to another
                for compared, verified_pairs in seeker.found():
                    with store.transaction():
                        store.put_relations(judge_of(classifier), compared, verified_pairs)
        return self.store.relations(judge_of(classifier))
