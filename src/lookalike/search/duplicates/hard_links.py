"""Names of one file: what is said of one of them is true of all, and dropping one frees nothing."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from lookalike.types import Record

HARD_LINKS: Final = "one file under two names (hard links)"


def are_hard_links(a: object, b: object) -> bool:
    """Whether both are paths, unlike, of one file that no symbolic link leads to."""
    if not isinstance(a, (str, os.PathLike)) or not isinstance(b, (str, os.PathLike)):
        return False
    first, second = Path(os.path.realpath(a)), Path(os.path.realpath(b))
    return first != second and first.is_file() and second.is_file() and first.samefile(second)


def hard_links(records: Sequence[Record]) -> dict[str, str]:
    """The path of each file that was met under another path before, with that path."""
    first: dict[tuple[int, int], str] = {}
    links: dict[str, str] = {}
    for record in records:
        stamp = record.stamp
        if stamp.inode:  # some file systems number none
            name = first.setdefault((stamp.device, stamp.inode), record.path)
            if name != record.path:
                links[record.path] = name
    return links
