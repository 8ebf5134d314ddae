"""Products that the library's own pictures lack: new to it, or left by an interrupted run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.protocols import Store
from lookalike.search.ingest.options import Options
from lookalike.search.ingest.products import Product
from lookalike.search.ingest.reread import one_file_each, read_again
from lookalike.search.ingest.worker import Job
from lookalike.types import Ids

_AT_ONCE = 1024
"""Contents whose files are looked up together."""


@dataclass(frozen=True, eq=False)
class Lacking:
    """(n,) ids of contents, ascending, and (n, products) which products each lacks: at least one."""

    ids: Ids
    products: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.ids)

    def jobs(self, store: Store, options: Options) -> Iterator[Job]:
        """One for each content; a file that is gone or has changed waits for the next scan of its folder."""
        for start in range(0, len(self.ids), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            wanted = {
                id: tuple(np.flatnonzero(row).tolist())
                for id, row in zip(self.ids[part].tolist(), self.products[part], strict=True)
            }
            records = options.until_stopped(one_file_each(store, self.ids[part]))
            for id, loaded in read_again(records, options.limits.bytes):
                yield Job(loaded, wanted[id])


def lacking(store: Store, products: Sequence[Product]) -> Lacking:
    """Contents with a file that lack some of these products, each of which has its space."""
    missing = [store.missing(product.space) for product in products]
    ids = np.unique(np.concatenate([np.empty(0, np.int64), *missing]))
    return Lacking(ids, np.array([np.isin(ids, each) for each in missing], bool).reshape(len(products), len(ids)).T)
