"""Seams of indexes: what finds the nearest rows, or sets of rows, of one space."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Protocol, runtime_checkable

from lookalike.types import Hits, Ids, LocalFeatures, Metric, Space, Vectors


class Held(Protocol):
    """Rows, or sets of rows, of one space by their ids. Derived from the store, hence disposable."""

    @property
    def space(self) -> Space: ...
    @property
    def kind(self) -> str:
        """As in the table, for `status`."""

    def __len__(self) -> int:
        """Number of ids."""

    @property
    def ids(self) -> Ids:
        """Ascending."""

    def remove(self, ids: Ids) -> None:
        """Drops rows; an id that is not there is no error."""

    def save(self, path: Path) -> None: ...


class Finder(Protocol):
    """Finds the nearest rows of one space."""

    def search(self, queries: Vectors, k: int, among: Ids | None = None) -> list[Hits]:
        """For each query its best `k`, the lowest ids of equals, or fewer; only of ids in `among`, when given."""


class Index(Held, Finder, Protocol):
    """Rows among which the nearest are found."""

    @property
    def maker(self) -> IndexMaker:
        """Its configuration."""

    def searched_by(self, maker: IndexMaker) -> Index:
        """These rows as another configuration of the same file searches them, see `IndexMaker.efforts`."""

    @property
    def marked(self) -> int:
        """Rows that were dropped and still take room, until it is built anew."""

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """Adds rows; a row whose id is already there replaces it."""


class SetIndex(Held, Protocol):
    """Finds the pictures, each an id, whose local features, of one space, are most like those of another."""

    def add(self, ids: Ids, features: Sequence[LocalFeatures]) -> None:
        """Adds pictures; one that is there is replaced."""

    def search(self, features: LocalFeatures, k: int, among: Ids | None = None) -> Hits:
        """The best `k`, the lowest ids of equals, or fewer; only of ids in `among`, when given."""


class IndexMaker(Protocol):
    """A frozen configuration that builds indexes."""

    name: ClassVar[str]
    metrics: ClassVar[tuple[Metric, ...]]
    """Metrics of the spaces that it takes."""

    @property
    def factor(self) -> int:
        """Times as many hits as are asked for, among which exact scores find the best; 1 where its own will do."""

    @property
    def efforts(self) -> Mapping[str, Sequence[int]]:
        """Values, ascending, of those of its fields that may change without another file: the more, the more found."""

    def bytes(self, space: Space, n: int) -> int:
        """Memory that an index of `n` rows takes, about."""

    def build(self, space: Space, sample: Vectors) -> Index:
        """An empty index, trained on `sample` where its kind needs training."""

    def load(self, path: Path, space: Space) -> Index: ...


@runtime_checkable
class Mappable(Protocol):
    """A kind whose files can be read as maps: processes that do so hold the pages of one file once."""

    def mapped(self, path: Path, space: Space) -> Any:
        """As `load`, of a file that is never written to, only replaced. Rows that change are brought into memory."""


@runtime_checkable
class Changing(Protocol):
    """An index whose file stays as it is while few of its rows change: what came and went is a file beside it."""

    def main(self) -> str:
        """Names all that the file holds."""

    def save(self, path: Path) -> None:
        """Saves all that there is, which is then `main`."""

    def save_changes(self, path: Path) -> None:
        """Saves what came and went since."""

    def take_changes(self, path: Path) -> None:
        """Takes what an index with the same `main` saved as its changes, into one that has none."""


class SetIndexMaker(Protocol):
    """A frozen configuration that builds indexes of sets."""

    def build(self, space: Space, sample: Vectors, features: int | None = None) -> SetIndex:
        """An empty index for about so many features, trained on `sample`."""

    def load(self, path: Path, space: Space) -> SetIndex: ...
