"""A library as if it had very many pictures: contents whose rows vary as those of its real ones do.

python benchmarks/as_if.py LIBRARY FOLDER --contents 100000    FOLDER gets a file of a byte for each

A vector is a real one, moved by half of the difference of two others; of a hash 6 % of the bits are flipped; planes and
local features are those of a real picture. In the index of local features an entry that is not real has the word of one
real entry and the signature of another: words are as frequent as in real pictures, signatures vary as theirs do, and no
picture is a copy of another. Other indexes are left to `lookalike index`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import faiss
import numpy as np

from ann import moved
from lookalike.facts import Facts
from lookalike.index.columns import Columns
from lookalike.index.current import BATCH, empty_set
from lookalike.index.derived import INDEX_FOLDER, Derived, Measured
from lookalike.index.inverted import InvertedLists
from lookalike.index.lists import ListIndex
from lookalike.location import Location
from lookalike.protocols import Store
from lookalike.search.ingest.scan import stamp_of
from lookalike.store import open_store
from lookalike.types import Content, Ids, Space

AT_ONCE = 1000
"""Contents of one commit, and of one folder."""
FORMAT = "bmp"
"""Of contents that are not real; the real ones are JPEG."""


def grow(store: Store, folder: Path, count: int) -> None:
    """Adds contents until there are `count`."""
    real = store.ids("format = jpeg")
    tables = {space: np.concatenate([rows for _, rows in store.vectors(space, real)]) for space in store.spaces()}
    planes = {space: next(store.vectors(space, real))[1] for space in store.spaces("planes")}
    sets = {space: [row for _, row in store.packed(space, real)] for space in store.spaces("local")}
    for start in range(store.count(), count, AT_ONCE):
        chance = np.random.default_rng(start)
        files = list(written(folder, range(start, min(start + AT_ONCE, count))))
        contents = [Content(sha256(bytes(file)).hexdigest(), 1, (400, 300), FORMAT) for file in files]
        with store.transaction():
            ids = store.put_contents(contents)
            store.facts.put({content.sha256: (Facts(), None) for content in contents})
            rows = zip(files, contents, strict=True)
            store.put_records([(str(file), stamp_of(file.stat()), content.sha256) for file, content in rows])
            for space, held in tables.items():
                store.put(space, ids, moved(space, held, len(ids), chance))
            for space, held in planes.items():
                store.put(space, ids, held[chance.integers(0, len(held), len(ids))])
            for space, kept in sets.items():
                chosen = chance.integers(0, len(kept), len(ids)).tolist()
                store.put_local(space, {id: kept[at] for id, at in zip(ids.tolist(), chosen, strict=True)})
        print(start + len(files), flush=True)


def written(folder: Path, numbers: range) -> Iterator[Path]:
    """A file for each."""
    for number in numbers:
        file = folder / f"{number // AT_ONCE:03}" / f"as if {number}.jpg"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x")
        yield file


def real_index(store: Store, space: Space, real: Ids, ids: Ids) -> ListIndex:
    """The contents `real`, by as many words as an index of all `ids` has."""
    index = empty_set(store, space, ids)
    assert isinstance(index, ListIndex)
    for start in range(0, len(real), BATCH):
        held = dict(store.local(space, real[start : start + BATCH]))
        index.add(np.array(list(held), np.int64), list(held.values()))
    return index


def with_others(index: ListIndex, ids: Ids, chance: np.random.Generator) -> ListIndex:
    """An index of these contents as well, ascending, of none of which it has an entry."""
    real = index.columns
    sizes = chance.choice(real.sizes, len(ids))
    total = int(sizes.sum())
    lists = real.lists[chance.integers(0, len(real.lists), total)]
    order = np.argsort(lists.astype(np.uint16), kind="stable")
    owners = np.repeat(np.arange(len(ids), dtype=np.int32), sizes)[order]
    signatures = real.signatures[chance.integers(0, len(real.lists), total)]
    others = Columns(ids, owners, lists[order], signatures, real.words)
    return ListIndex(index.space, InvertedLists(), index.words, real.joined(others))


def index_sets(store: Store, derived: Derived) -> None:
    """Saves the indexes of local features."""
    for space in store.spaces("local"):
        ids, real = store.vector_ids(space), store.ids("format = jpeg")
        index = real_index(store, space, real, ids)
        whole = with_others(index, np.setdiff1d(ids, real), np.random.default_rng(0))
        derived.save(whole, store.generation(space), Measured(whole.kind, built_for=len(ids)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--contents", type=int, default=100_000)
    given = parser.parse_args()
    faiss.omp_set_num_threads(1)
    at = Location.of(given.library)
    with closing(open_store(at, write=True)) as store, store.writing():
        grow(store, given.folder, given.contents)
        index_sets(store, Derived(at.cache / INDEX_FOLDER))


if __name__ == "__main__":
    main()
