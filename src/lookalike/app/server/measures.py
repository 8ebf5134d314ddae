"""Figures of a service in the form that Prometheus reads."""

from __future__ import annotations

import os
import time
from collections.abc import Awaitable, MutableMapping
from pathlib import Path
from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from lookalike.app.server.border import Application, Message, Receive, Send
from lookalike.app.server.job_records import is_there

FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
SECONDS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Measures:
    """Counts of one service, apart from those of any other; of all its processes where `FOLDER` is in the environment.

    The counters of several processes lie in files, which prometheus_client decides when it is imported.
    """

    def __init__(self) -> None:
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
        self.questions = Gauge(
            "lookalike_questions",
            "Questions in work and in wait.",
            registry=self._registry,
            multiprocess_mode="livesum",
        )
        self.pictures = Gauge(
            "lookalike_pictures", "Files in the library.", registry=self._registry, multiprocess_mode="mostrecent"
        )

    def text(self) -> bytes:
        """The whole of it, whichever process is asked."""
        if FOLDER not in os.environ:
            return generate_latest(self._registry)
        gathered = CollectorRegistry()
        MultiProcessCollector(gathered)  # type: ignore[no-untyped-call]
        return generate_latest(gathered)


def forget_the_dead(folder: Path) -> None:
    """Drops what killed processes said of themselves, such as questions in work; what they counted stays."""
    for file in folder.glob("gauge_live*_*.db"):
        pid = int(file.stem.rpartition("_")[2])
        if not is_there(pid):
            mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]


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
