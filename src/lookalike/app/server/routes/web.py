"""The page and its files, a question by a plain form, and the description of the routes."""

from __future__ import annotations

from collections.abc import Awaitable
from functools import cache
from importlib import resources
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from lookalike.app.server.admission import takes
from lookalike.app.server.fields import Ask, Uploads, parsed, posted
from lookalike.app.server.problems import Problem, problem_of
from lookalike.app.server.roles import Role
from lookalike.app.server.routes.asking import ASKED, answered
from lookalike.app.server.service import Asker, Here, Service
from lookalike.errors import LookalikeError
from lookalike.figures import about

if TYPE_CHECKING:
    from jinja2 import Environment

HERE: Final = "lookalike.app.web"
KINDS: Final = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
"""Files that the page may ask for, and what they are."""


async def page() -> Response:
    """The page."""
    return HTMLResponse(_templates().get_template("index.html").render())


async def web_file(name: str) -> Response:
    """A file of the page, by its name among those that there are."""
    if name not in _files():
        raise Problem(404, "no_such_file", "the page has no such file")
    data = resources.files(HERE).joinpath(name).read_bytes()
    return Response(data, media_type=KINDS[PurePosixPath(name).suffix], headers={"Cache-Control": "no-cache"})


async def answer_form(request: Request, service: Here, role: Asker) -> Response:
    """A question of a plain form, answered by a page without a script."""
    return await _answer_page(service, posted(request, Ask, ASKED), role)


async def answer_link(request: Request, service: Here, role: Asker) -> Response:
    """A question of a link, such as "more like this", answered by a page without a script."""
    return await _answer_page(service, _linked(request), role)


async def _linked(request: Request) -> tuple[Ask, Uploads]:
    return parsed(Ask, request.query_params.multi_items()), {}


async def _answer_page(service: Service, asked: Awaitable[tuple[Ask, Uploads]], role: Role) -> Response:
    """Answers, or the problem in words a person reads."""
    try:
        told = await service.questions.run(answered, service, *await asked, role)
    except (Problem, LookalikeError) as error:
        problem = error if isinstance(error, Problem) else problem_of(error, role)
        text = _templates().get_template("answer.html").render(problem=problem.detail, told=None)
        return HTMLResponse(text, problem.status, problem.headers)
    return HTMLResponse(_templates().get_template("answer.html").render(problem=None, told=told))


async def routes_page(request: Request) -> Response:
    """The routes, for a person."""
    return HTMLResponse(_templates().get_template("docs.html").render(api=request.app.openapi()))


async def openapi(request: Request) -> Response:
    """The routes, for a program."""
    return JSONResponse(request.app.openapi())


@cache
def _files() -> frozenset[str]:
    return frozenset(one.name for one in resources.files(HERE).iterdir() if PurePosixPath(one.name).suffix in KINDS)


@cache
def _templates() -> Environment:
    from jinja2 import Environment, PackageLoader

    found = Environment(loader=PackageLoader(HERE, "."), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    found.filters["about"] = about
    return found


def add_to(app: FastAPI) -> None:
    """Registers the routes."""
    everybody: dict[str, Any] = {**takes(Role.OPEN), "include_in_schema": False, "response_class": Response}
    read: dict[str, Any] = {**takes(Role.READ), "include_in_schema": False, "response_class": Response}
    app.get("/", **everybody)(page)
    app.get("/web/{name}", **everybody)(web_file)
    app.get("/docs", **everybody)(routes_page)
    app.get("/openapi.json", **everybody)(openapi)
    app.post("/ask", **read)(answer_form)
    app.get("/ask", **read)(answer_link)
