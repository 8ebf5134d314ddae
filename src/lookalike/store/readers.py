"""Readers of one library: a connection for each thread, since SQLite serves one at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from weakref import WeakKeyDictionary

from lookalike.protocols import Store


class Readers:
    """Opened when a thread first asks, by `opened`; that of a thread that has ended goes with it."""

    def __init__(self, opened: Callable[[], Store]) -> None:
        self._opened = opened
        self._lock = threading.Lock()
        self._of: WeakKeyDictionary[threading.Thread, Store] = WeakKeyDictionary()

    def mine(self) -> Store:
        """The reader of the thread that asks."""
        thread = threading.current_thread()
        with self._lock:
            reader = self._of.get(thread)
        if reader is None:
            reader = self._opened()
            with self._lock:
                self._of[thread] = reader
        return reader

    def close(self) -> None:
        """Closes all; from any thread, when none is asking any more."""
        with self._lock:
            readers = list(self._of.values())
            self._of.clear()
        for reader in readers:
            reader.close()
