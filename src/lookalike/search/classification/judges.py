"""Judges that were fitted, kept while the library is open: a question after the first need not wait for one."""

from __future__ import annotations

from threading import Lock
from typing import Final

from lookalike.registry import configuration
from lookalike.search.classes import Classes
from lookalike.search.classification.evidence import Votes
from lookalike.search.classification.model import Judge, judge_of

KEPT: Final = 16


class Judges:
    """The last ones, by what they were fitted to: the classes, the channels and their weights, the vote."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], Judge | None] = {}
        self._lock = Lock()

    def of(self, votes: Votes, classes: Classes) -> Judge | None:
        """A judge of such votes on these classes; None where too little is known to fit one."""
        spaces = [(channel.describer.space, channel.weight, channel.unrelated) for channel in votes.channels]
        key = (classes.digest, tuple(spaces), configuration(votes.aggregator))
        with self._lock:  # who asks for the same one waits for it
            if key not in self._known:
                self._known[key] = judge_of(votes, classes)
                for old in list(self._known)[:-KEPT]:
                    del self._known[old]
            return self._known[key]
