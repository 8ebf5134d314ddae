"""Documents of answers: those of the command line, with ids, and with names as the asker may see them."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from typing import Any

from lookalike.app.documents import Document, dupes_document, finds_document, search_document
from lookalike.app.server.problems import Problem
from lookalike.app.server.roles import Role
from lookalike.app.server.service import Service
from lookalike.search.duplicates.identical import Group
from lookalike.search.results import Results
from lookalike.search.template.library_search import Finds
from lookalike.types import Answer, Record


def answers_document(
    service: Service, found: Results, labels: list[str], minus: list[str], count: int, role: Role
) -> Document:
    """The first `count` answers; `next` is the token of those behind them, or null."""
    told: Document = search_document(found)
    told["query"] |= {"sources": labels, "minus": minus}
    for name in ("like", "unlike"):  # paths
        told["query"].pop(name, None)
    told["hits"] = [
        _with_ids(hit, answer) | {"rank": rank}
        for rank, (hit, answer) in enumerate(zip(told["hits"], found, strict=True), start=1)
    ]
    token = secrets.token_urlsafe(16)
    if len(found) > count:
        service.answers.put(token, json.dumps(told).encode())
    return _page(service, told, token, 0, count, role)


def further_answers(service: Service, token: str, count: int, role: Role) -> Document:
    """Answers behind those that named `token`; raises `Problem` where they are not kept any more."""
    kept, _, start = token.partition(".")
    found = service.answers.get(kept)
    if found is None or not start.isdecimal() or len(start) > 6:
        raise Problem(410, "page_gone", "these answers are not kept any more: ask the question again")
    return _page(service, json.loads(found), kept, int(start), count, role)


def _page(service: Service, told: Document, token: str, start: int, count: int, role: Role) -> Document:
    """`count` answers from `start` on, with names as the asker may see them."""
    ends = start + count
    next = f"{token}.{ends}" if ends < len(told["hits"]) else None
    part = {**told, "hits": told["hits"][start:ends], "next": next}
    _name_folders(service, part, role)
    return _shown(service, part, role)


def _name_folders(service: Service, told: Document, role: Role) -> None:
    """Has folders that answer for their pictures told as the asker may see them."""
    verdict = told.get("verdict") or {}
    things = [thing for hit in told["hits"] if (thing := hit.get("thing"))]
    for named in (*things, verdict):
        if named.get("by") == "folder":
            names = [key for key in ("name", "nearest") if isinstance(named.get(key), str)]
            named |= {key: service.names.folder(named[key], role) for key in names}


def _with_ids(hit: Document, answer: Answer) -> Document:
    also = [{**each, "id": _id(other.record)} for each, other in zip(hit.get("also", ()), answer.also, strict=True)]
    return {"id": _id(answer.record), **hit, **({"also": also} if also else {})}


def groups_document(service: Service, groups: Sequence[Group], role: Role) -> Document:
    """Groups, each member with the ids of its picture and of its file."""
    told: Document = dupes_document(groups)
    for shown, group in zip(told["groups"], groups, strict=True):
        for member, record in zip(shown["members"], group.members, strict=True):
            member |= {"id": _id(record), "file_id": service.file_ids.of(record.path)}
    return _shown(service, told, role)


def places_document(service: Service, finds: Finds, role: Role) -> Document:
    """Places of a template, each with the id of its picture."""
    told: Document = finds_document(finds)
    for place, found in zip(told["placements"], finds.places, strict=True):
        place["id"] = _id(found.record)
    return _shown(service, told, role)


def picture_document(service: Service, records: Sequence[Record], role: Role) -> Document:
    """Facts that the library knows of a picture, and its files."""
    content = records[0].content
    told = {
        "schema": "lookalike/picture/1",
        "id": content.sha256,
        "size": list(content.size),
        "bytes": content.bytes,
        "format": content.format,
        "taken": content.taken,
        "frames": content.frames,
        "files": [{"path": record.path} for record in records],
    }
    return _shown(service, told, role)


def _id(record: Record) -> str:
    return record.content.sha256


def _shown(service: Service, told: Any, role: Role) -> Document:
    shown: Document = service.names.shown(told, role)
    return shown
