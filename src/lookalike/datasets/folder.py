"""A class a folder, the layout that most people have: each picture is asked for the others of its class."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping

from lookalike.datasets.retrieval import Retrieval, by_label
from lookalike.errors import BadQuery


def read_folder(root: str, digests: Mapping[str, str]) -> Retrieval:
    """The pictures below `root`, by the folder that each lies in.

    `digests` gives the sha256 of each readable picture by its absolute path. The same bytes twice in a class would be
    too easy an answer: one stays. The same bytes in two classes can have no right answer: none stays. Raises `BadQuery`
    where fewer than two classes, or no class with two pictures, are left.
    """
    root = os.path.realpath(root)
    left_out: dict[str, int] = {}
    classes: dict[str, set[str]] = defaultdict(set)  # sha256 -> classes
    first: dict[str, str] = {}  # sha256 -> path
    for path in sorted(digests):
        classes[digests[path]].add(_label(path, root))
        if digests[path] in first:
            left_out["the same bytes again"] = left_out.get("the same bytes again", 0) + 1
        first.setdefault(digests[path], path)
    both = [sha256 for sha256, names in classes.items() if len(names) > 1]
    if both:
        left_out["the same bytes in two classes"] = len(both)
    kept = sorted(path for sha256, path in first.items() if len(classes[sha256]) == 1)
    labels = [_label(path, root) for path in kept]
    if len(set(labels)) < 2:
        raise BadQuery(
            f"{root!r} holds {len(set(labels))} class(es) of pictures, and a comparison needs two: "
            "put the pictures of each class into a folder of its own"
        )
    found = by_label(os.path.basename(root), "folder", kept, labels, left_out)  # noqa: PTH119  bytes of any name
    if len(found.queries) == 0:
        raise BadQuery(
            f"no class in {root!r} holds two different pictures, so nothing can be found: add more of a class"
        )
    return found


def _label(path: str, root: str) -> str:
    return os.path.relpath(os.path.dirname(path), root)  # noqa: PTH120  bytes of any name
