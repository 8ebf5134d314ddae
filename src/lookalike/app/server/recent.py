"""Things made a short while ago, kept within a limit; what was not asked for longest goes first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """Several threads may ask at once. `cost` of all that is kept is at most `most`."""

    def __init__(self, most: int, cost: Callable[[V], int] = lambda _: 1) -> None:
        self._most, self._cost = most, cost
        self._kept: OrderedDict[K, V] = OrderedDict()
        self._taken = 0
        self._lock = threading.Lock()

    def get(self, key: K) -> V | None:
        """None where it is not kept, or no longer."""
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key]

    def put(self, key: K, value: V) -> None:
        """Keeps it; drops others where need be, and itself where it alone is too much."""
        with self._lock:
            before = self._kept.pop(key, None)
            self._taken += self._cost(value) - (0 if before is None else self._cost(before))
            self._kept[key] = value
            while self._taken > self._most:
                _, dropped = self._kept.popitem(last=False)
                self._taken -= self._cost(dropped)
