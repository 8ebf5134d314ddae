"""Rows of one space, whatever their number."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.types import Space, Vectors


def stacked(space: Space, rows: Iterable[NDArray[Any]]) -> Vectors:
    """(n, columns) of the type that the space asks for; (0, columns) where there are no rows."""
    return np.array(list(rows), space.dtype).reshape(-1, space.columns)
