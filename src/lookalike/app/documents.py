"""The JSON documents of the contract: the same words for the command line, for a server, and for a page."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from lookalike.search.documents import (
    Document,
    all_hit_fields,
    differs_fields,
    document,
    path_fields,
    search_document,
    verdict_fields,
)
from lookalike.search.duplicates.hard_links import hard_links

if TYPE_CHECKING:
    from lookalike.models.cache import State
    from lookalike.models.own_weights import OwnWeights
    from lookalike.models.towers.added import Added
    from lookalike.models.trained import Trained
    from lookalike.search.compare import Comparison
    from lookalike.search.duplicates.companions import Companion
    from lookalike.search.duplicates.identical import Group, Link
    from lookalike.search.ingest.report import IndexReport
    from lookalike.search.match import Matched
    from lookalike.search.resolve.outcomes import Outcome, Resolution
    from lookalike.search.results import Results
    from lookalike.search.status import SpaceStatus, Status
    from lookalike.search.template.library_search import Finds
    from lookalike.types import Explanation, Failure, Identical, Pixels, Placement, Record

__all__ = ["Document", "document", "path_fields", "search_document"]


def error_document(code: str, message: str, path: str | None) -> Document:
    """An error: `code` names its kind, `message` says it in a sentence, `path` is the file or folder it is about."""
    return document("error", code=code, message=message, **({"path": None} if path is None else path_fields(path)))


def index_document(report: IndexReport) -> Document:
    """Counts, each failure, and by folder how many files vanished and are kept."""
    return document(
        "index",
        seen=report.seen,
        added=report.added,
        updated=report.updated,
        moved=report.moved,
        unchanged=report.unchanged,
        skipped=report.skipped,
        failed=report.failed,
        removed=report.removed,
        seconds=round(report.seconds, 3),
        interrupted=report.interrupted,
        kept=[{**path_fields(folder), "files": count} for folder, count in report.kept],
        failures=failures_document(report.failures),
    )


def failures_document(failures: Iterable[Failure]) -> list[Document]:
    """Files that gave no picture, and why."""
    return [{**path_fields(failure.path), "reason": failure.reason, "detail": failure.detail} for failure in failures]


def hit_lines(results: Results) -> Iterable[Document]:
    """One hit a line, with its query and rank from 1."""
    for rank, hit in enumerate(all_hit_fields(results), start=1):
        yield {"query": results.labels, "rank": rank, **hit}


def question_line(query: str, results: Results) -> Document:
    """One question of many."""
    return {
        "query": query,
        "seconds": round(results.seconds, 6),
        **verdict_fields(results),
        "hits": all_hit_fields(results),
    }


def failed_question_line(query: str, code: str, message: str) -> Document:
    """A question of many that could not be asked, with the `code` and the message of its error."""
    return {"query": query, "code": code, "error": message, "hits": []}


def dupes_document(groups: Sequence[Group]) -> Document:
    """Groups of files that show one thing, and what could be done without."""
    from lookalike.search.duplicates.superfluous import superfluous

    spare = superfluous(groups)
    return document(
        "dupes",
        groups=[_group(group) for group in groups],
        superfluous={"files": spare.files, "bytes": spare.bytes},
    )


def _group(group: Group) -> Document:
    from lookalike.search.duplicates.scope import companions
    from lookalike.search.duplicates.superfluous import best_of
    from lookalike.search.file_state import state_of
    from lookalike.store.matching import date_of

    links, best = hard_links(group.members), best_of(group)
    beside = companions(group, best or group.best)
    return {
        "relation": group.relation,
        "weakest": round(group.weakest, 6),
        "members": [
            {
                **path_fields(member.path),
                "size": list(member.content.size),
                "frames": member.content.frames,
                "bytes": member.content.bytes,
                "date": date_of(member),
                "best": member is best,
                "reference": member.path in group.reference,
                "file": state_of(member),
                **_link_fields(group.link(member)),
                **({"identical": _sameness(group, member)} if group.link(member).relation == "identical" else {}),
                **({"hard_link_to": path_fields(links[member.path])} if member.path in links else {}),
                **(_companion_fields(beside[member.path]) if member.path in beside else {}),
            }
            for member in group.members
        ],
        **({"within": [_group(each) for each in group.within]} if group.within else {}),
    }


def _companion_fields(companion: Companion) -> Document:
    """A member that is more than a copy: half of a format pair, or an exposure of a burst."""
    return {"companion": {"kind": companion.kind, "of": path_fields(companion.of.path), "why": companion.words}}


def resolve_document(resolution: Resolution) -> Document:
    """An outcome for each file of each group; of a list, one that would be."""
    return document(
        "resolve",
        action=resolution.action,
        keep=list(resolution.rules),
        run=resolution.run,
        groups=[
            {"relation": group.relation, "files": [_outcome(each) for each in group.outcomes]}
            for group in resolution.groups
        ],
        counts=resolution.counts,
        freed=resolution.freed,
        recovered=resolution.recovered,
        interrupted=resolution.interrupted,
    )


def _outcome(outcome: Outcome) -> Document:
    return {
        **path_fields(outcome.path),
        "outcome": outcome.fate,
        "why": outcome.why,
        "reason": outcome.reason,
        "to": None if outcome.to is None else path_fields(outcome.to),
        "bytes": outcome.bytes,
    }


def _link_fields(link: Link) -> Document:
    """Relation of a member to the best one of its group."""
    return {
        "relation": link.relation,
        "coverage": {"member": round(link.coverage[0], 4), "best": round(link.coverage[1], 4)},
        "edits": None if link.edits is None else list(link.edits),
        "differs": differs_fields(link.differs),
    }


def _sameness(group: Group, member: Record) -> Identical:
    return "bytes" if member.id == group.best.id else "pixels"


def compare_document(comparison: Comparison) -> Document:
    """Two pictures in every channel; where and how the one lies in the other is null where no geometry says so."""
    return document(
        "compare",
        relation=comparison.relation,
        **({} if comparison.identical is None else {"identical": comparison.identical}),
        probability=None,
        score=round(comparison.score, 6),
        channels={name: round(score, 6) for name, score in comparison.channels.items()},
        why=comparison.why,
        explanations={name: explanation.line for name, explanation in comparison.explanations.items()},
        **_proof_fields(comparison),
        box=None if comparison.evidence is None else comparison.evidence.box,
        query_box=None if comparison.evidence is None else comparison.evidence.query_box,
        transform=None if comparison.evidence is None else comparison.evidence.transform,
    )


def _proof_fields(comparison: Comparison) -> Document:
    """Coverage, edits and differences; null where nothing is proved."""
    found = comparison.evidence
    if comparison.identical is not None:
        return {"coverage": {"query": 1.0, "hit": 1.0}, "edits": [], "differs": []}
    if found is None:
        return {"coverage": None, "edits": None, "differs": None}
    return {
        "coverage": {"query": round(found.coverage[0], 4), "hit": round(found.coverage[1], 4)},
        "edits": None if found.edits is None else list(found.edits),
        "differs": differs_fields(found.differs),
    }


def match_document(matched: Matched) -> Document:
    """Keypoints, matches as xa, ya, xb, yb, score, best first, which of them agree, and the transform from a to b."""
    (a, b), (of_a, of_b) = matched.pictures, matched.features
    matches, geometry = matched.found.matches, matched.found.geometry
    ends = zip(
        of_a.keypoints.xy[matches.pairs[:, 0]].tolist(),
        of_b.keypoints.xy[matches.pairs[:, 1]].tolist(),
        matches.scores.tolist(),
        strict=True,
    )
    return document(
        "match",
        a={"size": list(a.size), "keypoints": len(of_a)},
        b={"size": list(b.size), "keypoints": len(of_b)},
        matches=[[round(value, 3) for value in (*p, *q)] + [round(score, 4)] for p, q, score in ends],
        inliers=0 if geometry is None else int(geometry.inliers.sum()),
        agrees=[] if geometry is None else geometry.inliers.tolist(),
        kind=None if geometry is None else geometry.kind,
        mirrored=None if geometry is None else geometry.mirrored,
        nfa=None if geometry is None else geometry.nfa,
        homography=None if geometry is None else geometry.model.tolist(),
    )


def explain_document(explanations: Mapping[str, Explanation], drawn: Callable[[Pixels], str]) -> Document:
    """By channel, a sentence and what it draws of both pictures, as `drawn` writes it; null where it draws nothing."""
    return document(
        "explain",
        channels=[
            {"channel": name, "line": each.line, "picture": None if each.picture is None else drawn(each.picture)}
            for name, each in explanations.items()
        ],
    )


def locate_document(path: str, places: Sequence[tuple[str, Placement]]) -> Document:
    """Places of templates, by their names, in one picture; boxes in px of it, angles in degrees."""
    return document(
        "locate", placements=[{**_placement(path, place), "template": template} for template, place in places]
    )


def finds_document(finds: Finds) -> Document:
    """Places in the pictures of a library, best first; in how many they were sought."""
    return document(
        "locate",
        searched=finds.searched,
        unsearched=finds.unsearched,
        placements=[_placement(found.record.path, found.placement) for found in finds.places],
    )


def _placement(path: str, place: Placement) -> Document:
    return {
        **path_fields(path),
        # None is -0.0.
        "box": [round(side, 3) + 0.0 for side in place.box],
        "score": round(place.score, 6) + 0.0,
        "scale": round(place.scale, 5),
        "angle": round(math.degrees(place.angle), 3) + 0.0,
        "detail": None if place.detail is None else round(place.detail, 1),
        "kind": place.kind,
        "why": place.why,
    }


def added_fields(model: Added) -> Document:
    """A model of the user's own."""
    fields = {"name": model.name, "layout": model.recipe.layout, "dim": model.recipe.dim, "bytes": model.bytes}
    return {**fields, **path_fields(str(model.root))}


def models_document(
    states: Iterable[State], added: Iterable[Added], trained: Iterable[Trained], features: Iterable[OwnWeights]
) -> Document:
    """Every weight file that is known, and where it is; models, networks and features of one's own."""
    return document(
        "models",
        models=[
            {
                "name": state.weights.name,
                "here": state.path is not None,
                "path": None if state.path is None else str(state.path),
                "bytes": state.weights.bytes,
                "sha256": state.weights.sha256,
                "licence": state.weights.licence,
                "about": state.weights.about,
            }
            for state in states
        ],
        added=[added_fields(model) for model in added],
        trained=[
            {"name": each.name, "path": str(each.path), "bytes": each.bytes, "sha256": each.sha256} | asdict(each.facts)
            for each in trained
        ],
        features=[
            {"name": each.name, "kind": each.kind, "path": str(each.path), "bytes": each.bytes} for each in features
        ],
    )


def _space(held: SpaceStatus) -> Document:
    space = held.space
    named = {"name": held.name, "digest": space.digest, "dim": space.dim, "metric": space.metric}
    built = held.built
    measured = {"recall": built.recall, "ms": built.ms, "measured_at": built.built_for if built.recall else None}
    kept = {"settings": built.settings or held.index, "index_bytes": built.bytes, "marked": built.marked}
    return {**named, "index": held.index, **kept, **measured, "remark": built.remark or None}


def status_document(status: Status, facts: Mapping[str, object]) -> Document:
    """Contents of a library, counted."""
    return document(
        "status",
        images=status.images,
        failed=status.failed,
        spaces=[{**_space(held), "vectors": held.vectors} for held in status.spaces],
        local=[{**_space(held), "pictures": held.vectors} for held in status.local],
        planes=status.planes,
        bytes=status.bytes,
        **facts,
    )
