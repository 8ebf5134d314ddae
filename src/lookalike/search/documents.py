"""The JSON documents of answers: the same for the command line, for Python and for a server."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lookalike.search.results import Results
    from lookalike.types import Answer, Difference

Document = dict[str, Any]


def document(verb: str, **values: object) -> Document:
    """`values` under the schema of `verb`."""
    return {"schema": f"lookalike/{verb}/1", **values}


def path_fields(path: str) -> Document:
    """`path`, and beside it `path_b64` where the name is no UTF-8."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return {"path": path, "path_b64": base64.b64encode(os.fsencode(path)).decode("ascii")}
    return {"path": path}


def json_text(document: object, *, indent: int | None = 2) -> str:
    """JSON that UTF-8 can hold: surrogate escapes of a file name stay escapes, and all is ASCII then."""
    text = json.dumps(document, ensure_ascii=False, indent=indent, allow_nan=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(document, indent=indent, allow_nan=False)
    return text


def query_fields(results: Results) -> Document:
    """Fields that say what was asked."""
    query = results.query
    return {
        "sources": list(results.labels),
        "minus": [
            *(os.fspath(each) if isinstance(each, (str, os.PathLike)) else None for each in query.minus),
            *(part.spelled for part in query.parts if part.weight < 0),
        ],
        **({"like": list(query.like), "unlike": list(query.unlike)} if query.like or query.unlike else {}),
        "k": query.k,
        "where": query.where,
        "by": dict(results.weights),
        "crop": query.crop,
        "any_orientation": query.orientations,
        "probability_of": results.claim,
    }


def coverage_fields(answer: Answer) -> Document | None:
    """Shares of the query that the hit shows, and of the hit that the query shows."""
    if answer.coverage is None:
        return None
    return {"query": round(answer.coverage[0], 4), "hit": round(answer.coverage[1], 4)}


def differs_fields(differs: Sequence[Difference] | None) -> list[Document] | None:
    """Places that do not agree; null where that is unknown."""
    if differs is None:
        return None
    return [
        {"box": each.box, "query_box": each.query_box, "share": round(each.share, 6), "kind": each.kind}
        for each in differs
    ]


def hit_fields(answer: Answer) -> Document:
    """One answer; unknown is null."""
    fields: Document = {
        **path_fields(answer.record.path),
        "score": round(answer.score, 6),
        "probability": None if answer.probability is None else round(answer.probability, 6),
        "relation": answer.relation,
        "channels": {name: round(score, 6) for name, score in answer.channels.items()},
        "why": answer.why,
        "coverage": coverage_fields(answer),
        "edits": None if answer.edits is None else list(answer.edits),
        "differs": differs_fields(answer.differs),
        "file": answer.file,
        "box": answer.box,
        "query_box": answer.query_box,
        "transform": answer.transform,
        "size": list(answer.record.content.size),
        "frames": answer.record.content.frames,
    }
    if answer.record.labels:
        fields["labels"] = [str(label) for label in answer.record.labels]
    if answer.identical is not None:
        fields["identical"] = answer.identical
    if answer.parts:
        fields["parts"] = dict(answer.parts)
    if answer.frame is not None:
        fields["frame"] = answer.frame
    if answer.also:
        fields["also"] = [path_fields(other.record.path) for other in answer.also]
    return fields


def search_document(results: Results) -> Document:
    """The whole of one question."""
    return document(
        "search",
        query=query_fields(results),
        seconds=round(results.seconds, 6),
        searched=results.searched,
        **verdict_fields(results),
        hits=all_hit_fields(results),
    )


def all_hit_fields(results: Results) -> list[Document]:
    """All answers, each with the thing of which it is the best view, where things were asked for."""
    hits = [hit_fields(answer) for answer in results]
    for hit, thing in zip(hits, results.things or (), strict=False):
        hit["thing"] = {"by": thing.by, "name": thing.name, "views": thing.views}
    return hits


def verdict_fields(results: Results) -> Document:
    """Which thing it is, or none, where that was asked for."""
    told = results.verdict
    if told is None:
        return {}
    sure = {"probability": told.probability, "none": told.none}
    rounded = {name: None if value is None else round(value, 6) for name, value in sure.items()}
    return {"verdict": {"by": told.by, "name": told.name, "nearest": told.nearest, **rounded, "least": told.least}}
