"""Pictures with a label each, as questions: all among themselves, or some asked of others."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

import numpy as np

from lookalike.datasets.retrieval import Retrieval, Task, by_label
from lookalike.errors import BadQuery

Labels = Mapping[str, str]
"""Path -> label."""


def among(
    name: str,
    task: Task,
    labels: Labels,
    digests: Mapping[str, str],
    left_out: Mapping[str, int],
    *,
    least_classes: int = 2,
) -> Retrieval:
    """Each picture asks for the others of its label.

    `digests` gives the sha256 of each readable picture by its path. The same bytes twice under a label would be too
    easy an answer: one stays. The same bytes under two labels can have no right answer: none stays. Raises `BadQuery`
    where fewer than `least_classes` labels, or no label with two pictures, are left.
    """
    counts = Counter(left_out)
    readable = _readable(labels, digests, counts)
    kept = distinct(readable, digests, counts)
    found = by_label(name, task, kept, [readable[path] for path in kept], _some(counts))
    _check_classes(name, {readable[path] for path in kept}, least_classes)
    if len(found.queries) == 0:
        raise BadQuery(
            f"no class in {name!r} holds two different pictures, so nothing can be found: add more of a class"
        )
    return found


def between(
    name: str, task: Task, queries: Labels, base: Labels, digests: Mapping[str, str], left_out: Mapping[str, int]
) -> Retrieval:
    """Each picture of `queries` asks those of `base` for its label; bytes that are in both stay a query alone."""
    counts = Counter(left_out)
    asked, held = _readable(queries, digests, counts), _readable(base, digests, counts)
    asked, held = _once(asked, digests, counts), _once(held, digests, counts)
    in_queries = {digests[path] for path in asked}
    leaked = {path for path in held if digests[path] in in_queries}
    counts["in the base the same bytes as a query"] += len(leaked)
    held = {path: label for path, label in held.items() if path not in leaked}
    there = set(held.values())
    answered = {path: label for path, label in asked.items() if label in there}
    counts["queries of a class that the base lacks"] += len(asked) - len(answered)
    _check_classes(name, there, 2)
    if not answered:
        raise BadQuery(f"no query of {name!r} is of a class that its base has, so nothing can be found")
    base_paths, query_paths = sorted(held), sorted(answered)
    labels = np.array([held[path] for path in base_paths], dtype=object).astype(str)
    wanted = np.array([answered[path] for path in query_paths], dtype=object).astype(str)
    return Retrieval(
        name,
        task,
        (*base_paths, *query_paths),
        len(base_paths) + np.arange(len(query_paths)),
        np.arange(len(base_paths)),
        tuple(np.flatnonzero(labels == label) for label in wanted),
        np.unique(wanted, return_inverse=True)[1].astype(np.int64),
        (),
        _some(counts),
    )


def distinct(labels: Labels, digests: Mapping[str, str], counts: Counter[str]) -> list[str]:
    """Paths, sorted: one of each content, none of what lies in two classes; `counts` is told what was left out."""
    of_content: dict[str, set[str]] = defaultdict(set)  # sha256 -> labels
    first: dict[str, str] = {}  # sha256 -> path
    for path in sorted(labels):
        of_content[digests[path]].add(labels[path])
        counts["the same bytes again"] += digests[path] in first
        first.setdefault(digests[path], path)
    counts["the same bytes in two classes"] += sum(len(names) > 1 for names in of_content.values())
    return sorted(path for sha256, path in first.items() if len(of_content[sha256]) == 1)


def _readable(labels: Labels, digests: Mapping[str, str], counts: Counter[str]) -> dict[str, str]:
    """Without what the ground truth names and the folder lacks."""
    kept = {path: label for path, label in labels.items() if path in digests}
    counts["named by the ground truth, but not there or not readable"] += len(labels) - len(kept)
    return kept


def _once(labels: Labels, digests: Mapping[str, str], counts: Counter[str]) -> dict[str, str]:
    """One file for each content."""
    first: dict[str, str] = {}
    for path in sorted(labels):
        counts["the same bytes again"] += digests[path] in first
        first.setdefault(digests[path], path)
    return {path: labels[path] for path in first.values()}


def _check_classes(name: str, labels: set[str], least: int) -> None:
    if len(labels) < least:
        raise BadQuery(
            f"{name!r} holds {len(labels)} class(es) of pictures, and a comparison needs two: put the pictures of each "
            "class into a folder of its own, or name other pictures with --distractors"
        )


def _some(counts: Counter[str]) -> dict[str, int]:
    return {why: count for why, count in counts.items() if count}
