"""Plans for groups, by default or by decisions, and the orders by which the command line carries them out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final, get_args

from lookalike.app.documents import Document, document, path_fields, resolve_document
from lookalike.app.server.duplicates import groups_of, known_proofs
from lookalike.app.server.models import Acting, Decision, Wished
from lookalike.app.server.problems import Problem
from lookalike.app.server.roles import Role
from lookalike.app.server.service import Service
from lookalike.search.duplicates.identical import Group
from lookalike.search.ingest.options import Options
from lookalike.search.resolve.journal import Journal
from lookalike.search.resolve.outcomes import Resolution
from lookalike.search.resolve.run import Resolver, Wish
from lookalike.types import Record, Relation

RUNS: Final = 20
"""The last runs, of which it is told that they can be undone."""


def plan_document(service: Service, wished: Wished, role: Role) -> Document:
    """The outcome that each file of each group would have now; nothing is touched."""
    resolution = _planned(service, wished.relation, _decided(service, wished))
    told = resolve_document(resolution)
    for shown, group in zip(told["groups"], resolution.groups, strict=True):
        for file, outcome in zip(shown["files"], group.outcomes, strict=True):
            file["file_id"] = service.file_ids.of(outcome.path)
    named: Document = service.names.shown(told, role)
    return named


def order_of(service: Service, wished: Wished) -> bytes:
    """Groups as `lookalike resolve -` takes them: the files to keep, marked, and those that a plan of now lets go.

    So that nothing goes of which the plan says that it stays, whatever is compared until then. Raises `Problem` where
    nothing would go.
    """
    groups = _decided(service, wished)
    if groups is None:
        raise Problem(422, "bad_query", "say of each group what to keep and what to drop: nothing is acted upon else")
    planned = _planned(service, wished.relation, groups)
    going = {each.path for each in planned.outcomes if each.fate == "superfluous"}
    if not going:
        raise Problem(409, "nothing_to_do", "none of these files can go: POST /api/resolve says why of each")
    rows = [_members(group, going) for group in groups]
    told = document("dupes", groups=[{"relation": wished.relation, "members": each} for each in rows if len(each) > 1])
    return json.dumps(told).encode("ascii")


def _members(group: Group, going: set[str]) -> list[Document]:
    kept = [{**path_fields(each.path), "keep": True} for each in group.members if each.path in group.reference]
    return [*kept, *(path_fields(each.path) for each in group.members if each.path in going)]


def action_word(service: Service, action: Acting) -> str:
    """The action as an argument of the command line; raises `Problem` where the service has no folder to move to."""
    if action != "move":
        return f"--action={action}"
    if service.settings.aside is None:
        raise Problem(403, "no_aside", "this service moves nothing aside: start it with --aside DIR")
    return f"--action=move:{service.settings.aside}"


def undoable_document(service: Service) -> Document:
    """Actions that this service takes, and the runs that can be undone, the last one first."""
    runs: dict[int, Document] = {}
    for entry in reversed(Journal(service.library.folder).entries("done")):
        run = runs.setdefault(entry.run, {"run": entry.run, "action": entry.action, "files": 0, "bytes": 0})
        run["files"] += 1
        run["bytes"] += entry.bytes
    actions = [each for each in get_args(Acting) if each != "move" or service.settings.aside is not None]
    return document("undoable", actions=actions, runs=list(runs.values())[:RUNS])


def _planned(service: Service, relation: Relation, groups: Sequence[Group] | None) -> Resolution:
    proofs, _ = known_proofs(service, relation)
    chosen = groups_of(service, relation, proofs) if groups is None else groups
    marked = frozenset[str]().union(*(group.reference for group in groups or ()))
    options = Options(workers=1, limits=service.library.limits)
    resolver = Resolver(service.library.location, proofs, (), options, marked=marked)
    return resolver.resolve(chosen, Wish())


def _decided(service: Service, wished: Wished) -> list[Group] | None:
    """Groups as they were decided upon; None where the library's own are meant."""
    if wished.groups is None:
        return None
    named = [id for each in wished.groups for id in (*each.keep, *each.drop)]
    if len(set(named)) < len(named):
        raise Problem(422, "bad_query", "a file is named twice: it is kept or dropped, in one group")
    known = service.file_ids.records(named, service.library.store)
    return [_group(each, wished.relation, known) for each in wished.groups]


def _group(decision: Decision, relation: Relation, known: Mapping[str, Record]) -> Group:
    kept, dropped = ([known[id] for id in ids] for ids in (decision.keep, decision.drop))
    return Group(relation, 1.0, (*kept, *dropped), reference=frozenset(each.path for each in kept))
