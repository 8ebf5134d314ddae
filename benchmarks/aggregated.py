"""Local features in one vector, on the questions of voting.py: what is found, at what bytes and ms.

python benchmarks/aggregated.py ../shared/data [--photos 900] [--originals 60] [--describer NAME:FIELD=VALUE]...

What learns does so from the photos themselves. Times are of what comes after the local features, which all share.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import cv2
import faiss
import numpy as np

from lookalike.describe import DESCRIBERS
from lookalike.match.verify.one_thread import one_thread
from lookalike.protocols import Describer
from lookalike.search.ingest.fit_describers import must_learn
from lookalike.types import Picture
from voting import FIRST, drawn

NAMES = ("bow", "bow:root=no", "bow:components=4096", "vlad", "vlad:norm=power", "vlad:dims=0", "fisher")
PAIRS = 2000


def learned(name: str, pictures: list[Picture]) -> Describer:
    describer = DESCRIBERS.spelled(name)
    return describer.fit(describer.seen.describe(pictures)) if must_learn(describer) else describer


def line(name: str, pictures: dict[int, Picture], questions: dict[str, list[tuple[int, Picture]]]) -> str:
    """Markdown: first, and among the first ten, for each edit; bytes of a row; ms; median cosine of two photos."""
    describer = learned(name, list(pictures.values()))
    everything = [*pictures.values(), *(copy for asked in questions.values() for _, copy in asked)]
    describer.describe(everything)  # finds the local features, where that was not done
    started = time.process_time()
    rows = np.asarray(describer.describe(everything))
    taken = 1000 * (time.process_time() - started) / len(everything)
    base, asked_rows = np.split(rows, [len(pictures)])
    place = {at: row for row, at in enumerate(pictures)}
    wanted = np.array([place[at] for asked in questions.values() for at, _ in asked])
    cosines = asked_rows @ base.T
    ranks = (cosines > cosines[np.arange(len(wanted)), wanted][:, None]).sum(axis=1)
    parts = np.split(ranks, np.cumsum([len(asked) for asked in questions.values()])[:-1])
    cells = [f"{np.mean(part == 0):.3f} / {np.mean(part < FIRST):.3f}" for part in (*parts, ranks)]
    left, right = np.random.default_rng(0).integers(len(base), size=(2, PAIRS))
    unrelated = np.median((base[left] * base[right]).sum(axis=1)[left != right])
    return "| " + " | ".join([f"`{name}`", *cells, str(rows[0].nbytes), f"{taken:.1f}", f"{unrelated:.2f}"]) + " |"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--photos", type=int, default=900)
    parser.add_argument("--originals", type=int, default=60)
    parser.add_argument("--describer", action="append", metavar="NAME:FIELD=VALUE")
    given = parser.parse_args()
    faiss.omp_set_num_threads(1)
    cv2.setNumThreads(1)
    held, questions = drawn(given.data, given.photos, given.originals, lambda picture: picture)
    print(f"{len(held)} photos, {given.originals} of each edit: share first / among the first {FIRST}\n")
    print("| describer | " + " | ".join([*questions, "all"]) + " | bytes | ms | unrelated |")
    print("|---" * (len(questions) + 5) + "|")
    one_thread()
    for name in given.describer or NAMES:
        print(line(name, held, questions), flush=True)


if __name__ == "__main__":
    main()
