"""From how many pictures an index of local features must learn its words: recall of parts, and CPU seconds to build.

python benchmarks/vocabulary.py ../shared/data [--pictures 1000] [--asked 300] [--learned 1000 250 100] [--draws 3]

Questions are parts of the pictures, 15 to 40 % of their area, rescaled by .7 to 1.3, JPEGs of quality 60; every other
one is pasted into a photo of none of them. Features are those that a new library keeps, packed as it keeps them.
"""

from __future__ import annotations

import argparse
import io
import time
from pathlib import Path

import faiss
import numpy as np
from PIL import Image

from lookalike.index import SET_INDEXES
from lookalike.pixels.decode import decode
from lookalike.search.components import DEFAULT_EXTRACTOR
from lookalike.store.packing import packed, rows_kept, unpacked
from lookalike.types import LocalFeatures
from photographs import files_in

HOSTS = 200
K = 50


def kept(data: bytes) -> LocalFeatures:
    """As a library keeps them."""
    features = DEFAULT_EXTRACTOR.extract(decode(data, min_side=DEFAULT_EXTRACTOR.min_side).picture)
    return unpacked(packed(features, rows_kept(DEFAULT_EXTRACTOR.space)))


def part_of(file: Path, host: Path | None, rng: np.random.Generator) -> bytes:
    """A JPEG of a part of `file`, alone or pasted into `host`."""
    picture = Image.open(file).convert("RGB")
    share = float(np.sqrt(rng.uniform(0.15, 0.4)))
    width, height = (int(length * share) for length in picture.size)
    left, top = (int(rng.integers(length)) for length in (picture.width - width, picture.height - height))
    ratio = rng.uniform(0.7, 1.3)
    part = picture.resize((int(width * ratio), int(height * ratio)), box=(left, top, left + width, top + height))
    if host is not None:
        whole = Image.open(host).convert("RGB")
        part.thumbnail((whole.width // 2, whole.height // 2))
        whole.paste(part, (int(rng.integers(whole.width - part.width)), int(rng.integers(whole.height - part.height))))
        part = whole
    stream = io.BytesIO()
    part.save(stream, "JPEG", quality=60)
    return stream.getvalue()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--pictures", type=int, default=1000)
    parser.add_argument("--asked", type=int, default=300)
    parser.add_argument("--learned", type=int, nargs="+", default=[1000, 400, 250, 100])
    parser.add_argument("--draws", type=int, default=3)
    given = parser.parse_args()
    faiss.omp_set_num_threads(1)
    rng = np.random.default_rng(5)
    files = files_in(*(given.data / name for name in ("flickr8k", "caltech101", "grocery")))
    drawn = [files[at] for at in rng.permutation(len(files))[: given.pictures + HOSTS]]
    files, hosts = drawn[: given.pictures], drawn[given.pictures :]
    pictures = [kept(file.read_bytes()) for file in files]
    asked = rng.integers(len(files), size=given.asked).tolist()
    questions = [
        kept(part_of(files[at], hosts[n // 2 % len(hosts)] if n % 2 else None, rng)) for n, at in enumerate(asked)
    ]
    print("learned from  CPU s  first        among 10  among 50  mean reciprocal rank")
    for learned in given.learned:
        rows = [figures(pictures, questions, asked, learned, draw) for draw in range(given.draws)]
        cpu, first, ten, fifty, reciprocal = np.mean(rows, axis=0)
        low, high = min(row[1] for row in rows), max(row[1] for row in rows)
        spread = f"{first:.3f} ({low:.3f} to {high:.3f})"
        print(f"{learned:6d}  {cpu:6.2f}  {spread}  {ten:.3f}  {fifty:.3f}  {reciprocal:.3f}")


def figures(
    pictures: list[LocalFeatures], questions: list[LocalFeatures], asked: list[int], learned: int, draw: int
) -> tuple[float, ...]:
    """CPU seconds to build and fill, recall at 1, 10 and 50, mean reciprocal rank."""
    chosen = np.sort(np.random.default_rng(draw).choice(len(pictures), min(learned, len(pictures)), replace=False))
    started = time.process_time()
    rows = np.concatenate([pictures[at].descriptors for at in chosen.tolist()])
    index = SET_INDEXES.make("inverted").build(DEFAULT_EXTRACTOR.space, rows, sum(map(len, pictures)))
    index.add(np.arange(len(pictures)), pictures)
    assert len(index) > 0
    cpu = time.process_time() - started
    found = [index.search(question, K).ids.tolist() for question in questions]
    ranks = np.array([ids.index(at) if at in ids else np.inf for ids, at in zip(found, asked, strict=True)])
    return cpu, *(float(np.mean(ranks < k)) for k in (1, 10, K)), float(np.mean(1 / (1 + ranks)))


if __name__ == "__main__":
    main()
