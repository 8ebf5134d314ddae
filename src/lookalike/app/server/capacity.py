"""Threads for work that blocks: so many at once, so many in wait, and who comes after is told to come again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from lookalike.app.server.problems import Problem

P = ParamSpec("P")
T = TypeVar("T")
AGAIN = 2
"""Seconds after which who is refused may ask again."""


class Capacity:
    """Used from the event loop alone, so that its count needs no lock."""

    def __init__(self, name: str, threads: int, waiting: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._most = threads + waiting
        self.taken = 0

    @property
    def is_full(self) -> bool:
        """Whether too many wait."""
        return self.taken >= self._most

    def check(self) -> None:
        """Raises `Problem` where too many wait: what is refused before its body is parsed costs next to nothing."""
        if self.is_full:
            detail = f"too many questions at once: ask again in {AGAIN} s"
            raise Problem(503, "busy", detail, {"Retry-After": str(AGAIN)})

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Result of `work` in a thread; raises `Problem` where too many wait.

        What has begun is finished, and counts until then, though nobody waits for it any more.
        """
        self.check()
        self.taken += 1
        future = self._pool.submit(work, *args, **kwargs)
        loop = asyncio.get_running_loop()
        future.add_done_callback(lambda _: loop.call_soon_threadsafe(self._left))
        return await asyncio.wrap_future(future)

    def _left(self) -> None:
        self.taken -= 1

    def close(self) -> None:
        """Waits for what has begun, and drops the rest."""
        self._pool.shutdown(wait=True, cancel_futures=True)
