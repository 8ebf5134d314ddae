"""Things that all processes of one service see: files of its own folder, by names that no request can guess."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ENDING = ".kept"


@dataclass(frozen=True)
class SharedFiles:
    """Bytes by name, at most so many; those that were put or renewed longest ago go first.

    A reader sees what was put last, whole. Names are hashed, so that one which a request tells leads nowhere else.
    """

    folder: Path
    most: int

    def put(self, name: str, data: bytes) -> None:
        """Keeps `data` in the place of what had that name."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, made = tempfile.mkstemp(dir=self.folder)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        is_new = not self._file(name).exists()
        Path(made).replace(self._file(name))
        if is_new:
            for path in self._all()[: -self.most]:
                path.unlink(missing_ok=True)

    def get(self, name: str) -> bytes | None:
        """None where it is not kept, or no longer."""
        try:
            return self._file(name).read_bytes()
        except FileNotFoundError:
            return None

    def drop(self, name: str) -> None:
        """Forgets it."""
        self._file(name).unlink(missing_ok=True)

    def all(self) -> Sequence[bytes]:
        """Everything that is kept; the last that was put or renewed comes last."""
        found = []
        for path in self._all():
            with suppress(FileNotFoundError):
                found.append(path.read_bytes())
        return found

    def state(self, name: str) -> tuple[int, int] | None:
        """Something else after each `put`; None where it is not kept."""
        try:
            told = self._file(name).stat()
        except FileNotFoundError:
            return None
        return told.st_ino, told.st_mtime_ns

    def _all(self) -> list[Path]:
        times = {}
        for path in self.folder.glob(f"*{ENDING}"):
            with suppress(FileNotFoundError):
                times[path] = path.stat().st_mtime_ns
        return sorted(times, key=lambda path: (times[path], path))

    def _file(self, name: str) -> Path:
        return self.folder / f"{hashlib.sha256(name.encode()).hexdigest()}{ENDING}"
