"""An inverted file whose lists stay on disk: the system reads those that are looked into, and lets go of them at will.

In memory are the centres alone. What is added or removed brings the lists into memory until they are saved.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import faiss

from lookalike.finders import Index
from lookalike.index.faiss_ import of_space, read
from lookalike.index.ivf import InvertedFile
from lookalike.index.probed import ProbedLists
from lookalike.types import Ids, Space, Vectors


@dataclass(frozen=True)
class MappedLists(InvertedFile):
    """`ivf`, read by mmap."""

    name: ClassVar[str] = "disk"

    def bytes(self, space: Space, n: int) -> int:
        """The centres, and what an id takes: codes are on disk."""
        return 8 * n + 4 * self.lists * space.dim

    def load(self, path: Path, space: Space) -> Index:
        """Index from a file of `save`, which must not be written to from then on: to replace it is no harm."""
        return _Mapped(space, self, path)


class _Mapped(ProbedLists):
    def __init__(self, space: Space, maker: MappedLists, path: Path) -> None:
        super().__init__(space, maker, _mapped(path, space))
        self._is_map = True

    def _append(self, ids: Ids, vectors: Vectors) -> None:
        self._bring_in()
        super()._append(ids, vectors)

    def _drop(self, ids: Ids) -> None:
        self._bring_in()
        super()._drop(ids)

    def _bring_in(self) -> None:
        """Lists of a map can't change; the file may be another by now, so that it is not read again."""
        if self._is_map:
            lists = _copied(self._file.invlists)
            self._file.replace_invlists(lists, True)
            lists.this.disown()
            self._is_map = False


def _copied(lists: Any) -> Any:
    """Copies of the lists, in memory."""
    copy: Any = faiss.ArrayInvertedLists(lists.nlist, lists.code_size)
    for number in range(lists.nlist):
        size = lists.list_size(number)
        if size:
            copy.add_entries(number, size, lists.get_ids(number), lists.get_codes(number))
    return copy


def _mapped(path: Path, space: Space) -> Any:
    """The index with its lists in the file; in memory where faiss can't spell its name."""
    try:
        name = os.fspath(path).encode("utf-8").decode("utf-8")
    except UnicodeEncodeError:
        return read(path, space)
    return of_space(faiss.read_index(name, faiss.IO_FLAG_MMAP), space)
