"""Routes of classes: which of them a picture is of, or none, and which labels pictures may want."""

from __future__ import annotations

from fastapi import FastAPI, Request

from lookalike.app.classes import classify_document, suggested_document
from lookalike.app.documents import Document
from lookalike.app.server import class_models as models
from lookalike.app.server.admission import takes
from lookalike.app.server.fields import Class, Suggest, Uploads, address_of, form_of, parsed, posted
from lookalike.app.server.filters import checked_classes, checked_filter
from lookalike.app.server.problems import Problem
from lookalike.app.server.roles import Role
from lookalike.app.server.routes.asking import documented
from lookalike.app.server.service import Asker, Here, Service
from lookalike.search.query.source import Source

GIVEN = {"picture": "A picture to name; each is a question of its own."}


async def classify(request: Request, service: Here, role: Asker) -> Document:
    """Which class of the library each picture is of, or that it is of none, and how likely that is."""
    fields, uploads = await posted(request, Class, GIVEN)
    return await service.questions.run(_classified, service, fields, uploads, role)


async def suggest(request: Request, service: Here, role: Asker) -> Document:
    """Labels that pictures of the library may want, from those that look like them; nothing is written."""
    fields = parsed(Suggest, request.query_params.multi_items())
    return await service.questions.run(_suggested, service, fields, role)


def _classified(service: Service, fields: Class, uploads: Uploads, role: Role) -> Document:
    checked_filter(fields.where, role)
    given: list[tuple[str, Source]] = [(each.name, each.data) for each in uploads.get("picture", ())]
    given += [(service.names.relative(service.records(id)[0].path), service.bytes_of(id)) for id in fields.id]
    if not given:
        raise Problem(422, "bad_query", "send a picture: a file as picture, or the id of one of the library as id")
    classifier = service.library.classifier(checked_classes(fields.by), fields.where, fields.least)
    asked = [classifier.asked(service.library.sampled(source)) for _, source in given]
    told = classify_document(classifier.classified(asked, fields.least))
    for one, (name, _) in zip(told["classified"], given, strict=True):
        one["query"] = name
        if fields.by == "folder":
            one["class"] = None if one["class"] is None else service.names.folder(one["class"], role)
            one["scores"] = {service.names.folder(each, role): score for each, score in one["scores"].items()}
    shown: Document = service.names.shown(told, role)
    return shown


def _suggested(service: Service, fields: Suggest, role: Role) -> Document:
    checked_filter(fields.where, role)
    if fields.by in ("folder", "object"):
        raise Problem(422, "bad_query", f"a {fields.by} is no label: suggest by label, or by the KEY of a fact")
    paths = [service.records(id)[0].path for id in fields.id]
    by = checked_classes(fields.by)
    found = service.library.suggest_labels(paths, by=by, least=fields.least, where=fields.where)
    shown: Document = service.names.shown(suggested_document(found), role)
    return shown


def add_to(app: FastAPI) -> None:
    """Registers the routes."""
    asks = takes(Role.READ, queues=True)
    app.post("/api/classify", response_model=models.Classes, **documented(asks, form_of(Class, GIVEN)))(classify)
    app.get("/api/labels/suggested", response_model=models.Suggested, **documented(asks, address_of(Suggest)))(suggest)
