"""The service answers as its description says, whatever is sent: drawn by schemathesis from the OpenAPI document."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from lookalike.app.server.factory import create_app
from lookalike.app.server.jobs import Jobs, Reserved
from lookalike.app.server.roles import Role
from lookalike.app.server.settings import Settings

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not here")
EXAMPLES = 6
"""Requests that are drawn of each route; a run at length raises it."""


@pytest.fixture(scope="module")
def described(shelf: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The description of a service on which everybody may do all, but for its jobs, which end having done nothing."""
    added = tmp_path_factory.mktemp("added")
    app = create_app(Settings(shelf / "library", role=Role.ADMIN, names=("testserver",), uploads=added))

    async def of_one_life(scope: Any, receive: Any, send: Any) -> None:
        """Begins and ends once, and not with each request."""
        if scope["type"] != "lifespan":
            await app(scope, receive, send)
            return
        for stage in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{stage}.complete"})

    yield schemathesis.openapi.from_asgi("/openapi.json", of_one_life)
    asyncio.run(app.state.service.close())


@pytest.fixture(autouse=True)
def _no_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    def begin(_: Jobs, reserved: Reserved, *__: object) -> None:
        reserved.job.state = "done"

    monkeypatch.setattr(Jobs, "begin", begin)


ROUTES = sorted(
    (path, method)
    for path, routes in create_app(Settings(Path("nowhere"))).openapi()["paths"].items()
    for method in routes
)


@pytest.mark.parametrize(("path", "method"), ROUTES, ids=[f"{method} {path}" for path, method in ROUTES])
def test_a_route_answers_as_it_is_described(described: Any, path: str, method: str) -> None:
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import response_schema_conformance

    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=described[path][method].as_strategy())
    def ask(case: Any) -> None:
        response = case.call()
        case.validate_response(response, checks=[not_a_server_error, response_schema_conformance])
        if response.status_code >= 400:
            told = response.json()
            assert told["schema"] == "lookalike/error/1"
            assert told["detail"]

    ask()
