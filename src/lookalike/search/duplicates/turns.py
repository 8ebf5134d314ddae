"""Contents in the order in which they are compared, and which of them workers compare ahead of their turn."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from typing import Protocol

from lookalike.errors import BadPicture
from lookalike.pixels.worker_protocol import Reply
from lookalike.search.duplicates.book import Book
from lookalike.search.duplicates.one_content import Neighbours

EACH = 2
"""Contents that each worker has at a time, so that none waits for the thread that hands them out."""


class Asked(Protocol):
    """Processes that compare contents: `count` at once."""

    count: int

    def submit(self, of: Neighbours, book: Book, claimed: Sequence[int]) -> Future[Reply | BadPicture]:
        """What one finds by what the book knows; what is `claimed` is laid over the content in the turn of another."""


class Turn:
    """A content, and what a worker says of it once it was asked."""

    def __init__(self, of: Neighbours) -> None:
        self.of = of
        self.likely = of.likely
        self.outcome: Future[Reply | BadPicture] | None = None
        self._has_any = bool(of.all)

    @property
    def is_open(self) -> bool:
        """Whether there is something to ask, and no worker was asked."""
        return self._has_any and self.outcome is None

    @property
    def is_running(self) -> bool:
        """Whether a worker was asked, and has not answered yet."""
        return self.outcome is not None and not self.outcome.done()

    @property
    def is_done(self) -> bool:
        """Whether it needs no worker any more."""
        return not self.is_open and not self.is_running

    def told(self) -> Reply | None:
        """Reply of the worker; None where it died of it, or was not asked."""
        if self.outcome is None:
            return None
        outcome = self.outcome.result()
        return None if isinstance(outcome, BadPicture) else outcome


def hand_out(window: Sequence[Turn], book: Book, workers: Asked) -> None:
    """Asks workers about contents of the window, whose turns are next, as far as they have room.

    A content waits for a likely neighbour whose turn is before its own, which may fold it. A worker that would be idle
    gets the last that waits: the farther off its turn, the less of what it finds is found in another turn as well.
    """
    running = sum(turn.is_running for turn in window)
    before: set[int] = set()
    waiting: list[int] = []
    for at, turn in enumerate(window):
        if running >= EACH * workers.count:
            return
        if turn.is_open and before.isdisjoint(turn.likely):
            _ask(window, at, book, workers)
            running += 1
        elif turn.is_open:
            waiting.append(at)
        before.add(turn.of.id)
    for at in waiting[::-1][: max(0, workers.count - running)]:
        _ask(window, at, book, workers)


def _ask(window: Sequence[Turn], at: int, book: Book, workers: Asked) -> None:
    turn = window[at]
    ahead = (window[before].of for before in range(at))
    turn.outcome = workers.submit(turn.of, book, [of.id for of in ahead if turn.of.id in of.rivals])
