"""Pictures of the library read once more, a file of each content."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from lookalike.protocols import Store
from lookalike.search.ingest.read import Loaded, ahead, load
from lookalike.search.ingest.scan import Found
from lookalike.types import Ids, Record


def read_again(records: Iterable[Record], max_bytes: int) -> Iterator[tuple[int, Loaded]]:
    """The content's id and its bytes; what is gone or has changed waits for the next scan of its folder."""
    known: dict[str, int] = {}

    def found() -> Iterator[Found]:
        for record in records:
            known[record.content.sha256] = record.id
            yield Found(record.path, record.stamp)

    for loaded in ahead(partial(load, max_bytes=max_bytes), found(), threads=2):
        if isinstance(loaded, Loaded) and loaded.sha256 in known:
            yield known[loaded.sha256], loaded


def one_file_each(store: Store, ids: Ids) -> list[Record]:
    """The last file by name of each content; none of what was added without a file."""
    return list({record.id: record for record in store.records(ids) if record.has_file}.values())
