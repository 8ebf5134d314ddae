"""Every route takes a role, and nobody passes with less."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lookalike.app.server.admission import GuardedRoute, Sessions, takes
from lookalike.app.server.factory import create_app
from lookalike.app.server.roles import Role, Tokens, tokens_in
from lookalike.app.server.settings import Settings
from lookalike.errors import BadQuery

from .conftest import ALL, TOKENS, Client, Serve, bearer

APP = create_app(Settings(Path("nowhere")))
TABLE = sorted((method, route.path, route.role) for route in APP.routes for method in route.methods)  # type: ignore[attr-defined]
ID = "0" * 64
OPENING = {"/", "/ask", "/docs", "/openapi.json", "/web/{name}"}
"""For browsers, and not described."""


def refusal(response: Any) -> str | None:
    """`unauthorized` or `forbidden`; None where the guard let it pass."""
    if not response.headers["content-type"].startswith("application/problem+json"):
        return None
    code = response.json()["code"]
    return code if code in ("unauthorized", "forbidden") else None


@pytest.mark.parametrize(("method", "path", "needed"), TABLE, ids=[f"{method} {path}" for method, path, _ in TABLE])
def test_a_route_is_passed_by_its_role_and_those_above_alone(
    guarded: Client, monkeypatch: pytest.MonkeyPatch, method: str, path: str, needed: Role
) -> None:
    client = guarded
    client.cookies.clear()
    url = path.replace("{id}", ID).replace("{token}", "none").replace("{name}", "page.css")
    asked: dict[str, Any] = {"json": {"folders": ["none"]}} if path == "/api/jobs/index" else {}
    if path == "/api/jobs/dupes":  # which would begin
        monkeypatch.setattr(client.app.state.service.jobs, "start", _never)
    open_to_all = needed is Role.OPEN
    assert refusal(client.request(method, url, **asked)) == (None if open_to_all else "unauthorized")
    wrong = {"Authorization": "Bearer read-of-another-service"}
    assert client.request(method, url, headers=wrong, **asked).status_code == 401
    for role in TOKENS:
        expected = None if role >= needed else "forbidden"
        assert refusal(client.request(method, url, headers=bearer(role), **asked)) == expected
        client.cookies.clear()


async def _never(*_: object) -> None:
    raise BadQuery("no job begins here")


def test_every_route_is_guarded_and_described_with_its_role() -> None:
    described = APP.openapi()["paths"]
    for route in APP.routes:
        assert isinstance(route, GuardedRoute)
        if route.path not in OPENING:
            told = described[route.path]
            assert [told[method.lower()]["x-role"] for method in route.methods] == [route.role.name.lower()]
    assert len(TABLE) >= 43


def test_a_route_without_a_role_cannot_be_made() -> None:
    app = create_app(Settings(Path("nowhere")))
    with pytest.raises(KeyError):
        app.get("/new")(test_every_route_is_guarded_and_described_with_its_role)
    app.get("/new", **takes(Role.READ))(test_every_route_is_guarded_and_described_with_its_role)


def test_without_tokens_this_machine_reads_and_does_no_more(serve: Serve, shelf: Path) -> None:
    client = serve(shelf / "library")
    assert client.get("/api/status").json()["role"] == "read"
    assert client.get("/api/folders").status_code == 403
    assert serve(shelf / "library", role=Role.WRITE).get("/api/folders").status_code == 200


def test_a_browser_shows_its_token_once(serve: Serve, shelf: Path) -> None:
    client = serve(shelf / "library", tokens=ALL)
    assert client.post("/api/session").status_code == 401
    opened = client.post("/api/session", headers=bearer(Role.WRITE))
    cookie = opened.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert TOKENS[Role.WRITE] not in cookie
    assert client.get("/api/status").json()["role"] == "write"
    kept = dict(client.cookies)
    assert client.delete("/api/session").json()["role"] == "open"
    client.cookies.update(kept)
    assert client.get("/api/status").status_code == 401


def test_a_session_that_was_made_up_is_none(serve: Serve, shelf: Path) -> None:
    client = serve(shelf / "library", tokens=ALL)
    for name in ("", "admin", TOKENS[Role.ADMIN]):
        assert client.get("/api/status", headers={"Cookie": f"lookalike_session={name}"}).status_code == 401


def test_sessions_that_nobody_ended_are_forgotten_in_the_end(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("lookalike.app.server.admission.SESSIONS", 2)
    sessions = Sessions(tmp_path)
    first, second, third = (sessions.open(Role.READ) for _ in range(3))
    assert [sessions.role_of(each) for each in (first, second, third)] == [None, Role.READ, Role.READ]


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.7", "::", "example.org"])
def test_others_reach_it_with_tokens_alone(host: str) -> None:
    with pytest.raises(BadQuery, match="--tokens FILE"):
        Settings(Path("library"), host)
    assert Settings(Path("library"), host, tokens=ALL).host == host


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.8.8.8"])
def test_this_machine_needs_none(host: str) -> None:
    assert Settings(Path("library"), host).is_local


def written(folder: Path, text: str, mode: int = 0o600) -> Path:
    file = folder / "tokens"
    file.write_text(text)
    file.chmod(mode)
    return file


def test_tokens_stand_in_a_file_with_their_roles(tmp_path: Path) -> None:
    file = written(tmp_path, "# for the shop\nread 0123456789abcdef\n\nadmin fedcba9876543210\n")
    tokens = tokens_in(file)
    assert tokens.role_of("0123456789abcdef") is Role.READ
    assert tokens.role_of("fedcba9876543210") is Role.ADMIN
    assert tokens.role_of("0123456789abcde") is None
    assert tokens.role_of("é") is None
    assert "0123" not in repr(tokens)


@pytest.mark.parametrize(
    ("text", "mode", "told"),
    [
        ("read 0123456789abcde", 0o600, "has 15 characters"),
        ("owner 0123456789abcdef", 0o600, "not ROLE TOKEN"),
        ("open 0123456789abcdef", 0o600, "not ROLE TOKEN"),
        ("read", 0o600, "not ROLE TOKEN"),
        ("# none\n", 0o600, "holds no token"),
        ("read 0123456789abcdef\nadmin 0123456789abcdef", 0o600, "twice"),
        ("read 0123456789abcdef", 0o644, "chmod 600"),
    ],
)
def test_a_file_of_tokens_that_will_not_do_is_refused(tmp_path: Path, text: str, mode: int, told: str) -> None:
    with pytest.raises(BadQuery, match=told) as refused:
        tokens_in(written(tmp_path, text, mode))
    assert "0123456789abcde" not in str(refused.value)


def test_a_file_of_tokens_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadQuery, match="cannot read tokens"):
        tokens_in(tmp_path / "none")


def test_no_tokens_are_none() -> None:
    assert not Tokens()
