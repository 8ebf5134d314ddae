"""The service on a socket, by granian, which gives up on headers that do not come."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from lookalike.app.server.settings import Settings
from lookalike.errors import BadQuery, MissingExtra

if TYPE_CHECKING:
    from fastapi import FastAPI

HEADERS: Final = 10_000
"""Milliseconds in which the headers of a request must have come."""
AT_ONCE: Final = 128
"""Requests in work at once, those that only wait for their body included."""
TURN: Final = 0.0005
"""Seconds that a thread may hold the interpreter while others wait; a refusal takes several turns."""


def listen(settings: Settings, on_ready: Callable[[str], object]) -> None:
    """Serves until Ctrl-C; `on_ready` is told the address. Raises `BadQuery` where it cannot listen there."""
    with TemporaryDirectory(prefix="lookalike-", ignore_cleanup_errors=True) as shared:
        _listen(replace(settings, port=free_port(settings.host, settings.port), shared=Path(shared)), on_ready)


def _listen(settings: Settings, on_ready: Callable[[str], object]) -> None:
    if settings.workers > 1:
        _count_together(settings)
    try:
        from granian import Granian
        from granian.constants import HTTPModes, Interfaces
        from granian.http import HTTP1Settings
        from granian.log import LogLevels

        import lookalike.app.server.factory  # noqa: F401  says here what is missing
    except ImportError as error:
        raise MissingExtra("a service needs more packages: pip install 'lookalike[server]'") from error
    server = Granian(
        "lookalike",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=settings.workers,
        respawn_failed_workers=settings.workers > 1,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEADERS),
        websockets=False,
        backpressure=AT_ONCE,
        log_level=LogLevels.warning,
        workers_kill_timeout=40,
    )
    told = threading.Thread(target=_tell, args=(settings, on_ready), daemon=True)
    server.on_startup(told.start)
    server.serve(target_loader=partial(_application, settings), wrap_loader=False)


def _count_together(settings: Settings) -> None:
    """Has prometheus_client keep its counters in files, before it is imported here or in a process of the service."""
    folder = (settings.shared or Path()) / "measures"
    folder.mkdir(mode=0o700)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def _application(settings: Settings) -> FastAPI:
    """The application, in a process whose event loop waits for no thread for long."""
    from lookalike.app.server.factory import create_app
    from lookalike.app.server.measures import FOLDER, forget_the_dead

    if FOLDER in os.environ:
        forget_the_dead(Path(os.environ[FOLDER]))
    sys.setswitchinterval(TURN)
    return create_app(settings)


def _tell(settings: Settings, on_ready: Callable[[str], object]) -> None:
    """Tells once somebody answers: the workers take a while to come up."""
    for _ in range(1200):
        with suppress(OSError), socket.create_connection((_reached(settings.host), settings.port), 1):
            on_ready(address_of(settings))
            return
        time.sleep(0.05)


def _reached(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)


def address_of(settings: Settings) -> str:
    """The URL of the page."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}/"


def free_port(host: str, port: int) -> int:
    """`port`, or one that is free for 0; raises `BadQuery` where it is taken, or `host` is none of this machine."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(address)
            return int(tried.getsockname()[1])
    except OSError as error:
        why = error.strerror or str(error)
        raise BadQuery(f"cannot listen at {host} port {port} ({why}): choose another with --port or --host") from error
