"""How votes of local features grow with a library: entries that are compared, CPU of a question and of one more
picture, bytes, and a fit.

python benchmarks/growth.py LIBRARY [--sizes 2000,8000,20000,100000] [--questions 60] [--picture growth.svg]    JSON out

LIBRARY is one that `as_if.py` filled: sizes up to the number of its real pictures are of these alone, larger ones hold
all of them, and beyond what is there entries are made likewise. Questions are edited copies of real pictures. What a
question takes is fitted by a straight line; a million is computed by it. Times are those of the CPU, one thread,
upright and mirror image together.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import faiss
import numpy as np

from ann_page import COLOURS, MARGIN, SIDE, panel
from as_if import real_index, with_others
from lookalike.index.derived import INDEX_FOLDER, Derived
from lookalike.index.inverted import InvertedLists
from lookalike.index.lists import ListIndex
from lookalike.location import Location
from lookalike.match.verify.one_thread import one_thread
from lookalike.pixels.augment import EDITS, edit
from lookalike.protocols import Store
from lookalike.search.components import extractor_of
from lookalike.search.ranking.relation import RelationClassifier
from lookalike.search.ranking.verification import votes_for
from lookalike.store import open_store
from lookalike.types import Ids, LocalFeatures
from photographs import decoded, picture_of

COMPUTED: Final = 1_000_000
"""Pictures for which the fit is told."""
PROBES: Final = InvertedLists().probes
FULL: Final = 0.9
"""Share of the most words, from which on there are no more of them to speak of."""
Row = dict[str, Any]


def questions_of(store: Store, classifier: RelationClassifier, ids: Ids, count: int) -> list[LocalFeatures]:
    """Features of edited copies of the first of these contents, an edit after the other."""
    records = {record.id: record for record in store.records(np.sort(ids[:count]))}.values()
    found = []
    for at, record in enumerate(records):
        pixels = decoded(Path(record.path)).pixels
        copy = edit(list(EDITS)[at % len(EDITS)], pixels, 7 * at + 1, pixels[:, ::-1])
        found.append(classifier.ask(picture_of(copy.pixels)))
    return found


def of_size(store: Store, held: ListIndex, real: Ids, size: int) -> ListIndex:
    """An index of so many pictures: of real ones alone, as far as they go; else of all of them and of others."""
    if size <= len(real):
        return real_index(store, held.space, np.sort(real[:size]), np.sort(real[:size]))
    others = np.setdiff1d(held.ids, real)
    if size <= len(held):
        left = held.columns.without(others[size - len(real) :])
        return ListIndex(held.space, InvertedLists(), held.words, left)
    more = np.arange(size - len(held)) + int(held.ids.max()) + 1
    return with_others(held, more, np.random.default_rng(1))


def measured(index: ListIndex, classifier: RelationClassifier, questions: Sequence[LocalFeatures]) -> Row:
    """ms of CPU of votes in the median and at the ninetieth percentile, and what is compared for them."""
    took, words, entries = [], [], []
    starts = index.columns.starts
    for question in questions:
        votes_for(question, classifier, index)
        started = time.process_time()
        votes_for(question, classifier, index)
        took.append(time.process_time() - started)
        started = time.process_time()
        own = index.words.nearest(np.asarray(question.descriptors, np.float32), PROBES)
        words.append(2 * (time.process_time() - started))
        entries.append(2 * (starts[own + 1] - starts[own]).sum())
    return {
        "ms": round(1000 * float(np.median(took)), 2),
        "p90_ms": round(1000 * float(np.quantile(took, 0.9)), 2),
        "of_which_for_words_ms": round(1000 * float(np.median(words)), 2),
        "entries_compared": int(np.median(entries)),
    }


def row_of(index: ListIndex, classifier: RelationClassifier, asked: Sequence[LocalFeatures]) -> Row:
    """All that is told of one size."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / name for name in ("index", "changes")]
        whole = seconds(partial(index.save, files[0]))
        size, features = files[0].stat().st_size, len(index.columns.lists)
        row = {"pictures": len(index), "features": features, "words": len(index.words), "bytes": size}
        row |= measured(index, classifier, asked)
        index.add(np.array([int(index.ids.max()) + 1]), [asked[0]])
        changes = seconds(partial(index.save_changes, files[1]))
        return row | {"to_write_s": whole, "one_more_s": changes, "bytes_of_one_more": files[1].stat().st_size}


def seconds(action: Callable[[], object]) -> float:
    """CPU of one call, the system's included."""
    started = time.process_time()
    action()
    return round(time.process_time() - started, 3)


def fit(rows: Sequence[Row], key: str) -> tuple[float, float]:
    """The straight line, (at none, a picture), by least squares of what it misses as a share.

    Of sizes with as many words as there will be: until then words grow with the pictures, and lists stay as they are.
    """
    rows = [row for row in rows if row["words"] >= FULL * rows[-1]["words"]]
    n, values = np.array([row["pictures"] for row in rows], float), np.array([row[key] for row in rows], float)
    solved = np.linalg.lstsq(np.stack([np.ones(len(n)), n], 1) / values[:, None], np.ones(len(n)), rcond=None)[0]
    return float(solved[0]), float(solved[1])


def picture(rows: Sequence[Row], line: tuple[float, float]) -> str:
    """SVG: measured as dots, and the line up to what is computed."""
    at = np.geomspace(rows[0]["pictures"], COMPUTED, 30)
    lines = [
        ("measured", COLOURS[0], [(float(row["pictures"]), float(row["ms"])) for row in rows]),
        ("fitted", COLOURS[2], [(float(n), line[0] + line[1] * float(n)) for n in at]),
    ]
    size = SIDE + MARGIN
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" style="font: 11px sans-serif">'
    drawn = panel(lines, 0, "pictures in the library", "ms of CPU for the votes of a question")
    return "\n".join([head, '<rect width="100%" height="100%" fill="white"/>', drawn, "</svg>"]) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library", type=Path)
    parser.add_argument("--sizes", default="2000,4000,8000,20000,50000,100000,300000")
    parser.add_argument("--questions", type=int, default=60)
    parser.add_argument("--picture", type=Path)
    given = parser.parse_args()
    faiss.omp_set_num_threads(1)
    one_thread()  # as a search asks
    at = Location.of(given.library)
    store = open_store(at, write=False)
    extractor = extractor_of(store)
    assert extractor is not None
    classifier, space = RelationClassifier(extractor), extractor.space
    loaded = Derived(at.cache / INDEX_FOLDER).load_set(space)
    assert loaded is not None
    assert isinstance(loaded[0], ListIndex)
    real = np.random.default_rng(0).permutation(np.intersect1d(store.ids("format = jpeg"), loaded[0].ids))
    asked = questions_of(store, classifier, real, given.questions)
    rows = []
    for size in map(int, given.sizes.split(",")):
        rows.append(row_of(of_size(store, loaded[0], real, size), classifier, asked))
        print(json.dumps(rows[-1]), flush=True)
    lines = {key: fit(rows, key) for key in ("ms", "entries_compared", "bytes")}
    computed = {key: round(start + each * COMPUTED) for key, (start, each) in lines.items()}
    print(json.dumps({"fitted": lines, f"computed_for_{COMPUTED}": computed}))
    if given.picture:
        given.picture.write_text(picture(rows, lines["ms"]))


if __name__ == "__main__":
    main()
