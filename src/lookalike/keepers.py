"""Parts of a store that keep what files and people say of pictures."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from lookalike.facts import Facts, Judgement, Label, Place
from lookalike.types import Hits, Ids, Size, Stamp


class Listed(NamedTuple):
    """A file of the library, as `Record` but for what takes long to read: (w, h) px and the id of its content."""

    path: str
    id: int
    size: Size


class FactKeeper(Protocol):
    """Facts that were read: of a content in the file itself, of a path in a sidecar beside it."""

    def put(self, facts: Mapping[str, tuple[Facts, Place | None]]) -> None:
        """Adds or replaces what was read, by the sha256 of known contents; no index need follow."""

    def missing(self) -> Ids:
        """Ascending ids of contents with a record whose facts were never read."""

    def put_sidecars(self, sidecars: Mapping[str, tuple[Stamp, Facts]]) -> None:
        """Adds or replaces what sidecars say, by the path of the picture."""

    def drop_sidecars(self, paths: Iterable[str]) -> None:
        """Forgets the sidecars of pictures at these paths."""

    def move_sidecars(self, paths: Iterable[tuple[str, str]]) -> None:
        """Sidecars of pictures at the first path of each pair are those of the second."""

    def sidecars(self, under: Sequence[str]) -> dict[str, Stamp]:
        """Stamp of the sidecar of each picture that is one of these paths or lies below one, and has one."""

    def place(self, sha256: str) -> Place | None:
        """Where it was taken, as its file says."""

    def of_contents(self) -> Iterator[tuple[str, Facts, Place | None]]:
        """Facts that were put, with the sha256 of the content, by the content's id."""

    def of_sidecars(self) -> Iterator[tuple[str, Stamp, Facts]]:
        """Facts that were put of sidecars, by path."""


class LabelKeeper(Protocol):
    """Labels that were given to contents. They outlive the records: what comes back has its labels again."""

    def add(self, rows: Collection[tuple[str, Label]]) -> int:
        """Gives contents, by sha256, labels; a KEY=VALUE takes the place of another value. How many are new."""

    def remove(self, rows: Collection[tuple[str, Label]]) -> int:
        """Takes them away; a `Label` without a value takes that name with all of its values. How many there were."""

    def of(self, sha256: str) -> tuple[Label, ...]:
        """By name, then value."""

    def all(self) -> list[tuple[str, Label]]:
        """Every label with the sha256 of its content, by label, then sha256."""

    def counts(self) -> dict[Label, int]:
        """Files with each label, by label; 0 where the library has no such bytes now."""

    def contents_at(self, paths: Iterable[str]) -> dict[str, str]:
        """The sha256 of the content of each path that has a record."""


class LessonKeeper(Protocol):
    """Judgements of answers, and profiles made of them and of labels; they outlive the records, as labels do."""

    def judge(self, rows: Collection[Judgement]) -> int:
        """Keeps them, the last of a question and a content; how many are new or changed."""

    def judgements(self) -> list[Judgement]:
        """By question, then sha256."""

    def forget(self, rows: Collection[Judgement]) -> int:
        """Drops those of these questions and contents, whatever they say; how many there were."""

    def put_profile(self, name: str, text: str | None) -> None:
        """Adds or replaces it; with None drops it."""

    def profiles(self) -> dict[str, str]:
        """Texts by name, in their order."""


class ObjectKeeper(Protocol):
    """Objects that contents are views of, one each at most. They outlive the records, as labels do."""

    def put(self, names: Mapping[str, str]) -> None:
        """Contents, by sha256, are views of these objects from now on, whatever they were views of."""

    def remove(self, sha256s: Collection[str]) -> int:
        """Makes them views of nothing; how many there were."""

    def all(self) -> dict[str, str]:
        """Name of the object of each content that is a view of one, by sha256; by name, then sha256."""

    def members(self, by: str, where: str | None = None) -> Iterator[tuple[int, str]]:
        """Ids of contents with the names of their things: by `object`, `label` or `folder`, or by values of a KEY.

        Of records that pass `where`; a pair may come more than once.
        """


class WordKeeper(Protocol):
    """Words of contents with a record: names, folders, labels, and facts, see `store.words`."""

    def holding(self, phrase: Sequence[str], *, prefix: bool = False) -> Hits:
        """Contents that hold these tokens side by side, by BM25; with `prefix` the last one may go on."""
