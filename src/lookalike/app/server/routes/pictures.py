"""Routes of one picture of the library, and of two pictures."""

from __future__ import annotations

import base64
from typing import Annotated, Any, Final

from fastapi import FastAPI, Query, Request, Response
from fastapi import Path as InPath

from lookalike.app.documents import Document, compare_document, explain_document, match_document
from lookalike.app.server import models
from lookalike.app.server.admission import takes
from lookalike.app.server.answers import picture_document
from lookalike.app.server.fields import MatchedPair, Pair, form_of, posted
from lookalike.app.server.problems import Problem
from lookalike.app.server.questions import picture_of
from lookalike.app.server.roles import Role
from lookalike.app.server.service import Asker, Here
from lookalike.protocols import Explainer
from lookalike.search.components import by_name, describers_of
from lookalike.search.pages.render import EVIDENCE_SIDE, SIDE
from lookalike.search.pages.render import thumbnail as small

Id = Annotated[str, InPath(pattern=r"^[0-9a-f]{64}$", description="The id of a hit: the SHA-256 of the bytes.")]
LARGEST: Final = 1280
"""px of the longer side of the largest thumbnail."""
KEPT: Final = "private, max-age=86400, immutable"
"""For browsers: an id always means these bytes."""
BOTH: Final = {"a": "The first picture.", "b": "The second picture."}


async def picture(id: Id, service: Here, role: Asker) -> Document:
    """Facts that the library knows of a picture."""
    records = await service.glances.run(service.records, id)
    return picture_document(service, records, role)


async def thumbnail(id: Id, service: Here, side: Annotated[int, Query(ge=16, le=LARGEST)] = SIDE) -> Response:
    """The picture, small, as WebP: its pixels alone, so that nothing else of the file comes along."""
    data = await service.glances.run(service.thumbnail, id, side)
    return Response(data, media_type="image/webp", headers={"Cache-Control": KEPT})


async def original(id: Id, service: Here) -> Response:
    """The file as it is, with where it was taken and all; only where the service allows it."""
    if not service.settings.originals:
        raise Problem(403, "no_originals", "this service keeps originals to itself: ask for the thumbnail")
    data = await service.glances.run(service.bytes_of, id)
    name = {"Content-Disposition": f'attachment; filename="{id[:16]}"', "Cache-Control": "no-store"}
    return Response(data, media_type="application/octet-stream", headers=name)


async def compare(request: Request, service: Here) -> Document:
    """Two pictures in every channel, and their relation."""
    import lookalike

    fields, uploads = await posted(request, Pair, BOTH)

    def compared() -> Document:
        first = picture_of(service, "a", uploads, fields.a_id)
        return compare_document(lookalike.compare(first, picture_of(service, "b", uploads, fields.b_id)))

    return await service.questions.run(compared)


async def match(request: Request, service: Here) -> Document:
    """Places of two pictures that belong together, and the geometry that explains them."""
    import lookalike

    fields, uploads = await posted(request, MatchedPair, BOTH)

    def matched() -> Document:
        first = picture_of(service, "a", uploads, fields.a_id)
        second = picture_of(service, "b", uploads, fields.b_id)
        return match_document(lookalike.match(first, second, local=fields.local, matcher=fields.matcher))

    return await service.questions.run(matched)


async def explain(request: Request, service: Here) -> Document:
    """Explanations by each channel of what it sees in two pictures: a sentence, and, of some, where both agree."""
    fields, uploads = await posted(request, Pair, BOTH)

    def explained() -> Document:
        first = service.library.sampled(picture_of(service, "a", uploads, fields.a_id))
        second = service.library.sampled(picture_of(service, "b", uploads, fields.b_id))
        told = {
            name: describer.explain(first.picture(describer.min_side), second.picture(describer.min_side))
            for name, describer in by_name(describers_of(service.library.store)).items()
            if isinstance(describer, Explainer)
        }
        return explain_document(told, lambda pixels: _data_uri(small(pixels, EVIDENCE_SIDE)))

    return await service.questions.run(explained)


def _data_uri(webp: bytes) -> str:
    return f"data:image/webp;base64,{base64.b64encode(webp).decode('ascii')}"


def add_to(app: FastAPI) -> None:
    """Registers the routes."""
    read, asks, admin = takes(Role.READ), takes(Role.READ, queues=True), takes(Role.ADMIN)
    webp: dict[str, Any] = {"responses": {200: {"content": {"image/webp": {}}}}, "response_class": Response}
    file: dict[str, Any] = {
        "responses": {200: {"content": {"application/octet-stream": {}}}},
        "response_class": Response,
    }
    app.get("/api/pictures/{id}", response_model=models.Picture, **read)(picture)
    app.get("/api/pictures/{id}/thumbnail", **read, **webp)(thumbnail)
    app.get("/api/pictures/{id}/original", **admin, **file)(original)
    for path, model, fields, asked in (
        ("/api/compare", models.Comparison, Pair, compare),
        ("/api/match", models.Matches, MatchedPair, match),
        ("/api/explain", models.Explanations, Pair, explain),
    ):
        extra = {**asks["openapi_extra"], **form_of(fields, BOTH)}
        app.post(path, response_model=model, **{**asks, "openapi_extra": extra})(asked)
