"""Routes of jobs: index, compare for duplicates, watch, cancel; and of sessions."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse

from lookalike.app.documents import Document, document
from lookalike.app.server import models
from lookalike.app.server.admission import COOKIE, Sessions, bearer_of, takes
from lookalike.app.server.job_records import Job
from lookalike.app.server.problems import Problem
from lookalike.app.server.roles import Role
from lookalike.app.server.service import Asker, Here, Service


async def index(begin: models.Begin, service: Here, role: Asker) -> Document:
    """Begins to add new and changed pictures of the folders of these ids; without any, of all folders."""
    known = await service.glances.run(service.folders)
    strangers = [id for id in begin.folders if id not in known]
    if strangers:
        raise Problem(422, "no_such_folder", "no folder of that id may be indexed: GET /api/folders lists them")
    paths = [known[id] for id in begin.folders or known]
    if not paths:
        raise Problem(409, "no_folder", "no folder may be indexed: start the service with --root DIR")
    job = await service.jobs.start("index", ["index", "--jsonl", "--", *paths])
    return shown_job(service, job, role)


async def compare_all(service: Here, role: Asker) -> Document:
    """Begins to compare all pictures that were not compared yet; then GET /api/dupes knows of copies and parts."""
    job = await service.jobs.start("dupes", ["dupes", "--relation", "copy", "--jsonl"])
    return shown_job(service, job, role)


async def jobs(service: Here, role: Asker) -> Document:
    """Jobs since the service began, the latest first."""
    return document("jobs", jobs=[shown_job(service, job, role) for job in service.jobs.all()])


async def job(id: str, service: Here, role: Asker) -> Document:
    """How a job stands."""
    return shown_job(service, service.jobs.one(id), role)


async def events(id: str, service: Here, role: Asker) -> Response:
    """How a job stands, told again whenever that changes, as server-sent events, until it has ended."""
    watched = service.jobs.one(id)

    async def lines() -> AsyncIterator[bytes]:
        async for now in service.jobs.followed(watched):
            yield b"data: " + json.dumps(shown_job(service, now, role)).encode() + b"\n\n"

    return StreamingResponse(lines(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})


async def cancel(id: str, service: Here, role: Asker) -> Document:
    """Has a job finish its batch, commit and end; once more, and it ends at once."""
    found = service.jobs.one(id)
    service.jobs.cancel(found)
    return shown_job(service, found, role)


def shown_job(service: Service, job: Job, role: Role) -> Document:
    shown: Document = service.names.shown(job.document(), role)
    if role is not Role.ADMIN:
        if shown["message"] is not None:
            shown["message"] = "it failed: whoever runs the service can see why, with the role admin"
        if shown["report"] is not None:
            shown["report"].pop("groups", None)  # what became of files, with paths in its sentences
    return shown


async def open_session(request: Request, response: Response, service: Here, role: Asker) -> Document:
    """A cookie for a browser that shows its token once, so that pages can ask for pictures."""
    if bearer_of(request) is None:
        raise Problem(401, "unauthorized", "send the token: `Authorization: Bearer TOKEN`")
    name = service.sessions.open(role)
    response.set_cookie(COOKIE, name, httponly=True, samesite="strict", secure=request.url.scheme == "https")
    return document("session", role=role.name.lower())


async def close_session(request: Request, response: Response, service: Here) -> Document:
    """Forgets the browser."""
    _forget(service.sessions, request)
    response.delete_cookie(COOKIE)
    return document("session", role="open")


def _forget(sessions: Sessions, request: Request) -> None:
    sessions.close(request.cookies.get(COOKIE))


def add_to(app: FastAPI) -> None:
    """Registers the routes."""
    write: dict[str, Any] = takes(Role.WRITE)
    stream: dict[str, Any] = {
        "responses": {200: {"content": {"text/event-stream": {}}}},
        "response_class": StreamingResponse,
    }
    app.post("/api/jobs/index", status_code=202, response_model=models.Job, **write)(index)
    app.post("/api/jobs/dupes", status_code=202, response_model=models.Job, **write)(compare_all)
    app.get("/api/jobs", response_model=models.Jobs, **write)(jobs)
    app.get("/api/jobs/{id}", response_model=models.Job, **write)(job)
    app.get("/api/jobs/{id}/events", **write, **stream)(events)
    app.delete("/api/jobs/{id}", response_model=models.Job, **write)(cancel)
    app.post("/api/session", response_model=models.Session, **takes(Role.READ))(open_session)
    app.delete("/api/session", response_model=models.Session, **takes(Role.OPEN))(close_session)
