"""Threads for work that blocks: so many at once, as many in wait as are soon served, and the others are told when."""

from __future__ import annotations

import asyncio
import math
import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, ParamSpec, TypeVar

from lookalike.app.server.problems import Problem

P = ParamSpec("P")
T = TypeVar("T")
PATIENCE: Final = 1.0
"""Seconds that the last one in wait may have to wait, as far as that is known."""
LEAST: Final = 4
"""Questions that may wait however long each takes: one person has several at once."""
BEHIND: Final = 5
"""Steps of priority by which work stands behind the event loop."""
SHARE: Final = 0.1
"""Share of the latest piece of work in the mean of their seconds."""


def _step_back() -> None:
    """Lets the event loop, which refuses and hands over, go before this thread, where the system numbers threads."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + BEHIND)


class Capacity:
    """Used from the event loop alone, so that its count needs no lock.

    At most `waiting` wait, and no more than are served within `patience` seconds by what work takes of late; `LEAST`
    may always wait. `on_change` is told how many there are.
    """

    def __init__(
        self,
        name: str,
        threads: int,
        waiting: int,
        *,
        patience: float = PATIENCE,
        on_change: Callable[[int], object] = abs,
        now: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name, initializer=_step_back)
        self._threads, self._waiting = threads, waiting
        self._patience = patience
        self._on_change, self._now = on_change, now
        self.seconds = 0.0
        """Mean seconds of work, the latest counting most; 0 before the first."""
        self.taken = 0

    @property
    def room(self) -> int:
        """How many may be in work and in wait."""
        if not self.seconds:
            return self._threads + self._waiting
        soon = self._patience * self._threads / self.seconds
        return self._threads + int(min(self._waiting, max(LEAST, soon)))

    @property
    def is_full(self) -> bool:
        """Whether too many wait."""
        return self.taken >= self.room

    def check(self) -> None:
        """Raises `Problem` where too many wait, with the seconds until half of them are served."""
        if self.is_full:
            raise self.refusal()

    def refusal(self) -> Problem:
        """Answer to who comes where too many wait."""
        again = max(1, math.ceil(self.taken * self.seconds / self._threads / 2))
        detail = f"too many questions at once: ask again in {again} s"
        return Problem(503, "busy", detail, {"Retry-After": str(again)})

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Result of `work` in a thread; raises `Problem` where too many wait.

        What has begun is finished, and counts until then, though nobody waits for it any more.
        """
        self.check()
        self._count(1)
        loop = asyncio.get_running_loop()

        def timed() -> T:
            began = self._now()
            try:
                return work(*args, **kwargs)
            finally:
                loop.call_soon_threadsafe(self._note, self._now() - began)

        future = self._pool.submit(timed)
        future.add_done_callback(lambda _: loop.call_soon_threadsafe(self._count, -1))
        return await asyncio.wrap_future(future)

    def _note(self, seconds: float) -> None:
        self.seconds += (SHARE if self.seconds else 1.0) * (seconds - self.seconds)

    def _count(self, more: int) -> None:
        self.taken += more
        self._on_change(self.taken)

    def close(self) -> None:
        """Waits for what has begun, and drops the rest."""
        self._pool.shutdown(wait=True, cancel_futures=True)
