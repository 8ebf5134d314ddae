"""Copies that were made by others, as questions for their originals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from lookalike.datasets.reader import Files
from lookalike.datasets.retrieval import Retrieval
from lookalike.errors import BadQuery


def asked_by_copies(
    files: Files, originals: Mapping[str, str], copies: Sequence[tuple[str, str | None, str]], lacking: int = 0
) -> Retrieval:
    """`originals` by name; of each copy its path, the name of its original or None, and what was done to it.

    `lacking` rows of the ground truth named pictures that are not there. A copy whose original is not there is left
    out, unless the ground truth says that it has none.
    """
    base = sorted(originals.values())
    place = {path: at for at, path in enumerate(base)}
    known = [copy for copy in copies if copy[1] is None or copy[1] in originals]
    if not base or not any(name is not None for _, name, _ in known):
        raise BadQuery(f"{files.root!r} holds no copy with its original")
    without = lacking + len(copies) - len(known)
    units = {name: number for number, name in enumerate(dict.fromkeys(name or path for path, name, _ in known))}
    return Retrieval(
        files.name,
        "copies",
        (*base, *(path for path, _, _ in known)),
        len(base) + np.arange(len(known)),
        np.arange(len(base)),
        tuple(
            np.empty(0, np.int64) if name is None else np.array([place[originals[name]]], np.int64)
            for _, name, _ in known
        ),
        np.array([units[name or path] for path, name, _ in known], np.int64),
        (),
        {"copies without their picture": without} if without else {},
        tuple(kind for _, _, kind in known) if any(kind for _, _, kind in known) else (),
    )
