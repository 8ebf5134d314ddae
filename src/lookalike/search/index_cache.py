"""The indexes of a library, held in memory for as long as the store is as it was when they were read."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from lookalike.index.derived import Derived
from lookalike.protocols import Store
from lookalike.types import Space

T = TypeVar("T")


class IndexCache(Generic[T]):
    """One index a space, of the kind that `current` brings up to date."""

    def __init__(self, derived: Derived, current: Callable[[Derived, Store, Space], T]) -> None:
        self._derived = derived
        self._current = current
        self._indexes: dict[Space, tuple[int, T]] = {}
        self._lock = threading.Lock()

    def of(self, store: Store, space: Space) -> T:
        """The index of a space as the store is now; the first thread that asks brings it up to date for all."""
        with self._lock:
            generation = store.generation(space)
            held = self._indexes.get(space)
            if held is None or held[0] != generation:
                held = self._indexes[space] = (generation, self._current(self._derived, store, space))
            return held[1]

    def clear(self) -> None:
        """Lets go of them all."""
        self._indexes.clear()
