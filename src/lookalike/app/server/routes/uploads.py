"""The route by which pictures are added, where the service has a folder for them."""

from __future__ import annotations

from fastapi import FastAPI, Request

from lookalike.app.documents import Document, document
from lookalike.app.server import upload_models as models
from lookalike.app.server.admission import takes
from lookalike.app.server.fields import Fields, form_of, posted
from lookalike.app.server.problems import Problem
from lookalike.app.server.roles import Role
from lookalike.app.server.routes.asking import documented
from lookalike.app.server.routes.jobs import shown_job
from lookalike.app.server.service import Asker, Here, Service
from lookalike.app.server.uploads import Kept, Refused, keep
from lookalike.search.pages.escape import legible

SENT = {"picture": "A picture to keep; send several by several such fields."}


class Sent(Fields):
    """Pictures to keep."""


async def upload(request: Request, service: Here, role: Asker) -> Document:
    """Keeps pictures in the folder of --uploads and begins to index them; each is told, kept or refused.

    422 where none is a picture, and nothing is kept while a job writes (409). Files stay as they are sent, with where
    they were taken; answers never tell that.
    """
    folder = service.uploads
    if folder is None:
        raise Problem(403, "no_uploads", "this service keeps no pictures: start it with --uploads DIR")
    _, uploads = await posted(request, Sent, SENT)
    if not uploads["picture"]:
        raise Problem(422, "bad_query", "send pictures: with curl, -F picture=@FILE, and again for several")
    with service.jobs.reserved("index") as reserved:
        kept, refused = await service.questions.run(keep, service, folder, uploads["picture"])
        unknown = [each.path for each in kept if not each.is_indexed]
        if unknown:
            service.jobs.begin(reserved, ["index", "--jsonl", "--", *unknown])
    told = document(
        "upload",
        pictures=[_kept(service, each, role) for each in kept],
        refused=[_refused(each) for each in refused],
    )
    return {**told, "job": shown_job(service, reserved.job, role) if unknown else None}


def _kept(service: Service, kept: Kept, role: Role) -> Document:
    return {"upload": legible(kept.upload), "id": kept.id, "new": kept.is_new, **service.names.fields(kept.path, role)}


def _refused(refused: Refused) -> Document:
    return {"upload": legible(refused.upload), "reason": refused.reason, "detail": refused.detail}


def add_to(app: FastAPI) -> None:
    """Registers the route."""
    arguments = documented(takes(Role.WRITE, queues=True), form_of(Sent, SENT))
    app.post("/api/pictures", status_code=202, response_model=models.Uploaded, **arguments)(upload)
