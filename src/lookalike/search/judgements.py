"""Judgements of answers that a library keeps: what was asked, which pictures were liked, and which were not."""

from __future__ import annotations

import csv
import io
import json
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from lookalike.errors import BadQuery
from lookalike.facts import Judgement
from lookalike.location import Location
from lookalike.protocols import Store
from lookalike.store import open_store
from lookalike.types import Ids

SHA256: Final = 64
"""Characters by which a picture is named in a question; of other parts each has a kind before a colon."""
Paths: TypeAlias = "str | os.PathLike[str] | Iterable[str | os.PathLike[str]]"


@dataclass(frozen=True)
class JudgedQuestion:
    """A question, as it is kept and as a person reads it, and how many pictures were liked, and not, for it."""

    key: str
    asked: str
    liked: int
    unliked: int


@dataclass(frozen=True)
class Judgements:
    """Judgements of a library. They belong to contents, as labels do."""

    location: Location
    _reader: Callable[[], Store]

    def keep(self, question: str, like: Paths = (), unlike: Paths = ()) -> int:
        """Keeps what was liked, and not, of the answers to `question` (`Results.question`); how many are new.

        Raises `BadQuery` for a path without a picture of the library, and for one that is liked and not.
        """
        if not question:
            raise BadQuery("a judgement is about a question: `Results.question` names the one that was asked")
        with closing(open_store(self.location)) as store, store.writing(together=True), store.transaction():
            liked, unliked = judged_contents(store, like, unlike)
            rows = [Judgement(question, sha256, liked=True) for sha256 in liked]
            return store.lessons.judge([*rows, *(Judgement(question, sha256, liked=False) for sha256 in unliked)])

    def questions(self) -> list[JudgedQuestion]:
        """By question."""
        store = self._reader()
        counts = Counter((row.question, row.liked) for row in store.lessons.judgements())
        names = _names(store)
        keys = sorted({question for question, _ in counts})
        return [JudgedQuestion(key, asked_as(key, names), counts[key, True], counts[key, False]) for key in keys]

    def rows(self) -> list[tuple[str, str, bool]]:
        """(question, path or sha256, liked) of every judgement, by question, then sha256."""
        store = self._reader()
        names = _names(store)
        rows = store.lessons.judgements()
        return [(asked_as(row.question, names), names.get(row.sha256, row.sha256), row.liked) for row in rows]

    def forget(self, paths: Paths | None = None) -> int:
        """Drops all, or those of questions with, and about, pictures at these paths; how many there were."""
        with closing(open_store(self.location)) as store, store.writing(together=True), store.transaction():
            rows = store.lessons.judgements()
            if paths is not None:
                found = set(_contents(store, paths))
                rows = [row for row in rows if row.sha256 in found or found & set(row.question.split("\n"))]
            return store.lessons.forget(rows)


def judged_contents(store: Store, like: Paths, unlike: Paths) -> tuple[list[str], list[str]]:
    """The sha256 of each picture; raises `BadQuery` where the library has none, or one is both."""
    liked, unliked = _contents(store, like), _contents(store, unlike)
    if both := set(liked) & set(unliked):
        name = _names(store).get(min(both), min(both))
        raise BadQuery(f"{name!r} is liked and unliked at once: leave out one of the two")
    return liked, unliked


def judged_pictures(store: Store) -> dict[int, dict[int, bool]]:
    """By id of a picture that was asked about alone: ids of answers that were judged, and whether they were liked.

    Of the pictures that the library has now; of a question of several parts nothing.
    """
    rows = [row for row in store.lessons.judgements() if len(row.question) == SHA256]
    there = set(store.ids().tolist())
    contents = store.contents({sha256 for row in rows for sha256 in (row.question, row.sha256)})
    known = {sha256: id for sha256, (id, _) in contents.items() if id in there}
    told: dict[int, dict[int, bool]] = defaultdict(dict)
    for row in rows:
        if row.question in known and row.sha256 in known and row.question != row.sha256:
            told[known[row.question]][known[row.sha256]] = row.liked
    return dict(told)


def ids_of(store: Store, sha256s: Sequence[str]) -> Ids:
    """Ascending ids of contents."""
    return np.array(sorted(id for id, _ in store.contents(sha256s).values()), np.int64)


def written(rows: Sequence[tuple[str, str, bool]], format: str) -> bytes:
    """Judgements as CSV with a head, or as JSON lines; raises `BadQuery` for another format."""
    if format == "jsonl":
        lines = (json.dumps({"question": asked, "path": path, "liked": liked}) for asked, path, liked in rows)
        return "".join(f"{line}\n" for line in lines).encode()
    if format != "csv":
        raise BadQuery(f"judgements are written as csv or jsonl, not {format!r}")
    file = io.StringIO(newline="")
    table = csv.writer(file, lineterminator="\n")
    table.writerows([("question", "path", "judgement"), *((a, p, "like" if ok else "unlike") for a, p, ok in rows)])
    return file.getvalue().encode("utf-8", "surrogateescape")


def asked_as(question: str, names: dict[str, str]) -> str:
    """A question on one line: pictures of the library by their path."""
    return " ".join(names.get(part, part if ":" in part else f"picture {part[:12]}") for part in question.split("\n"))


def _contents(store: Store, paths: Paths) -> list[str]:
    several = [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)
    names = [os.fspath(path) for path in several]
    found = store.labels.contents_at([*names, *map(os.path.realpath, names)])
    contents = [found.get(name) or found.get(os.path.realpath(name)) for name in names]
    if None in contents:
        name = names[contents.index(None)]
        raise BadQuery(
            f"{name!r} is no picture of this library: judge its answers, or run `lookalike index` on it first"
        )
    return [each for each in dict.fromkeys(contents) if each is not None]


def _names(store: Store) -> dict[str, str]:
    """A path of each content."""
    names: dict[str, str] = {}
    for record in store.records():
        names.setdefault(record.content.sha256, record.path)
    return names
