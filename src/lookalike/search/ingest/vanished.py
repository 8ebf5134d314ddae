"""Files that the library knows and a walk did not meet: moved, deleted, or on a drive that is not connected."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from lookalike.protocols import Store
from lookalike.types import Failure, Stamp


@dataclass
class Vanished:
    """Vanished files at `paths`, and where they went. `found_again` are those that were met under another name."""

    paths: set[str]
    found_again: set[str] = field(default_factory=set)

    def origin_of(self, store: Store, sha256: str) -> str | None:
        """The path of a vanished file with these bytes from which no other file came; it is found again."""
        known = store.contents([sha256]) if self.paths else {}
        ids = np.array([id for id, _ in known.values()], np.int64)
        return self._first(record.path for record in store.records(ids)) if len(ids) else None

    def origin_of_failure(self, failures: Iterable[Failure], failure: Failure) -> str | None:
        """The path of a vanished file that gave no picture either, among the `failures` of before."""
        return self._first(each.path for each in failures if _is_one_file(each, failure)) if self.paths else None

    def _first(self, paths: Iterable[str]) -> str | None:
        for path in paths:
            if path in self.paths and path not in self.found_again:
                self.found_again.add(path)
                return path
        return None

    def doubtful(self, known: Iterable[str], roots: Sequence[str]) -> dict[str, str]:
        """By path, the folder for which a file that was not found again should be kept.

        That is a folder that is empty now, as a mount point is, or a root that lost more than half of the files that
        the library knows below it.
        """
        lost = self.paths - self.found_again
        found = {path: folder for path in lost if (folder := _empty_folder(path)) is not None}
        there = Counter(root for path in known if (root := _root_of(path, roots)))
        for root, paths in _by_root(lost, roots).items():
            if 2 * len(paths) > there[root]:
                found |= dict.fromkeys(paths, root)
        return found

    def below(self, folders: Sequence[str]) -> dict[str, str]:
        """By path, the one of `folders` in which a file lies that was not found again."""
        if not folders:
            return {}
        lost = self.paths - self.found_again
        return {path: folder for path in lost if (folder := _root_of(path, folders)) is not None}


def vanished(unseen: Mapping[str, Stamp]) -> Vanished:
    """Files that a walk did not meet and that are not there, rather than hidden from us."""
    return Vanished({path for path in unseen if is_gone(path)})


def is_gone(path: str) -> bool:
    """Whether there is no file of that name, as far as its folder lets us look."""
    try:
        return not stat.S_ISREG(os.lstat(path).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return os.access(_nearest_folder(path), os.R_OK | os.X_OK)
    except OSError:
        return False


def _empty_folder(path: str) -> str | None:
    """The nearest folder above a vanished file, if nothing is in it."""
    folder = _nearest_folder(path)
    try:
        return None if any(folder.iterdir()) else os.fspath(folder)
    except OSError:
        return os.fspath(folder)


def _nearest_folder(path: str) -> Path:
    folder = Path(path).parent
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    return folder


def _by_root(paths: Iterable[str], roots: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in paths:
        found.setdefault(_root_of(path, roots) or "", []).append(path)
    return found


def _root_of(path: str, roots: Sequence[str]) -> str | None:
    return next((root for root in roots if path == root or path.startswith(root.rstrip("/") + "/")), None)


def _is_one_file(before: Failure, now: Failure) -> bool:
    """By its bytes, where they were read, else by what the system knows it by."""
    if before.sha256 is not None or now.sha256 is not None:
        return before.sha256 == now.sha256
    return before.stamp is not None and before.stamp == now.stamp
