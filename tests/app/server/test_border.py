"""Which requests come in at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any

import pytest

from lookalike.app.server.border import ALWAYS
from lookalike.app.server.factory import create_app
from lookalike.app.server.roles import Role
from lookalike.app.server.settings import Settings

from .conftest import ALL, Client, Serve, bearer


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8000", "localhost:1", "LOCALHOST", "[::1]:8000"])
def test_this_machine_is_asked_by_its_own_names(client: Client, host: str) -> None:
    assert client.get("/api/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["example.org", "127.0.0.1.example.org", "localhost.", "evil@127.0.0.1.x", "192.168.0.9", "", "[::1", "a\tb"],
)
def test_a_name_of_somebody_else_that_leads_here_is_refused(client: Client, host: str) -> None:
    for url in ("/", "/api/health", "/api/status"):
        assert client.get(url, headers={"Host": host}).status_code == 421


def test_names_that_were_given_and_addresses_of_an_open_service_are_its_own(serve: Serve, shelf: Path) -> None:
    client = serve(shelf / "library", host="0.0.0.0", tokens=ALL, names=("photos.lan",))
    status = {host: client.get("/api/health", headers={"Host": host}).status_code for host in HOSTS}
    assert status == dict(zip(HOSTS, (200, 200, 421), strict=True))


HOSTS = ("photos.lan:8000", "10.0.0.7:8000", "example.org")
FOREIGN: list[dict[str, str]] = [
    {"Origin": "http://example.org"},
    {"Origin": "http://127.0.0.1:9000"},
    {"Origin": "null"},
    {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    {"Origin": "http://127.0.0.1:8000.example.org"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
    {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_a_page_of_another_site_gets_nothing(client: Client, picture_id: str, headers: dict[str, str]) -> None:
    for url in ("/api/status", f"/api/pictures/{picture_id}/thumbnail"):
        assert client.get(url, headers=headers).json()["code"] == "foreign_origin"
    assert client.post("/ask", headers=headers).status_code == 403


def test_its_own_page_and_a_link_from_elsewhere_get_through(client: Client, picture_id: str) -> None:
    own = {"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "same-origin"}
    form = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    asked = {"id": picture_id}
    assert client.post("/api/search", data=asked, headers=own).status_code == 200
    assert client.post("/ask", data=asked, headers=form).status_code == 200
    assert client.get("/ask", params=asked, headers=link).status_code == 200
    assert client.post("/ask", data=asked, headers=link).status_code == 403


def test_every_answer_tells_browsers_to_be_careful(client: Client, picture_id: str) -> None:
    answers = [
        client.get(url) for url in ("/", "/docs", "/api/status", "/nothing", f"/api/pictures/{picture_id}/thumbnail")
    ]
    answers += [client.get("/", headers={"Host": "example.org"}), client.post("/api/search", data={"k": "x"})]
    for answer in answers:
        told = {name.encode(): value.encode() for name, value in answer.headers.items()}
        assert told.items() >= ALWAYS.items()
        assert "cache-control" in answer.headers


def ask(
    library: Path, headers: Iterable[tuple[str, str]], stream: AsyncIterator[bytes], **settings: Any
) -> tuple[int, int]:
    """Status, and how many pieces of the body were taken, of a search as a server hands it over."""
    app = create_app(Settings(library, **settings))
    sent: list[Any] = []
    taken = 0

    async def receive() -> dict[str, Any]:
        nonlocal taken
        piece = await anext(stream, None)
        taken += piece is not None
        return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}

    async def send(message: Any) -> None:
        sent.append(message)

    given = [(name.lower().encode(), value.encode()) for name, value in [("Host", "127.0.0.1"), *headers]]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "method": "POST",
        "path": "/api/search",
        "raw_path": b"/api/search",
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "http_version": "1.1",
        "server": ("127.0.0.1", 8000),
        "client": ("127.0.0.1", 5),
        "headers": given,
    }

    async def run() -> None:
        await app(scope, receive, send)
        await app.state.service.close()

    asyncio.run(run())
    assert [message["type"] for message in sent[:2]] == ["http.response.start", "http.response.body"]
    assert all(message == {"type": "http.response.body", "body": b""} for message in sent[2:])
    return sent[0]["status"], taken


async def pieces(count: int, size: int = 1024) -> AsyncIterator[bytes]:
    """A form with one file."""
    yield b'--x\r\nContent-Disposition: form-data; name="picture"; filename="a.jpg"\r\n\r\n'
    for _ in range(count):
        yield b"x" * size
    yield b"\r\n--x--\r\n"


async def a_slow_one() -> AsyncIterator[bytes]:
    yield b"--x\r\n"
    await asyncio.sleep(3600)


FORM = ("Content-Type", "multipart/form-data; boundary=x")


def test_a_body_that_says_to_be_too_large_is_not_read(shelf: Path) -> None:
    assert ask(shelf / "library", [FORM, ("Content-Length", str(2**25 + 1))], pieces(9)) == (413, 0)


@pytest.mark.parametrize("length", ["-1", "1e3", "0x10"])
def test_a_length_that_is_none_is_refused(shelf: Path, length: str) -> None:
    assert ask(shelf / "library", [FORM, ("Content-Length", length)], pieces(9)) == (400, 0)


def test_a_body_without_a_length_is_not_read(shelf: Path) -> None:
    assert ask(shelf / "library", [FORM, ("Transfer-Encoding", "chunked")], pieces(10**9)) == (411, 0)


def test_a_body_that_is_larger_than_it_said_is_cut_off(shelf: Path) -> None:
    status, taken = ask(shelf / "library", [FORM, ("Content-Length", "1000")], pieces(10**9), body=100_000)
    assert status == 413
    assert taken < 120


def test_a_body_that_does_not_come_is_not_waited_for(shelf: Path) -> None:
    assert ask(shelf / "library", [FORM, ("Content-Length", "9999")], a_slow_one(), seconds=0.2)[0] == 408


def test_nothing_is_read_of_who_may_not_ask(shelf: Path) -> None:
    length = ("Content-Length", "1000")
    assert ask(shelf / "library", [FORM, length], pieces(9), tokens=ALL) == (401, 0)
    wrong = [("Authorization", "Basic YTpi")]
    assert ask(shelf / "library", [FORM, length, *wrong], pieces(9), tokens=ALL) == (401, 0)
    token = list(bearer(Role.READ).items())
    assert ask(shelf / "library", [FORM, length, *token], pieces(9), tokens=ALL)[1] > 0


def test_a_question_for_which_there_is_no_room_is_refused_though_its_body_does_not_come(shelf: Path) -> None:
    length = ("Content-Length", "10000")
    full, empty = {"threads": 1, "waiting": -1}, {"threads": 1, "waiting": 0}
    assert ask(shelf / "library", [FORM, length], a_slow_one(), **full)[0] == 503
    assert ask(shelf / "library", [FORM, length], pieces(9), **full) == (503, 11)  # or the client would not see it
    assert ask(shelf / "library", [FORM, length], a_slow_one(), seconds=0.2, **empty)[0] == 408


def test_bodies_are_held_in_memory_up_to_a_limit(shelf: Path) -> None:
    from lookalike.app.server.border import AT_ONCE, Border
    from lookalike.app.server.problems import Problem

    border = Border(create_app(Settings(shelf / "library")), Settings(shelf / "library", body=100))
    with border._holding(100 * AT_ONCE - 1), border._holding(1):
        with pytest.raises(Problem, match="ask again") as refused, border._holding(1):
            pass
        assert refused.value.headers == {"Retry-After": "2"}
    with border._holding(100 * AT_ONCE):
        pass
