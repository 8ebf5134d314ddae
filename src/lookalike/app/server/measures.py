"""Figures of a service in the form that Prometheus reads."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from lookalike.app.server.border import Application, Message, Receive, Send

SECONDS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Measures:
    """Counts of one service, apart from those of any other in the process."""

    def __init__(self, waiting: Callable[[], float]) -> None:
        self._registry = CollectorRegistry()
        labels = ("route", "method", "status")
        self.requests = Counter("lookalike_requests", "Requests answered.", labels, registry=self._registry)
        self.seconds = Histogram(
            "lookalike_request_seconds",
            "Seconds from request to answer.",
            ("route",),
            buckets=SECONDS,
            registry=self._registry,
        )
        questions = Gauge("lookalike_questions", "Questions in work and in wait.", registry=self._registry)
        questions.set_function(waiting)
        self.pictures = Gauge("lookalike_pictures", "Files in the library.", registry=self._registry)

    def text(self) -> bytes:
        """The whole of it."""
        return generate_latest(self._registry)


class Measured:
    """An application whose requests are counted, by the pattern of their route and never by what was in their path."""

    def __init__(self, app: Application, measures: Measures) -> None:
        self.app, self.measures = app, measures

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def noted(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await _run(self.app, scope, receive, noted)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            method = scope["method"] if scope["method"] in ("GET", "HEAD", "POST", "DELETE") else "other"
            self.measures.requests.labels(route, method, status).inc()
            self.measures.seconds.labels(route).observe(time.perf_counter() - started)


async def _run(app: Application, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
    waiting: Awaitable[None] = app(scope, receive, send)
    await waiting
