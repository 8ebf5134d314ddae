"""Routes of objects: things of which the library has several views."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from fastapi import FastAPI, Query

from lookalike.app.documents import Document, document
from lookalike.app.server import class_models as models
from lookalike.app.server.admission import takes
from lookalike.app.server.problems import Problem
from lookalike.app.server.roles import Role
from lookalike.app.server.service import Asker, Here, Service
from lookalike.search.object_lists import object_named


async def counts(service: Here) -> Document:
    """Every object, and how many files are views of it."""
    found = await service.glances.run(lambda: service.library.objects.counts())
    return document("objects", objects=[{"object": name, "views": files} for name, files in found.items()])


async def views(
    service: Here,
    role: Asker,
    object: Annotated[list[models.Object], Query(min_length=1, max_length=16, description="The name of an object.")],
) -> Document:
    """Files that are views of these objects, by object, then by path."""
    return await service.glances.run(_views, service, object, role)


async def add(given: models.Views, service: Here) -> Document:
    """Makes pictures views of an object; of none but it from now on."""
    return await service.glances.run(_added, service, given)


async def remove(given: models.NoViews, service: Here) -> Document:
    """Lets pictures, or all views of objects, or the views of objects among pictures, be views of nothing."""
    return await service.glances.run(_removed, service, given)


def _views(service: Service, names: list[str], role: Role) -> Document:
    wanted = {object_named(name) for name in names}
    store = service.library.store
    of = {sha256: name for sha256, name in store.objects.all().items() if name in wanted}
    ids = np.array(sorted(known[0] for known in store.contents(list(of)).values()), np.int64)
    records = store.records(ids)
    rows = sorted((of[one.content.sha256], one.path, one.content.sha256) for one in records)
    told = [{**service.names.fields(path, role), "id": id, "object": name} for name, path, id in rows]
    return document("objects", views=told)


def _added(service: Service, given: models.Views) -> Document:
    done = service.library.objects.add(_paths(service, given.ids), given.object)
    return document("objects", views=done.views, objects=done.objects, moved=done.moved, left_out=list(done.left_out))


def _removed(service: Service, given: models.NoViews) -> Document:
    if not (given.ids or given.objects):
        raise Problem(422, "bad_query", "say which: `ids` of pictures, names of `objects`, or both")
    paths = _paths(service, given.ids) if given.ids else None
    return document("objects", removed=service.library.objects.remove(*given.objects, paths=paths))


def _paths(service: Service, ids: list[str]) -> list[str]:
    """A file of each picture: views belong to its bytes, hence to all files that hold them."""
    return [service.records(id)[0].path for id in ids]


def add_to(app: FastAPI) -> None:
    """Registers the routes."""
    read, write = takes(Role.READ), takes(Role.WRITE)
    app.get("/api/objects", response_model=models.ObjectCounts, **read)(counts)
    app.get("/api/objects/views", response_model=models.ObjectViews, **read)(views)
    app.post("/api/objects/views", response_model=models.Gathered, **write)(add)
    app.post("/api/objects/views/remove", response_model=models.Removed, **write)(remove)
