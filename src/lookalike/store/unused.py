"""Contents that no file has any more, and all that hangs on them."""

from __future__ import annotations

from collections.abc import Iterable

from lookalike.store.database import Database

_OF_CONTENTS = ("frames", "compared", "facts", "places")


def drop_unused(database: Database, tables: Iterable[str]) -> None:
    """Drops them, from `tables` of vectors as well; labels stay, for bytes that come back."""
    unused = "NOT EXISTS (SELECT 1 FROM records r WHERE r.{} = {}.{})"
    for table in (*tables, *_OF_CONTENTS):
        database.change(f"DELETE FROM {table} WHERE {unused.format('content', table, 'content')}")
    for end in ("a", "b"):
        database.change(f"DELETE FROM relations WHERE {unused.format('content', 'relations', end)}")
    database.change(f"DELETE FROM sidecars WHERE {unused.format('path', 'sidecars', 'path')}")
    database.change(f"DELETE FROM contents WHERE {unused.format('content', 'contents', 'id')}")
