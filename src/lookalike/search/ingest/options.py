"""How an index run works, and what it tells on the way."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from lookalike.pixels.limits import Limits
from lookalike.search.ingest.scan import Skipped

T = TypeVar("T")

COMMIT_FILES = 256
COMMIT_SECONDS = 2.0
COMMIT_BYTES = 256 * 2**20

Stage = Literal["pictures", "indexes", "comparisons", "groups", "rows"]


@dataclass(frozen=True)
class Progress:
    """How far a stage of a run is: how many there are in all, how many are committed, how many failed."""

    total: int
    committed: int
    failed: int
    of: Stage = "pictures"


def _silent(_: object) -> None: ...


def _never() -> bool:
    return False


@dataclass(frozen=True)
class Cluster:
    """Machines that decode and describe: `address` is ray or ray://HOST[:PORT]; all their cores, or so many."""

    address: str
    workers: int | None = None


@dataclass(frozen=True)
class Options:
    """How a run works. `should_stop` is asked between files: when true, the batch is finished and committed.

    With `drop`, vanished files are dropped even where most of their folder vanished with them. `on_skip` is called once
    for each file that a rule leaves out. `away` gives folders of drives that are known to be gone for now: vanished
    files below these are kept. A `cluster` does the work in place of `workers` processes of this machine.
    """

    workers: int = field(default_factory=lambda: os.cpu_count() or 1)
    limits: Limits = field(default_factory=Limits)
    retry_failed: bool = False
    on_commit: Callable[[Progress], None] = _silent
    should_stop: Callable[[], bool] = _never
    drop: bool = False
    on_skip: Callable[[Skipped], None] = _silent
    away: Callable[[], Sequence[str]] = tuple
    cluster: Cluster | None = None

    def until_stopped(self, items: Iterable[T]) -> Iterator[T]:
        """The items, as long as nobody asks to stop."""
        for item in items:
            if self.should_stop():
                return
            yield item
