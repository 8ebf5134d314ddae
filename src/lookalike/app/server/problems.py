"""Errors as problem documents [RFC 9457], in the words of the command line."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import HTTPException as _HTTPException
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response

from lookalike import errors
from lookalike.app.server.roles import Role

HTTPException: Final[type[Exception]] = _HTTPException.__mro__[1]
"""Raised by the framework itself, and the parent of what routes raise."""
MEDIA: Final = "application/problem+json"
LOG: Final = logging.getLogger("lookalike.server")
OF_QUESTIONS: Final = (
    errors.BadQuery,
    errors.BadPicture,
    errors.FetchRefused,
    errors.UnknownName,
    errors.BadSetting,
    errors.SpaceMismatch,
    errors.NotFitted,
)
"""Errors that are about the question alone, and hence name nothing of the machine."""
HIDDEN: Final[dict[type[errors.LookalikeError], tuple[int, str]]] = {
    errors.LibraryMissing: (503, "there is no library here yet: whoever runs the service indexes some pictures first"),
    errors.LibraryBusy: (503, "another process is writing to the library: ask again in a while"),
    errors.LibraryDamaged: (500, "the library is damaged: whoever runs the service runs `lookalike verify`"),
    errors.LibraryFormat: (500, "the library is of another version: whoever runs the service updates it"),
    errors.DatabaseRefused: (503, "the database of the library cannot be used: whoever runs the service looks there"),
    errors.DatabaseLost: (503, "the database of the library cannot be reached: ask again in a while"),
    errors.WeightsError: (501, "this service lacks the weights that read this: whoever runs it can get them"),
    errors.MissingExtra: (501, "this service lacks the packages for this: whoever runs it can install them"),
    errors.OutOfSpace: (507, "the disk or the memory is used up: whoever runs the service makes room"),
}
"""Errors about the machine: what is told whoever may not know more."""


class Problem(Exception):
    """An answer that says what went wrong and what to do."""

    def __init__(self, status: int, code: str, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.headers = status, code, detail, headers or {}


def problem_document(status: int, code: str, detail: str) -> dict[str, Any]:
    """The error document of the command line with the fields of a problem beside it."""
    return {
        "schema": "lookalike/error/1",
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "message": detail,
        "path": None,
    }


def problem_bytes(status: int, code: str, detail: str) -> bytes:
    """JSON in ASCII: a name with bytes that are no UTF-8 stays escaped."""
    return json.dumps(problem_document(status, code, detail)).encode("ascii")


def response_to(problem: Problem) -> Response:
    """The problem as an answer."""
    body = problem_bytes(problem.status, problem.code, problem.detail)
    return Response(body, problem.status, problem.headers, MEDIA)


def problem_of(error: Exception, role: Role) -> Problem:
    """The problem that an error of ours makes; `role` may see as much of it."""
    from lookalike.app.cli.exits import name_of

    code = name_of(error)
    if isinstance(error, OF_QUESTIONS):
        return Problem(422, code, str(error))
    for kind, (status, told) in HIDDEN.items():
        if isinstance(error, kind):
            again = {"Retry-After": "5"} if status == 503 else {}
            return Problem(status, code, str(error) if role is Role.ADMIN else told, again)
    LOG.error("a request failed", exc_info=error)
    told = "this failed for a reason that the log of the service tells: whoever runs it can look there"
    return Problem(500, code, f"{type(error).__name__}: {error}" if role is Role.ADMIN else told)


def _misused(error: RequestValidationError) -> Problem:
    """Fields that were not understood, by name; never what was sent in them."""
    told = [f"{'.'.join(map(str, each['loc'][1:])) or each['loc'][0]}: {each['msg']}" for each in error.errors()[:5]]
    return Problem(422, "bad_query", f"{'; '.join(told)}: see /docs for the fields of this route")


NO_ROUTE: Final = {
    404: "there is no such route: see /docs for those that there are",
    405: "this route takes another method: see /docs",
}


def add_to(app: FastAPI) -> None:
    """Has every error answered as a problem."""

    async def of_problem(_: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)
        return response_to(error)

    async def of_validation(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return response_to(_misused(error))

    async def of_http(_: Request, error: Exception) -> Response:
        status = getattr(error, "status_code", 500)
        detail = NO_ROUTE.get(status, str(getattr(error, "detail", "")))
        return response_to(Problem(status, "http", detail, dict(getattr(error, "headers", None) or {})))

    app.add_exception_handler(Problem, of_problem)
    app.add_exception_handler(RequestValidationError, of_validation)
    app.add_exception_handler(HTTPException, of_http)
