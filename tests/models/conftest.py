"""A small server on loopback, a cache of its own for each test, and rows of the weights table that a test adds."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from lookalike.models.table import WEIGHTS, AtUrl, InPackage, Weights

CONTENT = bytes(range(256)) * 4096
"""1 MiB."""

AddRow = Callable[..., Weights]


@dataclass
class Server:
    """Serves `content` everywhere. `cut`: breaks off after so many bytes of an answer; `ranges`: whether it resumes."""

    url: str
    content: bytes = CONTENT
    cut: int | None = None
    ranges: bool = True
    asked: list[str | None] = field(default_factory=list)
    """The Range header of each request."""


@pytest.fixture
def server() -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers["Range"]
            state.asked.append(wanted)
            start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and state.ranges else 0
            if start >= len(state.content):
                self.send_error(416)
                return
            body = state.content[start:]
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: state.cut])

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        state = Server(f"http://127.0.0.1:{listening.server_port}/weights.pth")
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield state
        listening.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of weights that this test alone sees; fetching is allowed."""
    monkeypatch.setenv("LOOKALIKE_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("LOOKALIKE_OFFLINE", raising=False)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    return tmp_path / "cache" / "weights"


@pytest.fixture
def add_row(monkeypatch: pytest.MonkeyPatch) -> AddRow:
    """Puts a row into the table for as long as the test runs."""

    def add(source: AtUrl | InPackage, *, content: bytes = CONTENT, name: str = "tried") -> Weights:
        sha256 = hashlib.sha256(content).hexdigest()
        weights = Weights(name, source, sha256, len(content), "Apache-2.0", "made for a test")
        monkeypatch.setitem(WEIGHTS, name, weights)  # type: ignore[arg-type]
        return weights

    return add


@pytest.fixture
def weights(server: Server, add_row: AddRow) -> Weights:
    """A row whose file is on the server."""
    return add_row(AtUrl(server.url))
