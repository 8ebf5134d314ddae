"""The bytes behind an http(s) URL, for a query: from public servers only, few redirects, bounded in size and time."""

from __future__ import annotations

import io
import queue
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException
from ipaddress import ip_address
from typing import Literal, cast
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from urllib3 import HTTPResponse
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, ProtocolError, ReadTimeoutError
from urllib3.util import ssl_wrap_socket

from lookalike.errors import FetchRefused
from lookalike.search.query.public_address import is_public

REDIRECTS = frozenset({301, 302, 303, 307, 308})
BLOCK = 64 * 1024
RESERVED = "%:/?#[]@!$&'()*+,;=~"
"""Characters that stay as they are when a URL is quoted: they are quoted already, or mean something."""


def look_up(host: str) -> list[str]:
    """Numeric addresses of a name, as the system resolves it."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]


@dataclass(frozen=True)
class Network:
    """The ways out. `resolve` gives numeric addresses of a host; `connect` takes one of them, a port and seconds."""

    resolve: Callable[[str], Sequence[str]] = look_up
    connect: Callable[[tuple[str, int], float], socket.socket] = socket.create_connection
    trust: Callable[[], ssl.SSLContext] = ssl.create_default_context


def fetch(
    url: str,
    *,
    allow_private: bool = False,
    max_bytes: int = 32 * 2**20,
    seconds: float = 10.0,
    redirects: int = 3,
    network: Network = Network(),
) -> bytes:
    """The body that `url` answers with; raises `FetchRefused` for everything else.

    `seconds` covers all of it: names, redirects, and a server that sends a byte at a time. An address is looked up
    once, checked, and then connected to, so that a name cannot change its mind in between; proxies of the environment
    are not asked. https never leads to http.
    """
    deadline = _Deadline(time.monotonic() + seconds, seconds)
    target = _target(url)
    for _ in range(redirects + 1):
        addresses = _addresses(target, network.resolve, deadline, allow_private=allow_private)
        body = _ask(target, addresses, network, deadline, max_bytes)
        if isinstance(body, bytes):
            return body
        if target.scheme == "https" and body.scheme == "http":
            raise FetchRefused(f"{target.url!r} redirects from https to http: {body.url!r}")
        target = body
    raise FetchRefused(f"{url!r} redirects more than {redirects} times, at last to {target.url!r}")


@dataclass(frozen=True)
class _Deadline:
    at: float
    seconds: float

    def left(self) -> float:
        """Seconds, more than 0."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise self.passed()
        return left

    def passed(self) -> FetchRefused:
        return FetchRefused(f"the URL was not fetched within {self.seconds:g} s")


@dataclass(frozen=True)
class _Target:
    """A URL that may be asked, in the parts that a request needs, all ASCII."""

    url: str
    scheme: Literal["http", "https"]
    host: str
    port: int
    path: str


def _target(url: str) -> _Target:
    try:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https"):
            raise FetchRefused(f"only http and https URLs are fetched, not {parts.scheme!r} ones")
        if "@" in parts.netloc:  # said before anything else, so that no message repeats a password
            raise FetchRefused("a URL with a user name or a password is not fetched: download the file yourself")
        host, port = _host(parts), parts.port
    except ValueError as error:
        raise FetchRefused(f"{url!r} is no URL: {error}") from error
    port = port if port is not None else {"http": 80, "https": 443}[parts.scheme]
    if port not in (80, 443) and port <= 1023:
        raise FetchRefused(f"port {port} belongs to another service: only 80, 443 and those above 1023 are asked")
    query = f"?{parts.query}" if parts.query else ""
    path = quote((parts.path or "/") + query, safe=RESERVED, errors="surrogateescape")
    return _Target(url, cast(Literal["http", "https"], parts.scheme), host, port, path)


def _host(parts: SplitResult) -> str:
    """In ASCII; raises ValueError (of which UnicodeError is one) where there is none."""
    host = (parts.hostname or "").encode("idna").decode("ascii")
    if not re.fullmatch(r"[a-z0-9._-]+|[0-9a-f:.]+", host, re.IGNORECASE):
        raise ValueError("it has no host" if not host else f"{host!r} is no name of a host")
    return host


def _addresses(
    target: _Target, resolve: Callable[[str], Sequence[str]], deadline: _Deadline, *, allow_private: bool
) -> list[str]:
    """Numeric; all of them public, unless private ones are allowed."""
    found = [ip_address(address) for address in _within(deadline, lambda: resolve(target.host))]
    if not found:
        raise FetchRefused(f"no address is known for {target.host!r}")
    for address in found:
        if not (allow_private or is_public(address)):
            raise FetchRefused(
                f"{target.host!r} is at {address}, which is not a public address: download the file yourself"
            )
    return [str(address) for address in found]


def _within(deadline: _Deadline, look: Callable[[], Sequence[str]]) -> Sequence[str]:
    """Result of `look`; the system's resolver knows no deadline, so it is left behind when it takes too long."""
    outcome: queue.SimpleQueue[Sequence[str] | OSError | UnicodeError] = queue.SimpleQueue()

    def run() -> None:
        try:
            outcome.put(look())
        except (OSError, UnicodeError) as error:
            outcome.put(error)

    threading.Thread(target=run, daemon=True, name="resolve").start()
    try:
        found = outcome.get(timeout=deadline.left())
    except queue.Empty:
        raise deadline.passed() from None
    if isinstance(found, Exception):
        raise FetchRefused(f"the host of the URL was not found: {found}") from found
    return found


def _ask(
    target: _Target, addresses: Sequence[str], network: Network, deadline: _Deadline, max_bytes: int
) -> bytes | _Target:
    """The body, or where the server says it is."""
    try:
        with closing(_connected(target, addresses, network, deadline)) as stream:
            response = _response(target, stream, deadline)
            if response.status in REDIRECTS:
                return _target(_location(target, response))
            if response.status != HTTPStatus.OK:
                raise FetchRefused(f"{target.url!r} answers {response.status}{_phrase(response.status)}")
            return _body(target, response, max_bytes)
    except (TimeoutError, ReadTimeoutError):
        raise deadline.passed() from None
    except ssl.SSLCertVerificationError as error:
        raise FetchRefused(
            f"{target.host!r} does not prove who it is: {error.verify_message or error.reason}"
        ) from error
    except (OSError, HTTPException, HTTPError) as error:
        raise FetchRefused(f"{target.url!r} was not fetched: {error or type(error).__name__}") from error


def _connected(target: _Target, addresses: Sequence[str], network: Network, deadline: _Deadline) -> socket.socket:
    """A socket to the first address that answers; over TLS, the certificate is that of the name."""
    errors = []
    for at, address in enumerate(addresses):
        share = deadline.left() / (len(addresses) - at)  # one that is silent leaves time for the others
        try:
            stream = network.connect((address, target.port), share)
            break
        except OSError as error:
            errors.append(error)
    else:
        raise errors[0]
    if target.scheme == "http":
        return stream
    with stream:  # wrapping detaches it; where that fails it is closed
        stream.settimeout(deadline.left())
        return ssl_wrap_socket(stream, server_hostname=target.host, ssl_context=network.trust())


def _response(target: _Target, stream: socket.socket, deadline: _Deadline) -> HTTPResponse:
    kind = HTTPSConnection if target.scheme == "https" else HTTPConnection
    connection = kind(target.host, target.port)
    connection.auto_open = 0  # only ever the socket that it is given
    connection.sock = cast(socket.socket, _Stream(stream, deadline))
    headers = {"Accept": "image/*,*/*;q=0.5", "User-Agent": "lookalike", "Connection": "close"}
    connection.request("GET", target.path, headers=headers, preload_content=False, decode_content=False)
    return connection.getresponse()


@dataclass(frozen=True)
class _Stream:
    """Socket for urllib3. A socket's own timeout starts again with every byte; this deadline does not."""

    stream: socket.socket
    deadline: _Deadline

    def sendall(self, data: bytes) -> None:
        self.stream.settimeout(self.deadline.left())
        self.stream.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self.stream, self.deadline), BLOCK)

    def settimeout(self, _seconds: float | None) -> None:
        """Nothing: the deadline decides."""

    def close(self) -> None:
        """Nothing: urllib3 closes before the body is read; the owner of the socket closes it."""


class _Reader(io.RawIOBase):
    def __init__(self, stream: socket.socket, deadline: _Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        self._stream.settimeout(self._deadline.left())
        return self._stream.recv_into(buffer)


def _location(target: _Target, response: HTTPResponse) -> str:
    location = response.headers.get("Location")
    if not location:
        raise FetchRefused(f"{target.url!r} redirects, but does not say where")
    try:
        return urljoin(target.url, quote(location.encode("latin-1"), safe=RESERVED))  # urllib3 reads it as latin-1
    except ValueError as error:
        raise FetchRefused(f"{target.url!r} redirects to what is no URL ({error})") from error


def _phrase(status: int) -> str:
    """Ours, not the server's: that is any text."""
    try:
        return f" ({HTTPStatus(status).phrase})"
    except ValueError:
        return ""


def _body(target: _Target, response: HTTPResponse, max_bytes: int) -> bytes:
    """All of it, counted while it comes."""
    declared = response.length_remaining
    too_large = FetchRefused(f"{target.url!r} is larger than {max_bytes / 2**20:g} MB")
    if declared is not None and declared > max_bytes:
        raise too_large
    body = bytearray()
    try:
        for block in response.stream(BLOCK, decode_content=False):
            body += block
            if len(body) > max_bytes:
                raise too_large
    except ProtocolError as error:
        if declared is None:
            raise
        raise FetchRefused(f"{target.url!r} ended after {len(body)} of {declared} bytes") from error
    return bytes(body)
