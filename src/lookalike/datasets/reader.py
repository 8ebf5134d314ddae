"""Readers of a set of pictures as it lies on disk."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lookalike.datasets.retrieval import Retrieval
from lookalike.errors import BadQuery


@dataclass(frozen=True)
class Files:
    """The readable pictures below `root`: the sha256 of each by its absolute path.

    `distractors` says that others, of which none is ever right, will stand beside them.
    """

    root: str
    digests: Mapping[str, str]
    distractors: bool = False

    @property
    def name(self) -> str:
        """Name of the folder."""
        return os.path.basename(self.root)  # noqa: PTH119  bytes of any name

    def path(self, relative: str) -> str:
        """Absolute."""
        return os.path.join(self.root, *relative.split("/"))  # noqa: PTH118

    def relative(self) -> list[tuple[str, str]]:
        """(path from the root with slashes, absolute path) of each picture, sorted."""
        return [(os.path.relpath(path, self.root).replace(os.sep, "/"), path) for path in sorted(self.digests)]


@dataclass(frozen=True, eq=False)
class Pair:
    """Two pictures of one thing: (3, 3) px of `a` to px of `b`, or (m, 4) marked points xa, ya, xb, yb, if known."""

    a: str
    b: str
    homography: NDArray[np.float64] | None = None
    points: NDArray[np.float64] | None = None


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of pictures, and what was left out, by why."""

    name: str
    pairs: tuple[Pair, ...]
    left_out: Mapping[str, int] = field(default_factory=dict)

    def retrieval(self) -> Retrieval:
        """Pairs as questions: the first picture of each pair asks for the second among all second ones."""
        base = sorted({pair.b for pair in self.pairs})
        queries = sorted({pair.a for pair in self.pairs})
        place = {path: at for at, path in enumerate([*base, *(q for q in queries if q not in set(base))])}
        right = [sorted({place[pair.b] for pair in self.pairs if pair.a == query}) for query in queries]
        return Retrieval(
            self.name,
            "pairs",
            tuple(place),
            np.array([place[query] for query in queries], np.int64),
            np.arange(len(base)),
            tuple(np.array(places, np.int64) for places in right),
            np.arange(len(queries)),
            (),
            self.left_out,
        )


@dataclass(frozen=True, eq=False)
class Captions:
    """(path, what it shows in words) of pictures, several words for one picture."""

    name: str
    captions: tuple[tuple[str, str], ...]
    left_out: Mapping[str, int] = field(default_factory=dict)


Asked: TypeAlias = Retrieval | Pairs | Captions


class Reader(Protocol):
    """Knows one layout."""

    name: ClassVar[str]
    about: ClassVar[str]

    def recognises(self, root: Path) -> bool:
        """By names alone; cheap."""
        ...

    def tasks(self, files: Files) -> Mapping[str, Asked]:
        """By name; the first is what is meant when none is named. Raises `BadQuery` where the set makes no sense."""
        ...


def table(path: Path) -> list[list[str]]:
    """The words of each line; raises `BadQuery` where the file cannot be read."""
    try:
        return [line.split() for line in path.read_text("utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise BadQuery(f"cannot read the ground truth {os.fspath(path)!r}: {error}") from error
