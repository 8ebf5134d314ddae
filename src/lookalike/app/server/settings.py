"""Settings of a service, checked before anything listens."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from lookalike.app.server.roles import Role, Tokens
from lookalike.errors import BadQuery
from lookalike.location import LocationLike

LOCAL: Final = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Settings:
    """One service: its library, where it listens, and what it allows.

    Without `tokens` whoever reaches it has `role`, and it listens on this machine alone. `names` are host names by
    which it is asked besides `host`. `roots` are folders that may be indexed besides those that the library holds;
    `aside` is the one into which superfluous files may be moved, `uploads` the one that keeps pictures that are sent.
    Processes of one service share its `key` and the folder `shared`; None: it has but one process.
    Raises `BadQuery` where others could reach it and no token is needed.
    """

    library: LocationLike
    host: str = "127.0.0.1"
    port: int = 8000
    tokens: Tokens = field(default_factory=Tokens)
    role: Role = Role.READ
    names: tuple[str, ...] = ()
    roots: tuple[Path, ...] = ()
    aside: Path | None = None
    uploads: Path | None = None
    originals: bool = False
    urls: bool = False
    body: int = 32 * 2**20
    """Bytes of a request's body."""
    seconds: float = 30.0
    """Seconds in which a body must have come."""
    workers: int = 1
    """Processes that answer; they read one library."""
    threads: int = 2
    """Questions that are answered at once, by each process."""
    waiting: int = 32
    """Questions that wait for their turn in each process, the most; more are refused."""
    shared: Path | None = None
    key: bytes = field(default_factory=partial(secrets.token_bytes, 32), repr=False, compare=False)

    def __post_init__(self) -> None:
        if not (self.is_local or self.tokens):
            raise BadQuery(
                f"others can reach {self.host!r}: give --tokens FILE with lines such as `read TOKEN`, "
                "or leave out --host, and only this machine can ask"
            )

    @property
    def is_local(self) -> bool:
        """Whether only this machine reaches it."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    def serves(self, host: str) -> bool:
        """Whether `host`, of a request's Host header without the port, is a name of this service.

        Where it listens at every address, each address is; a name that was not given may be somebody else's, who had it
        lead here (DNS rebinding).
        """
        named = {self.host, *self.names, *(LOCAL if self.is_local else ())}
        if host.lower() in {name.lower() for name in named}:
            return True
        return self.host in ("0.0.0.0", "::") and (host == "localhost" or _is_address(host))


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
