"""Labels that a library's pictures were given: added, taken away, counted, brought in and out as lists."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from lookalike.errors import BadQuery
from lookalike.facts import Label
from lookalike.location import Location
from lookalike.protocols import Store
from lookalike.search.label_lists import lines_of
from lookalike.search.label_targets import Paths, Targets, contents_of, several
from lookalike.store import open_store


@dataclass(frozen=True)
class Imported:
    """How many labels are new, on how many pictures; a sentence for each line of the list that was left out."""

    added: int
    pictures: int
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class Labels:
    """Labels of a library: words, and facts as KEY=VALUE, of which a picture has one of each key.

    They belong to contents: a file that moves keeps its labels, a copy of the same bytes shares them, what is written
    in the place of a file takes them over, and what is forgotten and comes back has them again.
    """

    location: Location
    _reader: Callable[[], Store]

    def add(
        self,
        paths: Paths,
        *labels: str,
        where: str | None = None,
    ) -> int:
        """Gives `labels` to pictures at and below `paths` that pass `where`; how many were new.

        Of all pictures where `paths` is None. Raises `BadQuery` for a path without a picture of the library, before
        anything is written, and for what is no label.
        """
        return self._change(lambda store, rows: store.labels.add(rows), paths, labels, where)

    def remove(
        self,
        paths: Paths,
        *labels: str,
        where: str | None = None,
    ) -> int:
        """Takes `labels` from the pictures that `add` would give them to; a KEY with any value; how many there were."""
        return self._change(lambda store, rows: store.labels.remove(rows), paths, labels, where)

    def of(self, path: str | os.PathLike[str]) -> tuple[str, ...]:
        """Labels of one picture, by name; raises `BadQuery` where the library has none at `path`."""
        (sha256,) = contents_of(self._reader(), [path], None)
        return tuple(map(str, self._reader().labels.of(sha256)))

    def counts(self) -> dict[str, int]:
        """Files of the library with each label, by label."""
        return dict(sorted((str(label), count) for label, count in self._reader().labels.counts().items()))

    def rows(self, where: str | None = None) -> list[tuple[str, str]]:
        """(path, label) of every file with one, of those that pass `where`, by path, then label."""
        records = self._reader().records(where=where)
        return sorted((record.path, str(label)) for record in records for label in record.labels)

    def listed(self, paths: Paths, where: str | None = None) -> dict[str, tuple[str, ...]]:
        """Labels of the files that `add` would give some, by path; () of a file without any."""
        store = self._reader()
        contents = set(contents_of(store, several(paths), where))
        records = (record for record in store.records(where=where) if record.content.sha256 in contents)
        return {record.path: tuple(map(str, record.labels)) for record in sorted(records, key=lambda one: one.path)}

    def away(self) -> int:
        """How many labels there are of contents that no file of the library has now."""
        store = self._reader()
        there = {record.content.sha256 for record in store.records()}
        return sum(sha256 not in there for sha256, _ in store.labels.all())

    def read(
        self,
        data: bytes,
        *,
        beside: str | os.PathLike[str] = ".",
        format: str | None = None,
        encoding: str | None = None,
    ) -> Imported:
        """Gives the labels of a list, CSV or JSON lines (docs/labels.md), whose paths start from the folder `beside`.

        Lines that name no picture, or are no labels, or contradict each other, are left out and told; all others count.
        Raises `BadQuery` where it is no list.
        """
        lines, left_out = lines_of(data, format, encoding)
        with closing(open_store(self.location)) as store, store.writing(together=True):
            found, unknown = Targets.of(store, Path(beside)).of_lines(lines)
            given = ((line.number, one, label) for line, contents in found for one in contents for label in line.labels)
            rows, contradicting = _consistent(given)
            with store.transaction():
                added = store.labels.add(rows)
        told = sorted([*left_out, *unknown, *contradicting])
        return Imported(added, len({sha256 for sha256, _ in rows}), tuple(f"line {at}: {why}" for at, why in told))

    def _change(
        self,
        change: Callable[[Store, Sequence[tuple[str, Label]]], int],
        paths: Paths,
        labels: Sequence[str],
        where: str | None,
    ) -> int:
        wanted = [Label.of(label) for label in labels]
        if not wanted:
            raise BadQuery("name at least one label, as apple or price=3.50")
        with closing(open_store(self.location)) as store, store.writing(together=True), store.transaction():
            contents = contents_of(store, several(paths), where)
            return change(store, [(sha256, label) for sha256 in contents for label in wanted])


def _consistent(
    given: Iterable[tuple[int, str, Label]],
) -> tuple[list[tuple[str, Label]], list[tuple[int, str]]]:
    """Labels without facts of which one picture was given two, and these, by line."""
    rows: dict[tuple[str, str, bool], dict[Label, int]] = {}
    for number, sha256, label in given:
        key = (sha256, label.name, bool(label.value))
        rows.setdefault(key, {}).setdefault(label, number)
    sound = [(sha256, label) for (sha256, _, _), labels in rows.items() if len(labels) == 1 for label in labels]
    against = {
        number: f"{label} contradicts {', '.join(str(other) for other in labels if other != label)} of the same picture"
        for labels in rows.values()
        if len(labels) > 1
        for label, number in labels.items()
    }
    return sound, list(against.items())
