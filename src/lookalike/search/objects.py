"""Objects of a library: things of which it has several views. Brought together, listed, brought in and out as lists."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lookalike.errors import BadQuery
from lookalike.location import Location
from lookalike.protocols import Store
from lookalike.search.classes import BY_FOLDER, kind_of, members_of
from lookalike.search.label_targets import Paths, Targets, contents_of, several
from lookalike.search.object_lists import lines_of, object_named
from lookalike.store import open_store


@dataclass(frozen=True)
class Gathered:
    """How many pictures are views of how many objects by what was read, and how many of these were of another before.

    `left_out` has a sentence for each line, or each picture, that was not followed.
    """

    views: int
    objects: int
    moved: int
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class Objects:
    """Objects of a library. A picture is a view of one object at most.

    As labels do, views belong to contents: a file that moves stays a view, a copy of the same bytes is one as well,
    what is written in the place of a file takes its place, and what is forgotten and comes back is a view again.
    """

    location: Location
    _reader: Callable[[], Store]

    def add(self, paths: Paths, name: str, *, where: str | None = None) -> Gathered:
        """Makes pictures at and below `paths` that pass `where` views of the object; of none but it from now on.

        Raises `BadQuery` for a path without a picture of the library, before anything is written.
        """
        named = object_named(name)
        with closing(open_store(self.location)) as store, store.writing(together=True):
            return _kept(store, dict.fromkeys(contents_of(store, several(paths), where), named), [])

    def gather(self, by: str, *, where: str | None = None) -> Gathered:
        """Makes an object of each folder, of each label, or of each value of the fact `by`, of pictures that pass.

        A folder gives it the last part of its path, or as many as tell it from the others.
        A picture that has two of them, as of two labels, is left out. Raises `BadQuery` where there are none.
        """
        with closing(open_store(self.location)) as store, store.writing(together=True):
            things = _things(store, by, where)
            if not things:
                raise BadQuery(
                    f"no picture has anything by {by!r}: objects go by folder, folder:DIR, label, or the KEY of a fact"
                )
            names: dict[str, str] = {}
            left_out: list[str] = []
            for sha256, (path, found) in things.items():
                try:
                    names[sha256] = _only(found)
                except BadQuery as error:
                    left_out.append(f"{path!r}: {error}")
            return _kept(store, names, sorted(left_out))

    def read(
        self,
        data: bytes,
        *,
        beside: str | os.PathLike[str] = ".",
        format: str | None = None,
        encoding: str | None = None,
    ) -> Gathered:
        """Views of a list, CSV or JSON lines (docs/objects.md), whose paths start from the folder `beside`.

        Lines that name no picture or no object, or contradict each other, are left out and told; all others count.
        Raises `BadQuery` where it is no list.
        """
        lines, left_out = lines_of(data, format, encoding)
        with closing(open_store(self.location)) as store, store.writing(together=True):
            found, unknown = Targets.of(store, Path(beside)).of_lines(lines)
            given = ((line.number, one, line.object) for line, contents in found for one in contents)
            rows, contradicting = _consistent(given)
            told = sorted([*left_out, *unknown, *contradicting])
            return _kept(store, rows, [f"line {at}: {why}" for at, why in told])

    def remove(self, *names: str, paths: Paths = None, where: str | None = None) -> int:
        """Views of these objects, or the pictures at and below `paths` that pass `where`, or both, are views no more.

        All of the library where neither is given; how many there were. Raises `BadQuery` for an object that it has not.
        """
        wanted = [object_named(name) for name in names]
        with closing(open_store(self.location)) as store, store.writing(together=True):
            known = store.objects.all()
            if unknown := sorted(set(wanted) - set(known.values())):
                raise BadQuery(f"the library has no object {unknown[0]!r}: `lookalike objects list` names them")
            found = {sha256 for sha256, name in known.items() if not wanted or name in wanted}
            if paths is not None or where is not None:
                found &= set(contents_of(store, several(paths), where))
            with store.transaction():
                return store.objects.remove(found)

    def counts(self) -> dict[str, int]:
        """Files of the library that are views of each object, by its name."""
        store = self._reader()
        counts: Counter[str] = Counter(dict.fromkeys(store.objects.all().values(), 0))
        counts.update(record.object for record in store.records() if record.object)
        return dict(sorted(counts.items()))

    def rows(self, names: Collection[str] = (), where: str | None = None) -> list[tuple[str, str]]:
        """(path, object) of every file that is a view of one, or of one of these, and passes `where`; by object."""
        wanted = {object_named(name) for name in names}
        found = [(one.path, one.object) for one in self._reader().records(where=where) if one.object]
        return sorted((row for row in found if not wanted or row[1] in wanted), key=lambda row: (row[1], row[0]))

    def away(self) -> int:
        """How many views there are of contents that no file of the library has now."""
        store = self._reader()
        return len(store.objects.all().keys() - {record.content.sha256 for record in store.records()})


def _kept(store: Store, names: Mapping[str, str], left_out: Iterable[str]) -> Gathered:
    """Writes them, and says how many came from another object."""
    before = store.objects.all()
    with store.transaction():
        store.objects.put(names)
    moved = sum(before.get(sha256, name) != name for sha256, name in names.items())
    return Gathered(len(names), len(set(names.values())), moved, tuple(left_out))


def _short(folders: Collection[str]) -> dict[str, str]:
    """The last parts of each path, as many as no other ends with."""
    parts = {folder: folder.strip("/").split("/") for folder in folders}
    short = dict.fromkeys(folders, "")
    waiting, count = set(folders), 0
    while waiting:
        count += 1
        tails = {folder: "/".join(parts[folder][-count:]) for folder in folders}
        many = Counter(tails.values())
        done = {folder for folder in waiting if many[tails[folder]] == 1 or count >= len(parts[folder])}
        short |= {folder: tails[folder] if count < len(parts[folder]) else folder for folder in done}
        waiting -= done
    return short


def _things(store: Store, by: str, where: str | None) -> dict[str, tuple[str, set[str]]]:
    """A path of each content that is of something, and the names of what it is of, by sha256."""
    found: dict[int, set[str]] = defaultdict(set)
    for id, name in members_of(store, by, where):
        found[id].add(name)
    if kind_of(by) == BY_FOLDER:
        short = _short({folder for folders in found.values() for folder in folders})
        found = defaultdict(set, {id: {short[folder] for folder in folders} for id, folders in found.items()})
    records = store.records(np.array(sorted(found), np.int64))
    return {record.content.sha256: (record.path, found[record.id]) for record in records}


def _only(names: Collection[str]) -> str:
    """The name that the object gets; raises `BadQuery` where there are several, or nothing can be called so."""
    if len(names) > 1:
        told = ", ".join(sorted(names)[:5])
        raise BadQuery(f"it is of {len(names)}: {told}; a picture is a view of one object")
    (name,) = names
    return object_named(name)


def _consistent(given: Iterable[tuple[int, str, str]]) -> tuple[dict[str, str], list[tuple[int, str]]]:
    """Objects by sha256, without pictures that were given two, and these, by line."""
    objects: dict[str, dict[str, int]] = {}
    for number, sha256, name in given:
        objects.setdefault(sha256, {}).setdefault(name, number)
    sound = {sha256: name for sha256, names in objects.items() if len(names) == 1 for name in names}
    against = {
        number: f"{name!r} contradicts {', '.join(repr(each) for each in names if each != name)} of the same picture"
        for names in objects.values()
        if len(names) > 1
        for name, number in names.items()
    }
    return sound, list(against.items())
