"""The second pass of an index run: local features of every picture that has none, in isolated workers, resumable."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import BadQuery, LookalikeError
from lookalike.local import EXTRACTORS
from lookalike.local.sift import Sift
from lookalike.pixels.decode import decode
from lookalike.pixels.limits import Limits
from lookalike.pixels.worker_protocol import Reply
from lookalike.protocols import Extractor, Store
from lookalike.registry import configuration
from lookalike.search.ingest.backfill import Filling, fill, is_new
from lookalike.search.ingest.read import Loaded
from lookalike.search.ingest.run import IndexReport, Options
from lookalike.search.ranking.relation import DEFAULT_EXTRACTOR
from lookalike.store.packing import Rows, packed_array


@dataclass(frozen=True)
class ExtractBytes:
    """Makes the handler of a worker: the bytes of a file in, its local features, packed, out."""

    extractor: Extractor
    limits: Limits

    def __call__(self) -> Callable[[Loaded], Reply]:
        return self._extract

    def _extract(self, loaded: Loaded) -> Reply:
        picture = decode(loaded.data, min_side=self.extractor.min_side, limits=self.limits).picture
        return Reply({}, (packed_array(self.extractor.extract(picture), rows_kept(self.extractor)),))


def rows_kept(extractor: Extractor) -> Rows:
    """Half a byte a value of SIFT does as well as a whole one (decision 0019); of others nothing is known."""
    return "uint4" if isinstance(extractor, Sift) else "uint8"


def extractor_of(store: Store) -> Extractor | None:
    """Of the local features that this program can still fill and ask, the first; None where the library keeps none."""
    for space in store.spaces("local"):
        try:
            extractor = EXTRACTORS.restore(store.configuration(space))
        except LookalikeError:  # of a package that is not installed here, or of fields that are no more
            continue
        if extractor.space == space:
            return extractor
    return None


def keep_places(store: Store, keep: bool | None, named: Extractor | None = None) -> None:
    """Has the library keep local features, or drop them; None leaves it as it is, and begins with a new library.

    Those that are `named` take the place of all others.
    """
    if named is not None and keep is False:
        raise BadQuery("local features are named that the library is not to keep: leave out the one or the other")
    there = extractor_of(store)
    replaced = named is not None and named != there
    with store.transaction():
        if keep is False or replaced:
            for space in store.spaces("local"):
                store.drop_space(space)
        if replaced or (there is None and (keep or (keep is None and is_new(store)))):
            extractor = named or DEFAULT_EXTRACTOR
            store.add_space(extractor.space, configuration(extractor), "local")


def fill_places(store: Store, report: IndexReport, options: Options) -> IndexReport:
    """`report` of the first pass, with what this one adds to it. The caller holds `store.writing()`."""
    extractor = extractor_of(store)
    if extractor is None:
        return report
    space = extractor.space

    def put(rows: Mapping[int, NDArray[np.uint8]]) -> None:
        store.put_local(space, {id: row.tobytes() for id, row in rows.items()})

    return fill(store, Filling(space, ExtractBytes(extractor, options.limits), put, "local features"), report, options)
