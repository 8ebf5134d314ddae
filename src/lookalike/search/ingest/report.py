"""Outcomes of the files of an index run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from lookalike.types import Failure

Outcome = Literal["added", "updated", "moved", "unchanged", "skipped", "failed"]
OUTCOMES: tuple[Outcome, ...] = ("added", "updated", "moved", "unchanged", "skipped", "failed")


@dataclass(frozen=True)
class IndexReport:
    """Outcomes of every file seen: the six counts add up to `seen`; `removed` files are apart.

    `failures` are those of this run and those that were known before, by path; `known` are the paths of the latter.
    `kept` names folders, with the number of their files that vanished and stay in the library, since with them most of
    the folder vanished.
    """

    seen: int
    added: int
    updated: int
    moved: int
    unchanged: int
    skipped: int
    failed: int
    removed: int
    seconds: float
    failures: tuple[Failure, ...]
    interrupted: bool
    known: frozenset[str] = frozenset()
    kept: tuple[tuple[str, int], ...] = ()

    @property
    def new_failures(self) -> tuple[Failure, ...]:
        """Failures of this run."""
        return tuple(failure for failure in self.failures if failure.path not in self.known)


@dataclass
class Tally:
    """The outcomes so far."""

    counts: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))
    failures: list[Failure] = field(default_factory=list)
    known: set[str] = field(default_factory=set)

    def count(self, outcome: Outcome) -> None:
        """One file more."""
        self.counts[outcome] += 1

    def fail(self, failure: Failure) -> None:
        """A file that gives no picture."""
        self.count("failed")
        self.failures.append(failure)

    def fail_again(self, failure: Failure) -> None:
        """One that gave none before, and is as it was."""
        self.fail(failure)
        self.known.add(failure.path)

    def report(
        self, removed: int, kept: Iterable[tuple[str, int]], seconds: float, *, interrupted: bool
    ) -> IndexReport:
        """The whole."""
        return IndexReport(
            seen=sum(self.counts.values()),
            **self.counts,
            removed=removed,
            seconds=seconds,
            failures=tuple(sorted(self.failures, key=lambda failure: failure.path)),
            interrupted=interrupted,
            known=frozenset(self.known),
            kept=tuple(kept),
        )
