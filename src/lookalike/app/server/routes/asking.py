"""Routes that ask the library: search, further answers, and a template in every picture."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Query, Request

from lookalike.app.documents import Document, locate_document
from lookalike.app.server import models
from lookalike.app.server.admission import takes
from lookalike.app.server.answers import answers_document, further_answers, places_document
from lookalike.app.server.fields import Ask, Template, Uploads, address_of, form_of, parsed, posted
from lookalike.app.server.filters import checked_filter
from lookalike.app.server.questions import picture_of, question_of
from lookalike.app.server.roles import Role
from lookalike.app.server.service import Asker, Here, Service

ASKED = {"picture": "Ask with this picture; several are views of one thing.", "minus_picture": "Answers unlike this."}
SOUGHT = {"template": "The template.", "image": "The picture that may hold it; without one, the library."}


async def search(request: Request, service: Here, role: Asker) -> Document:
    """Answers to a question, best first.

    A form, as curl -F sends it: pictures as files, and the fields of the command line.
    """
    ask, uploads = await posted(request, Ask, ASKED)
    return await service.questions.run(answered, service, ask, uploads, role)


async def search_by_address(request: Request, service: Here, role: Asker) -> Document:
    """Answers to a question that the address holds: pictures by their ids, colours and words."""
    ask = parsed(Ask, request.query_params.multi_items())
    return await service.questions.run(answered, service, ask, {}, role)


async def more(token: str, service: Here, role: Asker, page: int = Query(100, ge=1, le=200)) -> Document:
    """Answers behind those that named this token as `next`; kept for a while."""
    return await service.glances.run(further_answers, service, token, page, role)


async def locate(request: Request, service: Here, role: Asker) -> Document:
    """Where a template lies: in one picture, or in which pictures of the library."""
    fields, uploads = await posted(request, Template, SOUGHT)
    return await service.questions.run(_located, service, fields, uploads, role)


def answered(service: Service, ask: Ask, uploads: Uploads, role: Role) -> Document:
    """The document of a question."""
    checked_filter(ask.where, role)
    question = question_of(service, ask, uploads)
    results = service.library.answer(question.query)
    return answers_document(service, results, question.labels, question.minus, min(ask.page, ask.k), role)


def _located(service: Service, fields: Template, uploads: Uploads, role: Role) -> Document:
    import lookalike

    checked_filter(fields.where, role)
    template = picture_of(service, "template", uploads, fields.template_id)
    if not uploads.get("image") and fields.image_id is None:
        finds = service.library.locate(template, k=fields.k, least=fields.least, where=fields.where)
        return places_document(service, finds, role)
    image = picture_of(service, "image", uploads, fields.image_id)
    found = lookalike.locate(template, image, k=fields.k, least=fields.least)
    told: dict[str, Any] = locate_document("image", [("template", place) for place in found.located.placements])
    return {**told, "why": found.why}


def add_to(app: FastAPI) -> None:
    """Registers the routes."""
    read, asks = takes(Role.READ), takes(Role.READ, queues=True)
    asked, addressed, sought = form_of(Ask, ASKED), address_of(Ask), form_of(Template, SOUGHT)
    app.post("/api/search", response_model=models.Search, **documented(asks, asked))(search)
    app.get("/api/search", response_model=models.Search, **documented(asks, addressed))(search_by_address)
    app.get("/api/search/{token}", response_model=models.Search, **read)(more)
    app.post("/api/locate", response_model=models.Places, **documented(asks, sought))(locate)


def documented(arguments: dict[str, Any], extra: dict[str, Any]) -> dict[str, Any]:
    """Arguments of a route, with what OpenAPI is told of its form or its address."""
    return {**arguments, "openapi_extra": {**arguments["openapi_extra"], **extra}}
