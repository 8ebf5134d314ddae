"""How well words find pictures: sentences about photos, each asking for its photo.

    python benchmarks/words.py FOLDER

FOLDER holds `captions.csv` and `images`, as `lookalike eval` reads them. Intervals hold 95 % of the bootstrap over
photos.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.datasets.captions import CaptionTable
from lookalike.datasets.reader import Captions, Files
from lookalike.describe.class_words import LEAST, ClassWords
from lookalike.describe.network_pass import logits, pooled
from lookalike.describe.taught_words import taught
from lookalike.evaluate.statistics import bootstrap_mean
from lookalike.match.verify.one_thread import one_thread
from lookalike.models.class_words import class_words
from lookalike.models.minilm import sentence_rows
from lookalike.search.described import describe_folder
from lookalike.search.ingest.options import Options
from machine import machine
from photographs import opened

Rows = NDArray[np.float32]
Found = dict[str, Any]
FOLDS = 5


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("folder", type=Path)
    options = arguments.parse_args()
    one_thread()
    captions = captions_of(options.folder)
    paths = sorted({path for path, _ in captions.captions})
    owner = np.array([paths.index(path) for path, _ in captions.captions])
    pictures = [opened(Path(path)) for path in paths]
    started = time.process_time()
    values = logits(pictures, 224, 1, 8)
    ms_per_picture = 1000 * (time.process_time() - started) / len(pictures)
    seen = pooled(pictures, 224, 1, 8)
    texts = [text for _, text in captions.captions]
    sentences, ms = timed(texts)
    document = {
        "schema": "lookalike/bench-words/1",
        "machine": machine(),
        "pictures": len(paths),
        "captions": len(texts),
        "ms_per_picture": ms_per_picture,
        "ms_per_sentence": ms,
        "bytes_per_picture": ClassWords().space.columns * ClassWords().space.dtype.itemsize,
        "labels": list(variants(values, sentences, owner)),
        "fits": [fits(count, seen, values, sentences, owner) for count in (125, 250, 400)],
        "scores": scores(values, sentences, owner),
    }
    json.dump(document, sys.stdout, indent=1)
    print()


def captions_of(folder: Path) -> Captions:
    """The task, its pictures known to be readable."""
    with tempfile.TemporaryDirectory() as cache:
        described = describe_folder(str(folder), [], Path(cache), Options())
    files = Files(str(folder), {path: record.content.sha256 for path, record in described.records.items()})
    return CaptionTable().tasks(files)["captions"]


def timed(texts: list[str]) -> tuple[Rows, float]:
    """(n, 384) rows, and the CPU time of one in ms."""
    sentence_rows(texts[:1])
    started = time.process_time()
    rows = sentence_rows(texts)
    return rows, 1000 * (time.process_time() - started) / len(texts)


def variants(values: Rows, sentences: Rows, owner: NDArray[np.int64]) -> Iterator[Found]:
    """Of the labels: what centring and temperature are worth."""
    words = class_words()
    plain = unit(words.rows + words.mean)  # about as they were before: their lengths are gone
    for temperature in (1.0, 2.0, 2.5, 3.0):
        row = recalls(ClassWords(temperature=temperature).of_logits(values), words.centred(sentences), owner)
        yield {"centred": True, "temperature": temperature, **row}
    yield {"centred": False, "temperature": 1.0, **recalls(unit(softmax(values, 1.0) @ plain), sentences, owner)}


def fits(count: int, seen: Rows, values: Rows, sentences: Rows, owner: NDArray[np.int64]) -> Found:
    """Taught by `count` pictures, in five folds; asked by captions of the fold left out, among all pictures."""
    fold = np.random.default_rng(0).permutation(len(seen)) % FOLDS
    labels, asked = ClassWords().of_logits(values), class_words().centred(sentences)
    sums = np.zeros((len(seen), sentences.shape[1]))
    np.add.at(sums, owner, sentences)
    means = np.asarray(sums / np.bincount(owner)[:, None], np.float32)
    ranks, seconds = np.zeros(len(owner), np.int64), 0.0
    for left_out in range(FOLDS):
        shown = np.flatnonzero(fold != left_out)[:count]
        started = time.process_time()
        fit = taught(seen[shown], means[shown])
        seconds += (time.process_time() - started) / FOLDS
        mine = fold[owner] == left_out
        ranks[mine] = ranked(fit.of_rows(seen, labels), fit.of_sentences(sentences[mine], asked[mine]), owner[mine])
    return {"pictures": count, "cpu_seconds": round(seconds, 2), **recalls_of(ranks, owner)}


def scores(values: Rows, sentences: Rows, owner: NDArray[np.int64]) -> Found:
    """Scores of right and wrong pictures, and what share of the right ones lies above nine in ten of all that do."""
    cosine = class_words().centred(sentences) @ ClassWords().of_logits(values).T  # (captions, pictures)
    right = owner[:, None] == np.arange(cosine.shape[1])
    best = cosine.argmax(axis=1) == owner
    order = np.argsort(-cosine.max(axis=1), kind="stable")
    precision = np.cumsum(best[order]) / np.arange(1, len(order) + 1)
    sure = np.flatnonzero(precision >= 0.9)
    return {
        "right": quantiles(cosine[right]),
        "wrong": quantiles(cosine[~right]),
        "wrong_above_least": float((cosine[~right] >= LEAST).mean()),
        "answered_at_precision_90": float((sure[-1] + 1) / len(order)) if len(sure) else 0.0,
    }


def quantiles(values: Rows) -> dict[str, float]:
    return {f"{share:.2f}": round(float(np.quantile(values, share)), 3) for share in (0.05, 0.5, 0.95)}


def recalls(pictures: Rows, sentences: Rows, owner: NDArray[np.int64]) -> Found:
    """How many sentences find their picture first, and among the first ten; ties count against."""
    return recalls_of(ranked(pictures, sentences, owner), owner)


def ranked(pictures: Rows, sentences: Rows, owner: NDArray[np.int64]) -> NDArray[np.int64]:
    cosine = sentences @ pictures.T
    return np.asarray((cosine >= cosine[np.arange(len(owner)), owner][:, None]).sum(axis=1), np.int64)


def recalls_of(rank: NDArray[np.int64], owner: NDArray[np.int64]) -> Found:
    groups = np.unique(owner, return_inverse=True)[1]
    return {
        f"recall@{k}": [
            round(value, 3)
            for value in vars(bootstrap_mean((rank <= k).astype(float), groups, np.random.default_rng(0))).values()
        ]
        for k in (1, 10)
    }


def unit(rows: NDArray[np.floating]) -> Rows:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def softmax(values: Rows, temperature: float) -> Rows:
    powers = np.exp((values - values.max(axis=1, keepdims=True)) / temperature)
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)


if __name__ == "__main__":
    main()
