"""Files that belong beside each other and are none too many: halves of a format pair, and exposures of a burst."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import Final, Literal

from lookalike.types import Record

RAW: Final = frozenset(
    f".{ending}"
    for ending in (
        *("3fr", "arw", "cr2", "cr3", "crw", "dng", "erf", "iiq", "kdc", "mef", "mos", "mrw", "nef", "nrw", "orf"),
        *("pef", "raf", "raw", "rw2", "rwl", "sr2", "srw", "x3f"),
    )
)
"""Endings of what cameras write before they develop it."""
HEIC: Final = frozenset((".heic", ".heif", ".hif"))
JPEG: Final = frozenset((".jpg", ".jpeg", ".jpe", ".jfif"))
COUNTED_ON: Final = 30
"""Numbers by which two names of one second may be apart: cameras count their exposures, programs that copy do not."""
_NUMBERED: Final = re.compile(r"(.*\D|)(\d{3,9})(\D*)", re.DOTALL)

Kind = Literal["pair", "burst"]
Name = tuple[str, str]


@dataclass(frozen=True)
class Companion:
    """Why a member is not one too many: it makes a `pair`, or a `burst`, with the file `of`."""

    kind: Kind
    of: Record
    words: str


def companion_of(member: Record, best: Record, namesakes: Sequence[Record], *, identical: bool) -> Companion | None:
    """The companion that `member` is to the best one of its group, or to one of its `namesakes`; None of a plain copy.

    `identical` to the best one it is no other exposure.
    """
    half = next((each for each in namesakes if is_pair(each.path, member.path)), None)
    if half is not None:
        return Companion("pair", half, f"format pair with {PurePath(half.path).name}")
    apart = None if identical else exposures_apart(best, member)
    return None if apart is None else Companion("burst", best, apart)


def name_of(path: str) -> Name:
    """Folder and name of a file, without its ending, as a camera names both halves of a pair."""
    folder, name = os.path.split(path)
    return folder, os.path.splitext(name)[0].casefold()  # noqa: PTH122  any bytes, and fast


def is_pair(a: str, b: str) -> bool:
    """Whether one is the JPEG that a camera wrote beside the other, a RAW or HEIC of one name in one folder."""
    endings = PurePath(a).suffix.lower(), PurePath(b).suffix.lower()
    fits = any(
        (first in JPEG and second in RAW | HEIC) or (first in HEIC and second in RAW)
        for first, second in (endings, endings[::-1])
    )
    return fits and name_of(a) == name_of(b)


class Halves:
    """Files on disk that make format pairs, whether a library knows them or not; each folder is listed once."""

    def __init__(self) -> None:
        self._named: dict[str, dict[Name, list[str]]] = {}

    def beside(self, path: str) -> list[str]:
        """Files that make one with this."""
        if PurePath(path).suffix.lower() not in RAW | HEIC | JPEG:
            return []
        folder, name = name_of(path)
        if folder not in self._named:
            self._named[folder] = _pictures_in(folder)
        return [each for each in self._named[folder].get((folder, name), ()) if is_pair(each, path)]


def _pictures_in(folder: str) -> dict[Name, list[str]]:
    named: dict[Name, list[str]] = {}
    try:
        names = sorted(os.listdir(os.fsencode(folder)))  # noqa: PTH208  names alone, of any bytes
    except OSError:
        return named
    for path in (os.path.join(folder, os.fsdecode(each)) for each in names):  # noqa: PTH118
        if os.path.splitext(path)[1].lower() in RAW | HEIC | JPEG:  # noqa: PTH122
            named.setdefault(name_of(path), []).append(path)
    return named


def exposures_apart(a: Record, b: Record) -> str | None:
    """In words how far apart two were taken, None where nothing says that they are two exposures.

    An edited copy has the time of its original or none. Of one second, names that count on tell two exposures.
    """
    times = _time(a), _time(b)
    if times[0] is None or times[1] is None:
        return None
    seconds = abs((times[0] - times[1]).total_seconds())
    if seconds:
        return f"burst, taken {seconds:,.0f} s apart" if seconds < 60 else "taken at another time"
    return "burst, names that count on" if _counts_on(a.path, b.path) else None


def _time(record: Record) -> datetime | None:
    try:
        return None if record.content.taken is None else datetime.fromisoformat(record.content.taken)
    except ValueError:
        return None


def _counts_on(a: str, b: str) -> bool:
    one, other = (_NUMBERED.fullmatch(PurePath(path).stem) for path in (a, b))
    if one is None or other is None or (one[1], one[3]) != (other[1], other[3]):
        return False
    return 0 < abs(int(one[2]) - int(other[2])) <= COUNTED_ON
