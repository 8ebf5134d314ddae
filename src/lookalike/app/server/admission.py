"""Who may do what: one function that every route passes, before a byte of the body is read."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Coroutine, MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from lookalike.app.server.border import Receive, Send
from lookalike.app.server.problems import MEDIA, HTTPException, Problem, problem_bytes, problem_of, response_to
from lookalike.app.server.roles import NAMES, Role
from lookalike.app.server.settings import Settings
from lookalike.app.server.shared_files import SharedFiles

COOKIE: Final = "lookalike_session"
SESSIONS: Final = 1000
ROLE: Final = "x-role"
"""The field of a route's OpenAPI that says which role it takes."""
MOMENT: Final = 1.0
"""Seconds that are given to the body of a question that was refused."""
QUEUES: Final = "x-queues"
"""The field that says that it answers 503 where too many ask at once."""


def admitted(needed: Role, settings: Settings, sessions: Sessions, token: str | None, session: str | None) -> Role:
    """Role of who asks; raises `Problem` where it is less than what is `needed`.

    A wrong token is refused even where none is needed, so that who gave it learns of it.
    """
    if token is not None:
        found = settings.tokens.role_of(token)
        if found is None:
            raise _unknown("this token is not known here")
        role = found
    elif settings.tokens:
        role = sessions.role_of(session) or Role.OPEN
    else:
        role = settings.role
    if role >= needed:
        return role
    if role is Role.OPEN:
        raise _unknown("this service takes a token: send the header `Authorization: Bearer TOKEN`")
    raise Problem(403, "forbidden", f"this takes the role {needed.name.lower()}, and you have {role.name.lower()}")


def _unknown(detail: str) -> Problem:
    return Problem(401, "unauthorized", detail, {"WWW-Authenticate": "Bearer"})


class Sessions:
    """Browsers that showed a token once; forgotten when the service ends, the oldest first where there are many."""

    def __init__(self, folder: Path) -> None:
        self._roles = SharedFiles(folder / "sessions", SESSIONS)

    def open(self, role: Role) -> str:
        """A new one, by a name that cannot be guessed."""
        name = secrets.token_urlsafe(24)
        self._roles.put(name, role.name.encode())
        return name

    def close(self, name: str | None) -> None:
        """Forgets it."""
        self._roles.drop(name or "")

    def role_of(self, name: str | None) -> Role | None:
        """None where it is unknown."""
        known = self._roles.get(name or "")
        return None if known is None else Role[known.decode()]


def bearer_of(request: Request) -> str | None:
    """Token of the Authorization header; an empty one where the header says something else."""
    header = request.headers.get("authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


class GuardedRoute(APIRoute):
    """A route that takes a role, which stands in its OpenAPI under `x-role`; one without cannot be made."""

    @property
    def role(self) -> Role:
        """Role that it takes."""
        return NAMES[(self.openapi_extra or {})[ROLE]]

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        needed, handler = self.role, super().get_route_handler()
        queues = (self.openapi_extra or {}).get(QUEUES, False)

        async def guarded(request: Request) -> Response:
            service = request.app.state.service
            session = request.cookies.get(COOKIE)
            role = admitted(needed, service.settings, service.sessions, bearer_of(request), session)
            request.state.role = role
            if queues and service.questions.is_full:
                return Refused(service.questions.refusal())
            try:
                return await handler(request)
            except (Problem, HTTPException, RequestValidationError):
                raise
            except Exception as error:  # noqa: BLE001  the last door: every error becomes a problem
                return response_to(problem_of(error, role))

        return guarded


class Refused(Response):
    """A response that is sent before the body of the request has come.

    The body is let go by unparsed for a moment after: who sends one to a closed connection never sees the answer.
    """

    def __init__(self, problem: Problem) -> None:
        body = problem_bytes(problem.status, problem.code, problem.detail)
        super().__init__(body, problem.status, problem.headers, MEDIA)

    async def __call__(self, _: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})
        with suppress(TimeoutError):
            async with asyncio.timeout(MOMENT):
                while (await receive()).get("more_body", False):
                    pass
        await send({"type": "http.response.body", "body": b""})


def takes(role: Role, *, queues: bool = False) -> dict[str, Any]:
    """Arguments of a route that takes this role; one that `queues` is refused at once where too many ask."""
    extra = {ROLE: role.name.lower(), **({QUEUES: True} if queues else {})}
    return {"openapi_extra": extra, "response_model_exclude_unset": True}
