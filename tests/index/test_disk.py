from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pytest

from lookalike.index.disk import MappedLists
from lookalike.types import Space, Vectors

SPACE = Space("space", "digest", 16, "l2")


def rows_of(n: int, seed: int = 0) -> Vectors:
    return np.random.default_rng(seed).normal(size=(n, 16)).astype(np.float32)


def saved(path: Path) -> Vectors:
    rows = rows_of(2000)
    index = MappedLists().build(SPACE, rows)
    index.add(np.arange(2000), rows)
    index.save(path)
    return rows


def lists_of(index: Any) -> object:
    return faiss.downcast_InvertedLists(faiss.extract_index_ivf(index.index).invlists)


def test_lists_stay_in_the_file_until_they_change(tmp_path: Path) -> None:
    rows = saved(tmp_path / "file")
    index = MappedLists().load(tmp_path / "file", SPACE)
    assert isinstance(lists_of(index), faiss.OnDiskInvertedLists)
    assert index.search(rows[3:4], 1)[0].ids.tolist() == [3]
    index.add(np.array([2000]), rows_of(1, seed=1))
    assert not isinstance(lists_of(index), faiss.OnDiskInvertedLists)
    assert len(index) == 2001
    index.save(tmp_path / "again")
    assert MappedLists().load(tmp_path / "again", SPACE).ids.tolist() == list(range(2001))


def test_a_file_that_is_replaced_meanwhile_is_no_harm(tmp_path: Path) -> None:
    rows = saved(tmp_path / "file")
    index = MappedLists().load(tmp_path / "file", SPACE)
    (tmp_path / "other").write_bytes(b"another index")
    (tmp_path / "other").replace(tmp_path / "file")
    assert index.search(rows[3:4], 1)[0].ids.tolist() == [3]
    index.remove(np.array([3]))
    assert index.ids.tolist() == [*range(3), *range(4, 2000)]
    assert index.search(rows[4:5], 1)[0].ids.tolist() == [4]


@pytest.mark.skipif(sys.platform == "darwin", reason="names are UTF-8 there")
def test_a_file_whose_name_is_no_utf8_is_read_into_memory(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff"))
    rows = saved(path)
    assert MappedLists().load(path, SPACE).search(rows[3:4], 1)[0].ids.tolist() == [3]
