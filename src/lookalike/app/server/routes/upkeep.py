"""Routes about the library as a whole, and about the service."""

from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI, Query, Response

from lookalike.app.describers import describer_rows
from lookalike.app.documents import Document, document, status_document
from lookalike.app.server import models, upkeep_models
from lookalike.app.server.admission import takes
from lookalike.app.server.answers import groups_document
from lookalike.app.server.duplicates import groups_of, known_proofs
from lookalike.app.server.roles import Role
from lookalike.app.server.service import Asker, Here, Service
from lookalike.app.server.upkeep import failures_document, folder_fields, kept_folders, upkeep_document
from lookalike.errors import Reason
from lookalike.types import Relation


async def health(service: Here) -> Document:
    """Whether the library can be read."""
    await service.glances.run(len, service.library)
    return document("health", ok=True)


async def status(service: Here, role: Asker) -> Document:
    """The library in numbers, the role of who asks, and what there is to ask by."""
    return await service.glances.run(_status, service, role)


def _status(service: Service, role: Role) -> Document:
    facts: Document = {
        "role": role.name.lower(),
        "urls": service.settings.urls,
        "originals": service.settings.originals,
        "uploads": service.settings.uploads is not None,
        "words": service.reads_words(),
        "profiles": sorted(service.library.profiles()),
        "channels": service.channels(),
    }
    if role is Role.ADMIN:
        facts["library"] = str(service.library.location)
    return status_document(service.library.status(), facts)


async def describers(service: Here) -> Document:
    """Describers that pictures can be compared by."""
    return document("describers", describers=await service.glances.run(describer_rows))


async def dupes(
    service: Here,
    role: Asker,
    relation: Relation = "identical",
    precision: Annotated[float | None, Query(gt=0, lt=1, allow_inf_nan=False)] = None,
) -> Document:
    """Groups of duplicates, the largest first, as far as pictures were compared: `uncompared` counts the others.

    POST /api/jobs/dupes compares them.
    """
    return await service.questions.run(_groups, service, relation, precision, role)


def _groups(service: Service, relation: Relation, precision: float | None, role: Role) -> Document:
    if precision is not None:
        return groups_document(service, service.library.dupes(relation, precision=precision), role)
    proofs, uncompared = known_proofs(service, relation)
    groups = groups_of(service, relation, proofs)
    return {**groups_document(service, groups, role), "uncompared": uncompared}


async def folders(service: Here, role: Asker) -> Document:
    """Folders that may be indexed, with their ids."""
    found = await service.glances.run(kept_folders, service)
    rows = [{"id": id, **folder_fields(service, folder, role)} for id, folder in found.items()]
    return document("folders", folders=rows)


async def upkeep(service: Here, role: Asker) -> Document:
    """State of the library for who looks after it: folders, failures by reason, calibration, and room on the disk."""
    return await service.glances.run(upkeep_document, service, role)


async def failures(
    service: Here,
    role: Asker,
    reason: Reason | None = None,
    start: Annotated[int, Query(ge=0, le=10**9)] = 0,
    count: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Document:
    """Files that gave no picture, by name, and why."""
    return await service.glances.run(failures_document, service, reason, start, count, role)


async def metrics(service: Here) -> Response:
    """Figures for Prometheus."""
    service.measures.pictures.set(await service.glances.run(len, service.library))
    return Response(service.measures.text(), media_type="text/plain; version=0.0.4")


def add_to(app: FastAPI) -> None:
    """Registers the routes."""
    app.get("/api/health", response_model=models.Health, **takes(Role.OPEN))(health)
    app.get("/api/status", response_model=models.Status, **takes(Role.READ))(status)
    app.get("/api/describers", response_model=models.Describers, **takes(Role.READ))(describers)
    app.get("/api/dupes", response_model=models.Dupes, **takes(Role.READ, queues=True))(dupes)
    app.get("/api/folders", response_model=models.Folders, **takes(Role.WRITE))(folders)
    app.get("/api/upkeep", response_model=upkeep_models.Upkeep, **takes(Role.READ))(upkeep)
    app.get("/api/failures", response_model=upkeep_models.FailureList, **takes(Role.READ))(failures)
    app.get("/api/metrics", response_class=Response, **takes(Role.READ))(metrics)
