"""The application: every route behind one guard, behind one border."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI
from starlette.formparsers import MultiPartParser

from lookalike.app.server import problems
from lookalike.app.server.admission import GuardedRoute
from lookalike.app.server.border import Border
from lookalike.app.server.measures import Measured
from lookalike.app.server.routes import asking, classes, jobs, labels, objects, pictures, tidying, upkeep, uploads, web
from lookalike.app.server.service import Service
from lookalike.app.server.settings import Settings

ABOUT = "Find similar images: what kind of match, where in the picture, how sure, and why. Words as of --json."


def create_app(settings: Settings) -> FastAPI:
    """An ASGI application that answers from the library of `settings`; nothing listens yet."""
    service = Service(settings)
    MultiPartParser.spool_max_size = settings.body  # it is in memory already: a file of its own is one copy more

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await service.close()

    app = FastAPI(
        title="lookalike",
        version=version("lookalike"),
        description=ABOUT,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=lifespan,
    )
    app.state.service = service
    app.router.route_class = GuardedRoute
    app.router.redirect_slashes = False
    problems.add_to(app)
    for part in (asking, pictures, labels, objects, classes, upkeep, jobs, uploads, tidying, web):
        part.add_to(app)
    app.add_middleware(Border, settings=settings)
    app.add_middleware(Measured, measures=service.measures)
    return app
