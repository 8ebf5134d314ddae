"""Routes that act upon duplicates: the plan, the act as a job, and back."""

from __future__ import annotations

from fastapi import FastAPI

from lookalike.app.documents import Document
from lookalike.app.server import models
from lookalike.app.server.admission import takes
from lookalike.app.server.roles import Role
from lookalike.app.server.routes.jobs import shown_job
from lookalike.app.server.service import Asker, Here
from lookalike.app.server.tidying import action_word, order_of, plan_document, undoable_document


async def plan(wished: models.Wished, service: Here, role: Asker) -> Document:
    """The outcome that each file of each group would have, and why: kept, superfluous, or skipped.

    Without `groups`, of all that the library knows, by the rules of `lookalike resolve`. Nothing is touched.
    """
    return await service.questions.run(plan_document, service, wished, role)


async def undoable(service: Here) -> Document:
    """Actions that this service takes, and the runs that can be undone, the last one first."""
    return await service.glances.run(undoable_document, service)


async def resolve(ordered: models.Ordered, service: Here, role: Asker) -> Document:
    """Begins to act upon the files that are to be dropped, as far as a plan of now lets them go.

    Each is compared with what was indexed once more, directly before; an undo brings it back.
    """
    action = action_word(service, ordered.action)
    order = await service.questions.run(order_of, service, ordered)
    job = await service.jobs.start("resolve", ["resolve", "-", action, "--json"], order)
    return shown_job(service, job, role)


async def undo(undone: models.Undo, service: Here, role: Asker) -> Document:
    """Begins to bring back what the last run acted upon, or the last ones."""
    job = await service.jobs.start("undo", ["resolve", "--undo", str(undone.runs), "--json"])
    return shown_job(service, job, role)


def add_to(app: FastAPI) -> None:
    """Registers the routes."""
    write, admin = takes(Role.WRITE), takes(Role.ADMIN)
    plans, acts = takes(Role.WRITE, queues=True), takes(Role.ADMIN, queues=True)
    app.post("/api/resolve", response_model=models.Plan, **plans)(plan)
    app.get("/api/resolve", response_model=models.Undoable, **write)(undoable)
    app.post("/api/jobs/resolve", status_code=202, response_model=models.Job, **acts)(resolve)
    app.post("/api/jobs/undo", status_code=202, response_model=models.Job, **admin)(undo)
