"""A library that came to nothing, taken away again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from lookalike.errors import LookalikeError
from lookalike.store import open_store
from lookalike.store.connection import FILE
from lookalike.store.lock import writer_lock


@contextmanager
def removed_if_refused(folder: Path) -> Iterator[None]:
    """A library that is made within, and holds nothing when an error ends it, leaves no trace."""
    file = folder / FILE
    had_folder, had_library = folder.exists(), file.exists()
    try:
        yield
    except BaseException:
        if not had_library and file.exists():
            with suppress(LookalikeError, OSError):  # another fills it by now, it is half made, the disk is gone
                _remove_if_empty(folder)
                if not had_folder:
                    folder.rmdir()
        raise


def _remove_if_empty(folder: Path) -> None:
    with writer_lock(folder):
        with closing(open_store(folder, write=False)) as store:
            if store.count() or store.spaces() or store.failures():
                return
        for file in folder.glob(f"{FILE}*"):
            file.unlink()
    (folder / "library.lock").unlink(missing_ok=True)
