"""Facts, labels, objects and words of many pictures: seconds of CPU to fill, to import a list, to filter, to search.

python benchmarks/labels.py [--pictures 100000]

The pictures have names, folders and facts alone: what is measured is the store.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from contextlib import closing

from lookalike.facts import Facts
from lookalike.location import Location
from lookalike.protocols import Store
from lookalike.search.classes import Classes
from lookalike.search.labels import Labels
from lookalike.search.objects import Objects
from lookalike.search.ranking.worded import Worded
from lookalike.store import create_store
from lookalike.types import Content, Stamp

COMMIT = 256
FACTS = Facts(camera="FUJIFILM X100V", keywords=("sea",))
FILTERS = ("label = 'label 7'", "object = 'object 7'", "fact.price < 3", "camera = *x100*", "keyword = sea")
QUESTIONS = ("words:000777", "words:holiday label 7", "words:hol*")


def path(number: int) -> str:
    return f"/photos/{number % 97}/Holiday_{number:06}.jpg"


def fill(store: Store, count: int) -> int:
    contents = [Content(f"{number:064x}", 1, (2, 2), "jpeg", "2021-05-17T10:00:00") for number in range(count)]
    for start in range(0, count, COMMIT):
        part = contents[start : start + COMMIT]
        with store.transaction():
            store.put_contents(part)
            rows = [(path(start + at), Stamp(1, 1, 1, 1), content.sha256) for at, content in enumerate(part)]
            store.put_records(rows)
            store.facts.put({content.sha256: (FACTS, None) for content in part})
    return count


def measured(what: str, work: Callable[[], int]) -> None:
    started = time.process_time()
    count = work()
    print(f"| {what} | {count} | {time.process_time() - started:.2f} |")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pictures", type=int, default=100_000)
    count = parser.parse_args().pictures
    rows = "".join(f"{path(number)},label {number % 1000},{number % 50}\n" for number in range(count))
    print("| | count | s |\n|---|---|---|")
    with tempfile.TemporaryDirectory() as folder, closing(create_store(at := Location.of(folder))) as store:
        with store.writing():
            measured("records with facts, and their words", lambda: fill(store, count))
        labels = Labels(at, lambda: store)
        measured("a list of a label and a fact each", lambda: labels.read(f"path,label,price\n{rows}".encode()).added)
        objects = Objects(at, lambda: store)
        views = "".join(f"{path(number)},object {number // 10}\n" for number in range(count))
        measured("a list of objects of ten views", lambda: objects.read(f"path,object\n{views}".encode()).views)
        for by in ("object", "label", "folder"):
            measured(f"things by {by}", lambda by=by: len(Classes.of(store, by).names))  # type: ignore[misc]
        for where in FILTERS:
            measured(f"`{where}`", lambda where=where: len(store.ids(where)))  # type: ignore[misc]
        for words in QUESTIONS:
            measured(f"`{words}`", lambda words=words: len(Worded.of(store, words).hits))  # type: ignore[misc]
        measured("all records", lambda: sum(1 for _ in store.records()))
        print(f"| bytes a picture | {store.bytes() // count} | |")


if __name__ == "__main__":
    main()
