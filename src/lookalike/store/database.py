"""Statements in, rows out: what the tables of a library need of a database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeAlias

from lookalike.facts import Quantity
from lookalike.types import Ids

Condition: TypeAlias = tuple[str, list[Any]]
"""A condition as SQL, and its values in order."""


class Database(Protocol):
    """A connection, used from one thread. In a statement each value is a `?`, and no value becomes part of its text.

    Names of tables and columns in statements are constants of this package, or numbers of spaces.
    """

    @property
    def comparisons(self) -> Comparisons:
        """How it writes the comparisons of a filter that no standard covers."""

    def rows(self, text: str, values: Sequence[Any] = ()) -> Iterator[Any]:
        """One after the other."""

    def each(self, text: str, keys: Iterable[Any]) -> Iterator[Any]:
        """Rows of a statement of one value, for each of the keys."""

    def batches(self, text: str, values: Sequence[Any], size: int) -> Iterator[list[Any]]:
        """`size` rows at a time, whatever is asked in between."""

    def value(self, text: str, values: Sequence[Any] = ()) -> Any:
        """The first column of the only row."""

    def ids(self, text: str, values: Sequence[Any] = ()) -> Ids:
        """The first column."""

    def among(self, column: str, ids: Ids) -> Condition:
        """Whether the column is one of the ids."""

    def change(self, text: str, rows: Sequence[Sequence[Any]] = ((),)) -> int:
        """Runs a statement once for each row of values, only inside a transaction; how many rows it changed."""

    def note(self, text: str, rows: Sequence[Sequence[Any]]) -> int:
        """As `change`, for what no index follows: the generation stays."""

    def put(self, table: str, rows: Sequence[Sequence[Any]], *, keeping: bool = False, noted: bool = False) -> int:
        """Puts rows of `schema.COLUMNS` in place of those with their keys, or else `keeping` those; how many it put.

        Each gets its checksum. With `noted` no index need follow. Raises `ValueError` where a row names a content that
        is not there.
        """

    def transaction(self) -> AbstractContextManager[None]:
        """Commits on leaving, rolls back on an error; raises the generation with any change."""


class Comparisons(Protocol):
    """Conditions on the tables of `record_rows.SOURCES`; each is true or false, and unknown where a text is."""

    def path(self, pattern: str) -> Condition:
        """Whether a glob fits the path of record r, see `matching.path_matches`."""

    def name(self, pattern: str) -> Condition:
        """Whether a glob fits the name of its file, see `matching.name_matches`."""

    def text(self, columns: Sequence[str], pattern: str) -> Condition:
        """Whether a glob fits the first of these columns that is known, see `matching.text_matches`."""

    def keyword(self, pattern: str) -> Condition:
        """Whether it fits one of the keywords."""

    def quantity(self, sign: str, quantity: Quantity) -> Condition:
        """Whether the value of a label compares so, see `matching.quantity_passes`."""

    def date(self, taken: str, sign: str, first: str) -> Condition:
        """Whether the time `taken`, where it is known, or else that of the file begins so, see `matching.date_of`."""
