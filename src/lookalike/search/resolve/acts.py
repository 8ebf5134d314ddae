"""The acts: what is done to one file for which another stands. Each can be undone by `undo`, whenever it is stopped."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Protocol

from lookalike.search.duplicates.scope import lies_in
from lookalike.search.resolve import trash
from lookalike.search.resolve.files import Held
from lookalike.search.resolve.journal import Entry
from lookalike.search.resolve.moving import make_folder, move, rename_new, temporary_beside
from lookalike.search.resolve.outcomes import Refused


class Act(Protocol):
    """One kind of act. `aim` says what will be, and raises `Refused`; `perform` does it."""

    def aim(self, file: Held, kept: Held, same_bytes: bool) -> tuple[str | None, str | None]:
        """Where the file goes, or what stands for it, and a temporary name on the way."""

    def perform(self, entry: Entry, file: Held, kept: Held) -> str | None:
        """Does it; gives what `to` of the entry is from then on."""


@dataclass(frozen=True)
class Trash:
    """Into the trash of the system."""

    def aim(self, file: Held, kept: Held, same_bytes: bool) -> tuple[str | None, str | None]:  # noqa: ARG002
        """Where exactly, the system decides."""
        return None, None

    def perform(self, entry: Entry, file: Held, kept: Held) -> str | None:  # noqa: ARG002
        """None where the trash cannot be looked into."""
        trash.put(entry.path)
        there = trash.found(entry.path, entry.sha256)
        if there is None:
            self._refuse_another(entry, file)
            return None
        return there.path

    def _refuse_another(self, entry: Entry, file: Held) -> None:
        """Puts back what somebody wrote to at the last moment."""
        for path in trash.named(entry.path):
            with suppress(OSError):
                now = os.lstat(path)
                if (now.st_dev, now.st_ino) == file.inode:
                    rename_new(path, entry.path)
                    raise Refused("changed", "it changed while it was moved to the trash, and was put back")


@dataclass(frozen=True)
class Move:
    """Below the folder `into`, by the whole path that it had."""

    into: str

    def aim(self, file: Held, kept: Held, same_bytes: bool) -> tuple[str | None, str | None]:  # noqa: ARG002
        """A name that nobody has there."""
        if lies_in(file.path, [self.into]):
            raise Refused("set_aside", f"it lies in {self.into!r} already")
        target = mirrored(file.path, self.into)
        if os.path.lexists(target):
            raise Refused("name_taken", f"{target!r} is there already")
        return target, temporary_beside(target)

    def perform(self, entry: Entry, file: Held, kept: Held) -> str | None:  # noqa: ARG002
        """To the name that was aimed at."""
        assert entry.to is not None
        assert entry.temporary is not None
        make_folder(os.path.dirname(entry.to))
        move(file, entry.to, entry.temporary, entry.sha256)
        return entry.to


def mirrored(path: str, into: str) -> str:
    """The place of a file below a folder that mirrors the whole tree."""
    return os.path.join(into, path.lstrip(os.sep))


@dataclass(frozen=True)
class Link:
    """A hard link, or a symbolic one, to the kept file in place of a file of the same bytes."""

    symbolic: bool

    def aim(self, file: Held, kept: Held, same_bytes: bool) -> tuple[str | None, str | None]:
        """Refuses other bytes, which would be lost, and for hard links another drive."""
        if not same_bytes:
            raise Refused("other_bytes", "its bytes are not those of the kept one, and a link would lose them")
        if not self.symbolic and file.status.st_dev != kept.status.st_dev:
            raise Refused("other_drive", "it lies on another drive than the kept one")
        target = os.path.relpath(kept.path, os.path.dirname(file.path)) if self.symbolic else None
        return target, temporary_beside(file.path)

    def perform(self, entry: Entry, file: Held, kept: Held) -> str | None:
        """The link is made beside the file and takes its name at once: no moment is without either."""
        assert entry.temporary is not None
        if entry.to is not None:
            os.symlink(entry.to, entry.temporary)
        else:
            os.link(kept.path, entry.temporary, follow_symlinks=False)
        try:
            self._check(entry.temporary, file, kept)
            os.replace(entry.temporary, entry.path)
        except BaseException:
            with suppress(OSError):
                os.unlink(entry.temporary)
            raise
        finally:
            kept.renew()  # a further name is no change of the bytes
        return entry.to

    def _check(self, made: str, file: Held, kept: Held) -> None:
        """Raises `Refused` where the link does not lead to the kept file, or the other is not what it was."""
        now = os.stat(made)
        if (now.st_dev, now.st_ino) != kept.inode:
            raise Refused("kept", "the kept one changed meanwhile")
        if not file.is_as_it_was:
            raise Refused("changed", "it changed meanwhile")


ACTS: Final[Mapping[str, Callable[[str], Act]]] = {
    "trash": lambda _: Trash(),
    "move": Move,
    "hardlink": lambda _: Link(symbolic=False),
    "symlink": lambda _: Link(symbolic=True),
}
"""By action, from the folder that it takes, if any."""
