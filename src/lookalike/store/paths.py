"""File names in a database: their bytes, since that is what they are."""

from __future__ import annotations

import os


def stored(path: str) -> bytes:
    """The name as the system has it."""
    return os.fsencode(path)


def text(path: bytes) -> str:
    """The name in text, surrogate-escaped."""
    return os.fsdecode(path)


def below(root: str) -> tuple[str, list[bytes]]:
    """A condition on the column `path`, with its values: it is `root`, or lies below."""
    name = stored(root)
    folder = name.rstrip(b"/") + b"/"
    return "(path = ? OR (path >= ? AND path < ?))", [name, folder, folder[:-1] + b"0"]  # '0' follows '/'
