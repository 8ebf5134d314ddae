"""The inverted index beside what bounds it: assigning features to words, and asking with the features of a picture.

python benchmarks/inverted.py ../shared/data [--features 1000000] [--words 16384]    some minutes

Assignment beside a bare faiss search of the same rows among the same words, by the same kind of approximate index.
A question beside the bare scan of the lists that it looks into: signatures compared, and nothing made of them.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import faiss
import numpy as np

from lookalike.index.inverted import InvertedLists
from lookalike.local.sift import Sift
from lookalike.match.one_thread import one_thread
from lookalike.pixels.decode import decode
from lookalike.pixels.limits import Limits
from lookalike.protocols import SetIndex
from lookalike.types import Keypoints, LocalFeatures

ROUNDS = 5
ASKED = 20


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def real_features(data: Path, wanted: int) -> np.ndarray:
    """(n, 128) rows of photos; where there are too few, the same rows shaken."""
    extractor = Sift(side=480, budget=1000)
    files = [file for name in ("grocery", "flickr8k", "caltech101") for file in sorted((data / name).rglob("*.jpg"))]
    rows: list[np.ndarray] = []
    for at in np.random.default_rng(0).permutation(len(files)):
        if sum(map(len, rows)) >= min(wanted, 200_000):
            break
        picture = decode(files[at].read_bytes(), min_side=extractor.min_side, limits=Limits()).picture
        rows.append(np.asarray(extractor.extract(picture).descriptors))
    found = np.concatenate(rows)
    rng = np.random.default_rng(1)
    more = found[rng.integers(len(found), size=max(0, wanted - len(found)))]
    more = np.maximum(more + 0.05 * rng.standard_normal(more.shape, np.float32), 0)
    more /= np.linalg.norm(more, axis=1, keepdims=True)
    return np.concatenate([found[:wanted], more])


def features_of(rows: np.ndarray) -> LocalFeatures:
    k = len(rows)
    return LocalFeatures(Keypoints(np.zeros((k, 2), np.float32), np.ones(k, np.float32), (640, 480)), rows)


def measured(index: SetIndex, question: LocalFeatures, probes: int) -> tuple[float, float]:
    """Seconds of a question, and of the bare scan of its lists."""
    words = index.words.nearest(question.descriptors, probes)
    mine = index.words.signatures(np.repeat(question.descriptors, words.shape[1], axis=0), words.ravel())
    lists = [index.signatures_of(word) for word in words.ravel()]

    def scan() -> list[int]:
        return [int(np.bitwise_count(part ^ one).min(initial=64)) for part, one in zip(lists, mine, strict=True)]

    took = min(seconds(lambda: index.search(question, 50)) for _ in range(ROUNDS))
    return took, min(seconds(scan) for _ in range(ROUNDS))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--features", type=int, default=1_000_000)
    parser.add_argument("--words", type=int, default=16384)
    parser.add_argument("--picture", type=int, default=250, help="features of a picture")
    given = parser.parse_args()
    rows = real_features(given.data, given.features)
    space = Sift().space
    maker = InvertedLists(each=1, words=given.words)
    trained = seconds(lambda: maker.build(space, rows[: 40 * given.words], given.words))
    index = maker.build(space, rows[: 40 * given.words], given.words)
    words = index.words
    print(f"{len(words)} words of {len(words.branches)} branches learned in {trained:.1f} s")

    coarse = faiss.IndexFlatL2(space.dim)
    coarse.add(words.branches)
    bare = faiss.IndexIVFFlat(coarse, space.dim, len(words.branches))
    bare.nprobe = 8
    bare.add(words.words)
    exact = faiss.IndexFlatL2(space.dim)
    exact.add(words.words)
    sample = rows[:: max(1, len(rows) // 20000)]
    same = np.mean(words.nearest(sample, 1)[:, 0] == exact.search(sample, 1)[1][:, 0])
    ratios = []
    for _ in range(ROUNDS):
        ours, theirs = seconds(lambda: words.nearest(rows, 1)), seconds(lambda: bare.search(rows, 1))
        ratios.append(ours / theirs)
    print(f"assigning {len(rows)} rows: {ours:.2f} s, {np.median(ratios):.2f} x bare faiss; exact word in {same:.3f}")

    each = given.picture
    ids = np.arange(len(rows) // each)
    filled = seconds(lambda: index.add(ids, [features_of(rows[at * each : (at + 1) * each]) for at in ids]))
    settled = seconds(lambda: len(index))
    print(f"{len(index)} pictures of {each} features added in {filled:.1f} s, lists made in {settled:.1f} s")
    rng = np.random.default_rng(2)
    questions = [features_of(rows[at * each : (at + 1) * each]) for at in rng.choice(ids, ASKED, replace=False)]
    with one_thread():  # as a search asks
        asked = [measured(index, question, maker.probes) for question in questions]
    took, scans = (np.array(column) for column in zip(*asked, strict=True))
    print(f"a question: {1000 * np.median(took):.1f} ms, {np.median(took / scans):.2f} x the bare scan of its lists")


if __name__ == "__main__":
    main()
