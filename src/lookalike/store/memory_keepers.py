"""Facts, labels and objects on dicts, for `MemoryStore`."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from lookalike.facts import Facts, Judgement, Label, Place
from lookalike.store.rows import stranger
from lookalike.types import Ids, Stamp

if TYPE_CHECKING:
    from lookalike.store.memory import MemoryStore


class MemoryFacts:
    """`FactKeeper` on the dicts of a store."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    def put(self, facts: Mapping[str, tuple[Facts, Place | None]]) -> None:
        """Adds or replaces what was read, by the sha256 of known contents; no index need follow."""
        self._store.change(())
        if len(self._store.contents(facts)) < len(facts):
            raise stranger()
        self._store.state.facts.update(facts)

    def missing(self) -> Ids:
        """Ascending ids of contents with a record whose facts were never read."""
        read = self._store.contents(self._store.state.facts)
        return np.setdiff1d(self._store.ids(), np.array([id for id, _ in read.values()], np.int64))

    def put_sidecars(self, sidecars: Mapping[str, tuple[Stamp, Facts]]) -> None:
        """Adds or replaces what sidecars say, by the path of the picture."""
        self._store.change(())
        self._store.state.sidecars.update(sidecars)

    def drop_sidecars(self, paths: Iterable[str]) -> None:
        """Forgets the sidecars of pictures at these paths."""
        self._store.change(())
        for path in paths:
            self._store.state.sidecars.pop(path, None)

    def move_sidecars(self, paths: Iterable[tuple[str, str]]) -> None:
        """Sidecars of pictures at the first path of each pair are those of the second."""
        self._store.change(())
        for old, new in paths:
            if old in self._store.state.sidecars:
                self._store.state.sidecars[new] = self._store.state.sidecars.pop(old)

    def sidecars(self, under: Sequence[str]) -> dict[str, Stamp]:
        """Stamp of the sidecar of each picture that is one of these paths or lies below one, and has one."""
        known = self._store.state.sidecars
        return {path: stamp for path, (stamp, _) in known.items() if is_below(path, under)}

    def place(self, sha256: str) -> Place | None:
        """Where it was taken, as its file says."""
        return self._store.state.facts.get(sha256, (None, None))[1]

    def of_contents(self) -> Iterator[tuple[str, Facts, Place | None]]:
        """Facts that were put, with the sha256 of the content, by the content's id."""
        for content in self._store.state.contents.values():
            if content.sha256 in self._store.state.facts:
                yield content.sha256, *self._store.state.facts[content.sha256]

    def of_sidecars(self) -> Iterator[tuple[str, Stamp, Facts]]:
        """Facts that were put of sidecars, by path."""
        for path in sorted(self._store.state.sidecars, key=os.fsencode):
            yield path, *self._store.state.sidecars[path]


class MemoryLabels:
    """`LabelKeeper` on the dicts of a store."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    def add(self, rows: Collection[tuple[str, Label]]) -> int:
        """Gives contents, by sha256, labels; a KEY=VALUE takes the place of another value. How many are new."""
        self._store.change(())
        new = 0
        for sha256, label in rows:
            known = self._store.state.labels.setdefault(sha256, set())
            new += label not in known
            if label.value:
                known -= {each for each in known if each.name == label.name and each.value}
            known.add(label)
        return new

    def remove(self, rows: Collection[tuple[str, Label]]) -> int:
        """Takes them away; a `Label` without a value takes that name with all of its values. How many there were."""
        self._store.change(())
        count = 0
        for sha256, label in rows:
            known = self._store.state.labels.get(sha256, set())
            gone = {each for each in known if each.name == label.name and label.value in ("", each.value)}
            known -= gone
            count += len(gone)
        return count

    def of(self, sha256: str) -> tuple[Label, ...]:
        """By name, then value."""
        return tuple(sorted(self._store.state.labels.get(sha256, ()), key=_key))

    def all(self) -> list[tuple[str, Label]]:
        """Every label with the sha256 of its content, by label, then sha256."""
        rows = [(sha256, label) for sha256, labels in self._store.state.labels.items() for label in labels]
        return sorted(rows, key=lambda row: (_key(row[1]), row[0]))

    def counts(self) -> dict[Label, int]:
        """Files with each label, by label; 0 where the library has no such bytes now."""
        state = self._store.state
        files = Counter(state.contents[content].sha256 for _, content in state.records.values())
        counts: Counter[Label] = Counter()
        for sha256, label in self.all():
            counts[label] += files[sha256]
        return dict(counts)

    def contents_at(self, paths: Iterable[str]) -> dict[str, str]:
        """The sha256 of the content of each path that has a record."""
        known = self._store.state.records
        return {path: self._store.state.contents[known[path][1]].sha256 for path in paths if path in known}


class MemoryLessons:
    """`LessonKeeper` on the dicts of a store."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    def judge(self, rows: Collection[Judgement]) -> int:
        """Keeps them, the last of a question and a content; how many are new or changed."""
        self._store.change(())
        known, before = self._store.state.judgements, dict(self._store.state.judgements)
        known.update({(row.question, row.sha256): row.liked for row in rows})
        return sum(before.get(key) is not liked for key, liked in known.items())

    def judgements(self) -> list[Judgement]:
        """By question, then sha256."""
        rows = [Judgement(*key, liked) for key, liked in self._store.state.judgements.items()]
        return sorted(rows, key=lambda row: (row.question.encode(), row.sha256))

    def forget(self, rows: Collection[Judgement]) -> int:
        """Drops those of these questions and contents, whatever they say; how many there were."""
        self._store.change(())
        gone = {(row.question, row.sha256) for row in rows}
        return sum(self._store.state.judgements.pop(key, None) is not None for key in gone)

    def put_profile(self, name: str, text: str | None) -> None:
        """Adds or replaces it; with None drops it."""
        self._store.change(())
        self._store.state.profiles.pop(name, None)
        if text is not None:
            self._store.state.profiles[name] = text

    def profiles(self) -> dict[str, str]:
        """Texts by name, in their order."""
        return dict(sorted(self._store.state.profiles.items(), key=lambda pair: pair[0].encode()))


class MemoryObjects:
    """`ObjectKeeper` on the dicts of a store."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    def put(self, names: Mapping[str, str]) -> None:
        """Contents, by sha256, are views of these objects from now on, whatever they were views of."""
        self._store.change(())
        self._store.state.objects.update(names)

    def remove(self, sha256s: Collection[str]) -> int:
        """Makes them views of nothing; how many there were."""
        self._store.change(())
        return sum(self._store.state.objects.pop(sha256, None) is not None for sha256 in set(sha256s))

    def all(self) -> dict[str, str]:
        """Name of the object of each content that is a view of one, by sha256; by name, then sha256."""
        return dict(sorted(self._store.state.objects.items(), key=lambda row: (row[1].encode(), row[0])))

    def members(self, by: str, where: str | None = None) -> Iterator[tuple[int, str]]:
        """Ids of contents with the names of their things: by `object`, `label` or `folder`, or by values of a KEY."""
        for record in self._store.records(where=where):
            if by == "folder":
                yield record.id, os.path.dirname(record.path)  # noqa: PTH120
            elif by == "object":
                yield from [(record.id, record.object)] if record.object else []
            elif by == "label":
                yield from ((record.id, label.name) for label in record.labels if not label.value)
            else:
                own = (label for label in record.labels if label.value and label.name == by.lower())
                yield from ((record.id, label.value) for label in own)


def is_below(path: str, roots: Sequence[str]) -> bool:
    """Whether it is one of these paths, or lies below one."""
    return any(path == root or path.startswith(root.rstrip("/") + "/") for root in roots)


def _key(label: Label) -> tuple[bytes, bytes]:
    return label.name.encode(), label.value.encode()
