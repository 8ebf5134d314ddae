"""Linear algebra on one thread: of small matrices, handing parts to others takes ten times as long as the work."""

from __future__ import annotations

import threading
from functools import cache
from typing import Final

from threadpoolctl import ThreadpoolController

_HELD: Final = threading.local()


def one_thread() -> None:
    """From now on BLAS starts no threads for the thread that asks, nor, where it is built so, for any other.

    A BLAS on OpenMP, as that of faiss, keeps the limit of each thread apart. It is not given back: threads that limit
    and restore in turns would undo each other's.
    """
    if not getattr(_HELD, "is_limited", False):
        _libraries().limit(limits=1, user_api="blas")
        _HELD.is_limited = True


@cache
def _libraries() -> ThreadpoolController:
    """Libraries that are loaded by now; finding them takes milliseconds, and later ones are not held."""
    import cv2  # noqa: F401  each brings a BLAS of its own
    import faiss  # noqa: F401

    return ThreadpoolController()
