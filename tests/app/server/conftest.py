"""The service without a socket, on the pictures of the shelf."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from lookalike.app.server.roles import Role, Tokens

TOKENS = {role: f"{role.name.lower()}-" + "0123456789abcdef" for role in Role if role}
ALL = Tokens({token: role for role, token in TOKENS.items()})
Client = Any
Serve = Callable[..., Client]


@contextmanager
def clients() -> Iterator[Serve]:
    """Clients of services with these settings, closed at the end."""
    from fastapi.testclient import TestClient

    from lookalike.app.server.factory import create_app
    from lookalike.app.server.settings import Settings

    with ExitStack() as stack:

        def served(library: Path, **settings: Any) -> Client:
            app = create_app(Settings(library, **settings))
            return stack.enter_context(TestClient(app, base_url="http://127.0.0.1:8000"))

        yield served


@pytest.fixture
def serve() -> Iterator[Serve]:
    """A service of the test's own."""
    with clients() as served:
        yield served


@pytest.fixture(scope="module")
def lent() -> Iterator[Serve]:
    """A service that a file's tests share."""
    with clients() as served:
        yield served


@pytest.fixture(scope="module")
def client(lent: Serve, shelf: Path) -> Client:
    """For this machine alone, and only for reading."""
    return lent(shelf / "library")


@pytest.fixture(scope="module")
def guarded(lent: Serve, shelf: Path) -> Client:
    """With a token for each role."""
    return lent(shelf / "library", tokens=ALL)


@pytest.fixture(scope="module")
def fetching(lent: Serve, shelf: Path) -> Client:
    """Asks servers for pictures."""
    return lent(shelf / "library", urls=True)


def bearer(role: Role) -> dict[str, str]:
    return {"Authorization": f"Bearer {TOKENS[role]}"}


@pytest.fixture
def picture(shelf: Path) -> bytes:
    return (shelf / "photos" / "0.png").read_bytes()


@pytest.fixture
def picture_id(picture: bytes) -> str:
    import hashlib

    return hashlib.sha256(picture).hexdigest()
