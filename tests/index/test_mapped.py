"""Indexes read as maps: they answer as those in memory, grow as they do, and processes hold their pages once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lookalike.finders import Mappable
from lookalike.index import INDEXES, SET_INDEXES
from lookalike.index.current import current
from lookalike.index.derived import Derived
from lookalike.index.mapped import LEAST, arrays_of
from lookalike.store.memory import MemoryStore
from lookalike.types import Content, Keypoints, LocalFeatures, Space, Stamp

FLOATS, BITS = Space("convnet", "abcd", 64, "cosine"), Space("phash", "abcd", 256, "hamming")
LOCAL = Space("sift", "abcd", 32, "cosine")
COUNT = 600


def rows_of(space: Space, count: int, seed: int = 0) -> Any:
    drawn = np.random.default_rng(seed)
    if space.metric == "hamming":
        return drawn.integers(0, 256, (count, space.columns), dtype=np.uint8)
    rows = drawn.normal(size=(count, space.columns)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def features(seed: int, count: int = 60) -> LocalFeatures:
    rows = rows_of(LOCAL, count, seed)
    return LocalFeatures(Keypoints(np.zeros((count, 2), np.float32), np.ones(count, np.float32), (9, 9)), rows)


def hits(index: Any, questions: Any) -> list[tuple[list[int], list[float]]]:
    found = index.search(questions, 5) if isinstance(questions, np.ndarray) else [index.search(questions, 5)]
    return [(each.ids.tolist(), each.scores.tolist()) for each in found]


def saved(kind: str, space: Space, path: Path) -> Any:
    """The kind, after an index of `COUNT` rows, or sets of rows, was saved."""
    ids = np.arange(10, 10 + COUNT, dtype=np.int64)
    if space is LOCAL:
        maker: Any = SET_INDEXES.make(kind)
        index = maker.build(space, rows_of(space, 4000), 4000)
        index.add(ids, [features(seed) for seed in range(COUNT)])
    else:
        maker = INDEXES.make(kind)
        rows = rows_of(space, COUNT)
        index = maker.build(space, rows)
        index.add(ids, rows)
    index.save(path)
    return maker


@pytest.mark.parametrize(
    ("kind", "space"), [("flat", FLOATS), ("flat", BITS), ("hnsw", FLOATS), ("inverted", LOCAL), ("asmk", LOCAL)]
)
def test_a_map_answers_and_grows_as_in_memory_and_never_writes(kind: str, space: Space, tmp_path: Path) -> None:
    path = tmp_path / "index"
    maker = saved(kind, space, path)
    maps: object = maker
    assert isinstance(maps, Mappable)
    before = path.read_bytes()
    held, mapped = maker.load(path, space), maker.mapped(path, space)
    question: Any = features(3) if space is LOCAL else rows_of(space, 4, 9)
    assert hits(mapped, question) == hits(held, question)
    path.rename(tmp_path / "old")  # as where another process saves a newer one
    path.write_bytes(b"another file")
    new = np.array([3, 12], np.int64)  # one that is not there, one that is
    rows: Any = [features(1), features(2)] if space is LOCAL else rows_of(space, 2, 5)
    for index in (held, mapped):
        index.remove(np.array([11, 13, 10**6], np.int64))
        index.add(new, rows)
    assert mapped.ids.tolist() == held.ids.tolist() == [3, 10, 12, *range(14, 10 + COUNT)]
    assert hits(mapped, question) == hits(held, question)
    mapped.save(tmp_path / "again")
    assert maker.load(tmp_path / "again", space).ids.tolist() == held.ids.tolist()
    assert (tmp_path / "old").read_bytes() == before


def test_large_arrays_are_maps_that_cannot_be_written_to(tmp_path: Path) -> None:
    large = np.arange(LEAST, dtype=np.int32).reshape(2, -1)
    kept: dict[str, Any] = {"large": large, "small": np.arange(3), "none": np.empty((0, 4))}
    with (tmp_path / "a").open("wb") as file:
        np.savez(file, **kept)
    found = arrays_of(tmp_path / "a")
    assert found.keys() == kept.keys()
    for name, array in kept.items():
        assert (found[name].dtype, found[name].tolist()) == (array.dtype, array.tolist())
    with pytest.raises(ValueError, match="read-only"):
        found["large"][0, 0] = 1
    with (tmp_path / "b").open("wb") as file:
        np.savez_compressed(file, **kept)
    assert arrays_of(tmp_path / "b")["large"].tolist() == kept["large"].tolist()


@pytest.mark.skipif(sys.platform != "linux", reason="the system tells nothing of maps")
def test_two_processes_hold_the_pages_of_a_file_once(tmp_path: Path) -> None:
    for kind, space in (("flat", FLOATS), ("inverted", LOCAL)):
        path = tmp_path / kind
        saved(kind, space, path)
        command = [sys.executable, "-c", HOLDS, kind, str(path), *map(str, (space.name, space.dim))]
        first, second = (
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)
        )
        with first, second:
            for process in (first, second):
                assert process.stdout is not None
                assert process.stdout.readline() == "ready\n"
            told = []
            for process in (first, second):
                assert process.stdin is not None
                assert process.stdout is not None
                process.stdin.write("\n")
                process.stdin.flush()
                told.append(dict(pair.split("=") for pair in process.stdout.readline().split()))
            for process in (first, second):
                process.stdin.close()
        for each in told:
            assert int(each["Rss"]) > 100
            assert int(each["Private_Clean"]) + int(each["Private_Dirty"]) < 0.1 * int(each["Rss"])
            assert int(each["Pss"]) < 0.6 * int(each["Rss"])


HOLDS = """
import sys
from pathlib import Path

import numpy as np

from lookalike.index import INDEXES, SET_INDEXES
from lookalike.types import Space

kind, path, name, dim = sys.argv[1:]
space = Space(name, "abcd", int(dim), "cosine")
index = (SET_INDEXES if name == "sift" else INDEXES).make(kind).mapped(Path(path), space)
if name == "sift":
    index.columns.signatures.sum(), index.columns.owners.sum(), index.columns.lists.sum()
else:
    index.search(np.ones((1, int(dim)), np.float32), 3)
print("ready", flush=True)
sys.stdin.readline()
sizes, is_own = {}, False
for line in Path("/proc/self/smaps").read_text().splitlines():
    first = line.split()[0]
    if not first.endswith(":"):
        is_own = line.endswith(path)
    elif is_own and first[:-1] in ("Rss", "Pss", "Private_Clean", "Private_Dirty"):
        sizes[first[:-1]] = sizes.get(first[:-1], 0) + int(line.split()[1])
print(*(f"{name}={size}" for name, size in sizes.items()), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


def put(store: MemoryStore, numbers: range) -> None:
    contents = [Content(f"{number:064x}", 1, (1, 1), "png") for number in numbers]
    with store.writing(), store.transaction():
        store.add_space(FLOATS, "{}")
        ids = store.put_contents(contents)
        store.put_records([(f"/{c.sha256}", Stamp(1, 1, 1, 1), c.sha256) for c in contents])
        store.put(FLOATS, ids, rows_of(FLOATS, len(numbers), numbers.start))


def test_an_index_that_is_brought_up_to_date_is_a_map_again(store: MemoryStore, tmp_path: Path) -> None:
    derived = Derived(tmp_path / "indexes", maps=True)
    for numbers in (range(100), range(100, 150)):
        put(store, numbers)
        index: Any = current(derived, store, FLOATS)
        assert index.ids.tolist() == store.vector_ids(FLOATS).tolist()
        assert index._is_map
    in_memory: Any = current(Derived(tmp_path / "indexes"), store, FLOATS)
    assert not in_memory._is_map
