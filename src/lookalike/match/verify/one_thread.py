"""Linear algebra on one thread: of small matrices, handing parts to others takes ten times as long as the work."""

from __future__ import annotations

from functools import cache

from threadpoolctl import ThreadpoolController


@cache
def one_thread() -> None:
    """From now on BLAS starts no threads, in the whole process, whichever thread asks.

    It is not given back: threads that limit and restore in turns would undo each other's. Finding the libraries takes
    milliseconds, once; those that are loaded later are not held.
    """
    import cv2  # noqa: F401  each brings a BLAS of its own
    import faiss  # noqa: F401

    ThreadpoolController().limit(limits=1, user_api="blas")
