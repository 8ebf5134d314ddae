"""The journal of acts upon files: a line before each act and a line after, which only ever grows."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Final, Literal

from lookalike.search.resolve.moving import flush
from lookalike.search.resolve.outcomes import Action

NAME: Final = "resolve.journal"
FORMAT: Final = 1
Stage = Literal["begun", "done", "void", "undoing", "undone"]
"""`void`: begun, and came to nothing."""
OPEN: Final[frozenset[Stage]] = frozenset(("begun", "undoing"))
"""Stages after which nobody knows yet where the file is."""


@dataclass(frozen=True)
class Entry:
    """An act on the file at `path`, of these bytes, mode and time, for which the one at `kept` stands.

    `to` is where it goes, or what a symbolic link holds; None in the trash until it is found there. `temporary` is a
    name that only this act uses, on its way.
    """

    run: int
    number: int
    action: Action
    path: str
    kept: str
    sha256: str
    bytes: int
    mode: int
    mtime_ns: int
    to: str | None = None
    temporary: str | None = None
    stage: Stage = "begun"


class Journal:
    """The journal in the folder of a library; the caller holds the writer's lock."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / NAME
        self._entries = {(entry.run, entry.number): entry for entry in _read(self._file)}
        self.run = 1 + max((run for run, _ in self._entries), default=0)
        self._begun = 0

    def entries(self, *stages: Stage) -> list[Entry]:
        """Acts in these stages, in their order; all where none is named."""
        return [entry for _, entry in sorted(self._entries.items()) if not stages or entry.stage in stages]

    def note(self, entry: Entry, stage: Stage, **changes: Any) -> Entry:
        """The act at that stage, which is on the disk when this returns."""
        noted = replace(entry, stage=stage, **changes)
        self._append(noted)
        self._entries[noted.run, noted.number] = noted
        return noted

    def next_number(self) -> int:
        """Number of the next act of this run."""
        self._begun += 1
        return self._begun

    @property
    def has_acted(self) -> bool:
        """Whether this run began anything."""
        return self._begun > 0

    def _append(self, entry: Entry) -> None:
        line = json.dumps({"journal": FORMAT, **asdict(entry)}).encode("ascii") + b"\n"
        is_new = not self._file.exists()
        self._file.parent.mkdir(parents=True, exist_ok=True)  # of a library on a server it is not there before
        with open(self._file, "ab+", buffering=0) as file:
            size = file.seek(0, os.SEEK_END)
            if size:
                file.seek(size - 1)
                line = line if file.read(1) == b"\n" else b"\n" + line  # what a kill cut off stays a line of its own
            if file.write(line) != len(line):
                raise OSError(28, os.strerror(28), os.fspath(self._file))
            os.fsync(file.fileno())
        if is_new:
            flush(os.fspath(self._file.parent))


def _read(file: Path) -> Iterator[Entry]:
    """Lines that are whole: one that was cut off by a kill was not acted upon yet."""
    known = {field.name for field in fields(Entry)}
    try:
        lines = file.read_bytes().splitlines()
    except FileNotFoundError:
        return
    for line in lines:
        try:
            found = json.loads(line)
            if found.get("journal") == FORMAT:
                yield Entry(**{name: value for name, value in found.items() if name in known})
        except (ValueError, TypeError, AttributeError):
            continue
