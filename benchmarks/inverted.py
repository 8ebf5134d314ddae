"""The inverted index beside what bounds it: assigning features to words, and asking with the features of a picture.

python benchmarks/inverted.py ../shared/data [--features 1000000] [--words 16384] [--kind asmk]    some minutes

Assignment beside a bare faiss search of the same rows among the same words: exact distances within the eight nearest
branches. A question beside two bounds that only compare signatures and make nothing of them: the bare scan of its lists
by numpy, and by faiss's compiled code. Both know their words: each is set beside what a question does once it has found
its words, beside the whole question, and, with the bare assignment before it, beside the whole again.

All times are of one thread, and CPU time: others on the machine do not count.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from faiss.contrib.ivf_tools import range_search_preassigned

from lookalike.index import SET_INDEXES
from lookalike.index.lists import ListIndex, ListMaker
from lookalike.index.vocabulary import PROBED
from lookalike.local.sift import Sift
from lookalike.match.verify.one_thread import one_thread
from lookalike.types import Keypoints, LocalFeatures
from photographs import decoded, files_in

ROUNDS = 5
ASKED = 20


def seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def real_features(data: Path, wanted: int) -> np.ndarray:
    """(n, 128) rows of photos; where there are too few, the same rows shaken."""
    extractor = Sift(side=480, max_keypoints=1000)
    files = files_in(*(data / name for name in ("grocery", "flickr8k", "caltech101")))
    rows: list[np.ndarray] = []
    for at in np.random.default_rng(0).permutation(len(files)):
        if sum(map(len, rows)) >= min(wanted, 200_000):
            break
        rows.append(np.asarray(extractor.extract(decoded(files[at], extractor.min_side)).descriptors))
    found = np.concatenate(rows)
    rng = np.random.default_rng(1)
    more = found[rng.integers(len(found), size=max(0, wanted - len(found)))]
    more = np.maximum(more + 0.05 * rng.standard_normal(more.shape, np.float32), 0)
    more /= np.linalg.norm(more, axis=1, keepdims=True)
    return np.concatenate([found[:wanted], more])


def features_of(rows: np.ndarray) -> LocalFeatures:
    k = len(rows)
    return LocalFeatures(Keypoints(np.zeros((k, 2), np.float32), np.ones(k, np.float32), (640, 480)), rows)


@dataclass(frozen=True)
class Bounds:
    """The same lists and words, bare."""

    index: ListIndex
    quantiser: Any
    compiled: Any

    @classmethod
    def of(cls, index: ListIndex) -> Bounds:
        words, held = index.words, index.columns
        coarse = faiss.IndexFlatL2(words.words.shape[1])
        coarse.add(words.branches)
        quantiser = faiss.IndexIVFFlat(coarse, words.words.shape[1], len(words.branches))
        quantiser.nprobe = PROBED
        quantiser.add(words.words)
        compiled: Any = faiss.IndexBinaryIVF(faiss.IndexBinaryFlat(64), 64, len(words))
        compiled.is_trained, compiled.nprobe = True, 1
        codes, places, lists = held.signatures.view(np.uint8), np.arange(len(held.lists)), held.lists.astype(np.int64)
        compiled.add_core(len(lists), *(faiss.swig_ptr(each) for each in (codes, places, lists)))
        return cls(index, quantiser, compiled)


@dataclass(frozen=True)
class Took:
    """Seconds of a question, of each part of it, and of what bounds these."""

    whole: float
    words: float
    bare_words: float
    scan: float
    compiled_scan: float


def measured(bounds: Bounds, question: LocalFeatures, probes: int, near: int) -> Took:
    """Best of some turns; only the compiled scan heeds `near`, the bits that a vote may be off."""
    index, rows = bounds.index, np.asarray(question.descriptors, np.float32)
    held = index.columns
    words = index.words.nearest(rows, probes)
    mine = index.words.signatures(rows, words).ravel()
    words = words.ravel()
    lists = [held.signatures[held.starts[word] : held.starts[word + 1]] for word in words]

    def scan() -> list[int]:
        return [int(np.bitwise_count(part ^ one).min(initial=64)) for part, one in zip(lists, mine, strict=True)]

    def compiled_scan() -> object:
        return range_search_preassigned(bounds.compiled, mine.view(np.uint8).reshape(-1, 8), near + 1, words[:, None])

    works = (
        lambda: index.search(question, 50),
        lambda: index.words.nearest(rows, probes),
        lambda: bounds.quantiser.search(rows, probes),
        scan,
        compiled_scan,
    )
    turns = [[seconds(work) for work in works] for _ in range(ROUNDS)]
    return Took(*(float(best) for best in np.min(turns, axis=0)))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--features", type=int, default=1_000_000)
    parser.add_argument("--words", type=int, default=16384)
    parser.add_argument("--picture", type=int, default=250, help="features of a picture")
    parser.add_argument("--kind", default="inverted", choices=list(SET_INDEXES))
    given = parser.parse_args()
    faiss.omp_set_num_threads(1)
    one_thread()  # as a search asks
    report(given)


def report(given: argparse.Namespace) -> None:
    rows = real_features(given.data, given.features)
    maker = SET_INDEXES.make(given.kind, {"each": 1, "words": given.words})
    assert isinstance(maker, ListMaker)
    built: list[ListIndex] = []
    trained = seconds(lambda: built.append(maker.build(Sift().space, rows[: 40 * given.words], given.words)))
    (index,) = built
    print(f"{len(index.words)} words of {len(index.words.branches)} branches learned in {trained:.1f} s")

    each = given.picture
    pictures = [features_of(rows[at : at + each]) for at in range(0, len(rows) - each + 1, each)]
    filled = seconds(lambda: index.add(np.arange(len(pictures)), pictures))
    settled = seconds(lambda: len(index))
    print(f"{len(index)} pictures of {each} features added in {filled:.1f} s, lists made in {settled:.1f} s")

    bounds = Bounds.of(index)
    assignment(bounds, rows[:: max(1, len(rows) // 20000)])
    drawn = np.random.default_rng(2).choice(len(pictures), ASKED, replace=False)
    asking(bounds, [pictures[at] for at in drawn], maker)


def assignment(bounds: Bounds, sample: np.ndarray) -> None:
    """Prints what it takes to find the words of rows, and how many are the nearest of all."""
    words, bare = bounds.index.words, bounds.quantiser
    exact = faiss.IndexFlatL2(sample.shape[1])
    exact.add(words.words)
    same, bare_same = (
        np.mean(found[:, 0] == exact.search(sample, 1)[1][:, 0])
        for found in (words.nearest(sample, 1), bare.search(sample, 1)[1])
    )
    ratios = []
    for _ in range(ROUNDS):
        ours, theirs = seconds(lambda: words.nearest(sample, 1)), seconds(lambda: bare.search(sample, 1))
        ratios.append(ours / theirs)
    print(
        f"assigning {len(sample)} rows: {ours:.2f} s, {np.median(ratios):.2f} x bare faiss; "
        f"exact word in {same:.3f} (bare faiss {bare_same:.3f})"
    )


def asking(bounds: Bounds, questions: list[LocalFeatures], maker: Any) -> None:
    """Prints what a question takes."""
    asked = [measured(bounds, question, maker.probes, maker.near) for question in questions]
    whole, found, bare_found, scan, compiled = np.array([astuple(took) for took in asked]).T
    print(f"a question: {1000 * np.median(whole):.2f} ms, of which {1000 * np.median(found):.2f} for its words")
    for name, bound in (("by numpy", scan), ("by faiss", compiled)):
        print(
            f"bare scan {name}: {1000 * np.median(bound):.2f} ms; a question that knows its words takes "
            f"{np.median((whole - found) / bound):.2f} x that, a whole one {np.median(whole / bound):.2f} x that, "
            f"and {np.median(whole / (bare_found + bound)):.2f} x bare assignment and scan"
        )


if __name__ == "__main__":
    main()
