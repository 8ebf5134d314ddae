"""Folders that are followed: bursts of changes, and drives that come and go."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lookalike.errors import MissingExtra
from lookalike.search.duplicates.scope import lies_in

MOUNTS: Final = Path("/proc/self/mountinfo")
"""Linux alone has it; elsewhere the rules of `index` for empty folders are all that keeps files of a drive."""
TOLD_NOTHING: Final[frozenset[str]] = frozenset()
Identity = tuple[object, ...]


@dataclass(frozen=True)
class Pace:
    """Seconds: `quiet` ends a burst, `longest` bounds one; `look` between looks at drives; `again` between full looks.

    Where the system tells of no changes, `unaided` takes the place of `again`.
    """

    quiet: float = 1.0
    longest: float = 10.0
    look: float = 0.5
    again: float = 600.0
    unaided: float = 30.0


class Follower:
    """Follows `roots`, absolute folders, but for what is hidden and what lies in the folders `but`.

    A folder that is not there is waited for. `on_trouble` is told once where the system cannot tell of changes.
    """

    def __init__(
        self,
        roots: Sequence[str],
        but: Sequence[str],
        should_stop: Callable[[], bool],
        pace: Pace = Pace(),
        on_trouble: Callable[[str], object] = lambda _: None,
    ) -> None:
        self._roots, self._but = list(roots), list(but)
        self._should_stop = should_stop
        self._pace = pace
        self._on_trouble = on_trouble
        self._is_troubled = False
        self._drives = set(_mounted(self._roots).values())

    def there(self) -> list[str]:
        """The folders that are there now."""
        return [root for root in self._roots if os.path.isdir(root)]  # noqa: PTH112  names of any bytes

    def away(self) -> list[str]:
        """Folders of drives that were there since this began, and are not now: their files are not deleted."""
        now = set(_mounted(self._roots).values())
        self._drives |= now
        return sorted(self._drives - now)

    def bursts(self) -> Iterator[None]:
        """One as soon as the folders are followed, then one whenever something may have changed, until it is stopped.

        What changes while a burst is worked on is the next one.
        """
        while not self._should_stop():
            identity, last = self._identity(), -float("inf")
            for changed in self._changes():
                if self._should_stop():
                    return
                if self._identity() != identity:
                    break
                again = self._pace.unaided if self._is_troubled else self._pace.again
                if any(map(self._matters, changed)) or time.monotonic() - last >= again:
                    yield
                    last = time.monotonic()

    def _identity(self) -> Identity:
        """Another one where a folder came, went, or is another by now, or where a drive within it did or is."""
        self.away()  # notes what is there
        return *map(_inode, self._roots), tuple(_mounted(self._roots).items())

    def _changes(self) -> Iterator[frozenset[str]]:
        """Paths that changed, and none whenever it is time to look at the drives."""
        there = self.there()
        try:
            from watchfiles import watch
        except ImportError as error:
            raise MissingExtra("to follow folders install lookalike[watch]: pip install 'lookalike[watch]'") from error
        try:
            if there and not self._is_troubled:
                told = watch(
                    *there,
                    watch_filter=None,
                    debounce=int(1000 * self._pace.longest),
                    step=int(1000 * self._pace.quiet),
                    rust_timeout=int(1000 * self._pace.look),
                    yield_on_timeout=True,
                    stop_event=_Stop(self._should_stop),
                    raise_interrupt=True,
                    ignore_permission_denied=True,
                )
                yield from (frozenset(path for _, path in changes) for changes in told)
                return
        except FileNotFoundError:  # gone meanwhile
            pass
        except (OSError, UnicodeError, RuntimeError) as error:
            self._is_troubled = True
            self._on_trouble(f"{error}: every {self._pace.unaided:g} s all is looked at instead")
        while True:
            time.sleep(self._pace.look)
            yield TOLD_NOTHING
            if self.there() != there:
                return

    def _matters(self, path: str) -> bool:
        """Whether `index` would look at it: nothing hidden, and nothing of ours."""
        if lies_in(path, self._but):
            return False
        root = next((root for root in self._roots if lies_in(path, [root])), "")
        return f"{os.sep}." not in path[len(root.rstrip(os.sep)) :]


@dataclass(frozen=True)
class _Stop:
    """An event, as `watchfiles` asks it."""

    is_set: Callable[[], bool]


def _inode(path: str) -> tuple[int, int] | None:
    try:
        status = Path(path).stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _mounted(roots: Sequence[str]) -> dict[str, str]:
    """Mount points at and below `roots`, by what the system calls each mount."""
    try:
        lines = MOUNTS.read_bytes().splitlines()
    except OSError:
        return {}
    found = {}
    for line in lines:
        number, _, _, _, place, *_ = line.split(b" ")
        path = os.fsdecode(re.sub(rb"\\([0-7]{3})", lambda octal: bytes([int(octal[1], 8)]), place))
        if lies_in(path, roots):
            found[number.decode()] = path
    return found
