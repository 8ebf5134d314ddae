"""The border: which requests come in at all, how large and how slow, and what every answer says to browsers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlsplit

from lookalike.app.server.problems import MEDIA, Problem, problem_bytes
from lookalike.app.server.settings import Settings

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]
Headers = dict[bytes, bytes]

AT_ONCE: Final = 8
"""Bodies of the largest size that are held at once."""
DIGITS: Final = 15
"""Digits of a length that is read as a number."""
SAFE: Final = ("GET", "HEAD")
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
ALWAYS: Final[dict[bytes, bytes]] = {
    b"content-security-policy": POLICY.encode(),
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-resource-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
    b"x-frame-options": b"DENY",
}
UNLESS_SAID: Final[dict[bytes, bytes]] = {b"cache-control": b"no-store"}


class Border:
    """An application behind the checks of `settings`: nothing is read of what fails them."""

    def __init__(self, app: Application, settings: Settings) -> None:
        self.app, self.settings = app, settings
        self._held = 0
        """Bytes of the bodies of all requests in work, as they declare."""

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "http":  # and no web sockets: there are none here
            await self._http(scope, receive, _with_headers(send))

    async def _http(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        body = _Body(receive, self.settings)
        try:
            headers: Headers = dict(scope["headers"])
            _check_host(headers, self.settings)
            _check_origin(scope["method"], headers)
            with self._holding(_length(headers, self.settings.body)):
                await self.app(scope, body.receive, body.unless_refused(send))
        except Problem as problem:
            if not body.answered:
                await _answer(problem, send)
        else:
            if body.refused is not None and not body.answered:
                await _answer(body.refused, send)

    @contextmanager
    def _holding(self, length: int) -> Iterator[None]:
        """Raises where too much is held already: bodies are read into memory."""
        if self._held + length > AT_ONCE * self.settings.body:
            raise Problem(503, "busy", "too many pictures at once: ask again in 2 s", {"Retry-After": "2"})
        self._held += length
        try:
            yield
        finally:
            self._held -= length


def _check_host(headers: Headers, settings: Settings) -> None:
    """Raises where the name that was asked for is not this service's."""
    host = _host(headers)
    if host is None or not settings.serves(host):
        raise Problem(421, "wrong_host", "this service does not go by that name: ask at the address that it printed")


def _host(headers: Headers) -> str | None:
    try:
        return urlsplit(f"//{headers.get(b'host', b'').decode('ascii')}").hostname
    except ValueError:
        return None


def _check_origin(method: str, headers: Headers) -> None:
    """Raises where a page of another site had the browser send this.

    A page that sends no referrer has its forms say `null`; then the browser must say that it is our own.
    """
    site = headers.get(b"sec-fetch-site", b"").decode("latin-1")
    is_link = method in SAFE and headers.get(b"sec-fetch-mode") == b"navigate"
    if site in ("cross-site", "same-site") and not is_link:
        raise _foreign()
    origin = headers.get(b"origin", b"").decode("latin-1")
    if not origin or (origin == "null" and site == "same-origin"):
        return
    if urlsplit(origin).netloc.lower() != headers.get(b"host", b"").decode("latin-1").lower():
        raise _foreign()


def _foreign() -> Problem:
    return Problem(
        403, "foreign_origin", "a page of another site asked for this: open the page of this service instead"
    )


def _length(headers: Headers, most: int) -> int:
    """Bytes of the body; raises where it is too large, or does not say how large it is."""
    length = headers.get(b"content-length")
    if b"transfer-encoding" in headers and length is None:
        raise Problem(411, "no_length", "send the length of the body: with curl, -F or --data-binary @FILE")
    if length is not None and not length.isdigit():
        raise Problem(400, "bad_length", "Content-Length is no number")
    if length is not None and (len(length) > DIGITS or int(length) > most):
        raise _too_large(most)
    return 0 if length is None else int(length)


def _too_large(most: int) -> Problem:
    return Problem(413, "too_large", f"this is larger than {most / 2**20:g} MB: send a smaller picture")


class _Body:
    """A body that comes in time and is no larger than it may be; else it ends, and the answer is a problem."""

    def __init__(self, receive: Receive, settings: Settings) -> None:
        self._receive = receive
        self._most = settings.body
        self._seconds = settings.seconds
        self._until = time.monotonic() + settings.seconds
        self._bytes = 0
        self._whole = False
        self.refused: Problem | None = None
        self.answered = False

    async def receive(self) -> Message:
        """The next piece of it; after the last one, what the server says of the connection."""
        if self._whole:
            return await self._receive()
        try:
            message = await asyncio.wait_for(self._receive(), max(self._until - time.monotonic(), 0.001))
        except TimeoutError:
            detail = f"the body did not come within {self._seconds:g} s: send it again on a faster line"
            return self._refuse(Problem(408, "too_slow", detail, {"Connection": "close"}))
        self._bytes += len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        if self._bytes > self._most:
            return self._refuse(_too_large(self._most))
        return message

    def _refuse(self, problem: Problem) -> Message:
        self.refused, self._whole = problem, True
        raise problem

    def unless_refused(self, send: Send) -> Send:
        """Sends nothing of an answer to what was refused."""

        async def sent(message: Message) -> None:
            if self.refused is None or self.answered:
                self.answered = True
                await send(message)

        return sent


def _with_headers(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = [(name.lower(), value) for name, value in message.get("headers", ())]
            named = {name for name, _ in given}
            kept = [(name, value) for name, value in given if name not in ALWAYS]
            more = [(name, value) for name, value in UNLESS_SAID.items() if name not in named]
            message = {**message, "headers": [*kept, *more, *ALWAYS.items()]}
        await send(message)

    return sent


async def _answer(problem: Problem, send: Send) -> None:
    body = problem_bytes(problem.status, problem.code, problem.detail)
    headers = {"Content-Type": MEDIA, "Content-Length": str(len(body)), **problem.headers}
    start = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": problem.status, "headers": start})
    await send({"type": "http.response.body", "body": body})
