"""Routes of labels: words and facts that pictures were given."""

from __future__ import annotations

from fastapi import FastAPI

from lookalike.app.documents import Document, document
from lookalike.app.server import class_models as models
from lookalike.app.server.admission import takes
from lookalike.app.server.roles import Role
from lookalike.app.server.routes.pictures import Id
from lookalike.app.server.service import Here, Service


async def counts(service: Here) -> Document:
    """Every label, and how many files have it."""
    found = await service.glances.run(lambda: service.library.labels.counts())
    return document("labels", labels=[{"label": label, "files": files} for label, files in found.items()])


async def of_picture(id: Id, service: Here) -> Document:
    """Labels of a picture, hence of all files that hold it."""
    return await service.glances.run(_labels, service, id)


async def add(id: Id, given: models.Labels, service: Here) -> Document:
    """Gives labels to a picture: words, and facts as KEY=VALUE, of which it has one of each key."""
    return await service.glances.run(_changed, service, id, given, True)


async def remove(id: Id, given: models.Labels, service: Here) -> Document:
    """Takes labels from a picture; of a fact its KEY is enough."""
    return await service.glances.run(_changed, service, id, given, False)


def _changed(service: Service, id: str, given: models.Labels, adds: bool) -> Document:
    path = service.records(id)[0].path
    labels = service.library.labels
    (labels.add if adds else labels.remove)([path], *given.labels)
    return _labels(service, id)


def _labels(service: Service, id: str) -> Document:
    return document("labels", id=id, labels=[str(each) for each in service.records(id)[0].labels])


def add_to(app: FastAPI) -> None:
    """Registers the routes."""
    read, write = takes(Role.READ), takes(Role.WRITE)
    app.get("/api/labels", response_model=models.LabelCounts, **read)(counts)
    app.get("/api/pictures/{id}/labels", response_model=models.PictureLabels, **read)(of_picture)
    app.post("/api/pictures/{id}/labels", response_model=models.PictureLabels, **write)(add)
    app.post("/api/pictures/{id}/labels/remove", response_model=models.PictureLabels, **write)(remove)
