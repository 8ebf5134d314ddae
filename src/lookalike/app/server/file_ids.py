"""Ids of files: several may hold the same bytes, so that the id of a picture does not say which one is meant."""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterable, Mapping

from lookalike.app.server.problems import Problem
from lookalike.protocols import Store
from lookalike.types import Record

DIGITS = 32


class FileIds:
    """Ids that tell nothing of a path to whoever lacks the `key`, which is another each time the service starts."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, path: str) -> str:
        """Id of the file at `path`."""
        return hmac.new(self._key, os.fsencode(path), "sha256").hexdigest()[:DIGITS]

    def records(self, ids: Iterable[str], store: Store) -> Mapping[str, Record]:
        """The files of `ids`, by id; raises `Problem` where the library holds one of them no more."""
        wanted = set(ids)
        found = {id: record for record in store.records() if (id := self.of(record.path)) in wanted}
        if len(found) < len(wanted):
            gone = f"{len(wanted) - len(found)} of the files that were named are not in the library"
            raise Problem(409, "groups_changed", f"{gone}: ask for the groups again, and decide on what they hold now")
        return found
