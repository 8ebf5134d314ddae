"""Linear algebra on one thread: of small matrices, handing parts to others takes ten times as long as the work."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache
from typing import cast

from threadpoolctl import ThreadpoolController


def one_thread() -> AbstractContextManager[object]:
    """Within it BLAS starts no threads, in the whole process."""
    return cast(AbstractContextManager[object], _controller().limit(limits=1, user_api="blas"))


@cache
def _controller() -> ThreadpoolController:
    """Finding the libraries takes milliseconds; those that are loaded later are not held."""
    import cv2  # noqa: F401  each brings a BLAS of its own
    import faiss  # noqa: F401

    return ThreadpoolController()
