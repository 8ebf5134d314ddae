"""One library, several threads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from threadpoolctl import threadpool_info

import lookalike
from lookalike import Library
from lookalike.errors import LibraryMissing
from lookalike.match.verify.one_thread import _libraries

THREADS = 8


def at_once(work: Callable[[int], object]) -> list[object]:
    """What `work` gives in each of the threads, which begin together."""
    gate = threading.Barrier(THREADS)

    def begin(number: int) -> object:
        gate.wait()
        return work(number)

    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(begin, range(THREADS)))


@pytest.fixture
def photographs(tmp_path: Path, photo_files: list[Path]) -> Path:
    """Real ones, each with a copy that geometry proves."""
    folder = tmp_path / "photographs"
    folder.mkdir()
    for file in photo_files:
        with Image.open(file) as image:
            reduced = image.convert("RGB")
            reduced.thumbnail((320, 320))
            reduced.save(folder / f"{file.stem}.png")
            reduced.resize((240, 240)).save(folder / f"{file.stem}.jpg", quality=80)
    return folder


def test_eight_threads_that_search_at_once_get_the_answers_of_one(library: Library, photographs: Path) -> None:
    library.index(photographs, describers=["phash", "histogram"])
    queries = sorted(photographs.glob("*.png"))
    with lookalike.open(library.folder) as alone:
        expected = [told(alone, query) for query in queries]
    assert {relation for answers in expected for _, relation, _ in answers} >= {"identical", "copy"}

    def ask(number: int) -> bool:
        order = np.random.default_rng(number).permutation(len(queries))
        return all(told(library, queries[at]) == expected[at] for at in order)

    assert at_once(ask) == [True] * THREADS


def told(library: Library, query: Path) -> list[tuple[str, str, float]]:
    return [(a.record.path, a.relation, round(a.score, 6)) for a in library.search(query, k=5)]


def test_threads_that_find_no_library_are_told_so_and_find_it_later(library: Library, folder: Path) -> None:
    def missing(_: int) -> bool:
        with pytest.raises(LibraryMissing):
            library.status()
        return True

    assert all(at_once(missing))
    library.index(folder, describers=["phash"], local=False)
    assert at_once(lambda _: library.status().images) == [5] * THREADS


def test_a_reader_goes_with_its_thread_and_close_takes_the_rest(filled: Library) -> None:
    seen = []
    thread = threading.Thread(target=lambda: seen.append(id(filled.store)))
    thread.start()
    thread.join()
    assert seen != [id(filled.store)]
    assert filled.store is filled.store
    kept = filled.store
    other = threading.Thread(target=filled.close)
    other.start()
    other.join()
    assert filled.store is not kept
    assert filled.status().images == 5


def test_blas_stays_on_one_thread_in_each_thread_that_searches(library: Library, photographs: Path) -> None:
    library.index(photographs, describers=["phash"])
    query = photographs / "coffee.png"
    library.search(query)  # brings all libraries

    def threads_of_blas(_: int) -> set[int]:
        told(library, query)
        return {each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"}

    _libraries.cache_clear()  # other tests may have brought further ones since they were found
    assert at_once(threads_of_blas) == [{1}] * THREADS
