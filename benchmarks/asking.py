"""A library that is filled and then asked by as many processes as there are cores, each of one thread."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import numpy as np

import lookalike

Item = TypeVar("Item")
Answer = TypeVar("Answer")


def fill(library: Path, pictures: Path) -> None:
    """With all pictures of a folder; prints how long that took."""
    with lookalike.open(library) as opened:
        indexed = opened.index(pictures)
        status = opened.status()
    size = f"{status.bytes / status.images / 1000:.1f} kB each"
    print(f"{status.images} pictures in {indexed.seconds:.0f} s, {size}", flush=True)


@cache
def warm(library: Path) -> lookalike.Library:
    """Opened once by each process: opening is not what is measured."""
    opened = lookalike.open(library)
    opened.search(np.zeros((64, 64, 3), np.uint8))
    return opened


def answers_of(job: Callable[[Item], Answer], items: Iterable[Item]) -> Iterator[Answer]:
    """Of a job that asks, in the order of the items, each as soon as it is there."""
    os.environ["OMP_NUM_THREADS"] = "1"  # of the processes that ask: each has a core
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        yield from pool.map(job, items)
