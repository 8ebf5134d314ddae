"""A library that came to nothing, taken away again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from lookalike.errors import LookalikeError
from lookalike.location import Location
from lookalike.store import kind_of


@contextmanager
def removed_if_refused(at: Location) -> Iterator[None]:
    """A library that is made within, and holds nothing when an error ends it, leaves no trace."""
    kind = kind_of(at)
    had_folder, had_library = at.folder.exists(), kind.is_there(at)
    try:
        yield
    except BaseException:
        with suppress(LookalikeError, OSError):  # another fills it by now, it is half made, the disk is gone
            if not had_library and kind.is_there(at):
                kind.remove_if_empty(at)
                if not had_folder:
                    at.folder.rmdir()
        raise
