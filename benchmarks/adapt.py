"""What `lookalike adapt` gains: on new pictures of classes that it learned, on classes it never saw, on edited copies.

python benchmarks/adapt.py LIBRARY [--by folder] [--seed 0] [--copies FOLDER] [--originals 100]    a table out

LIBRARY holds photos with classes and `convnet` rows. Half of the classes are labelled, and of these half of the photos.
Questions are the other photos: of the labelled classes (`learned`), and of the others (`strangers`); asked among
themselves, and among all photos, those that taught as well; last come those that taught (`labelled`). Figures are MAP@R
with the middle 95 % of the gain's bootstrap over classes. Copies are edited copies of the photos in FOLDER, found by
looks alone. The time of 5,000 labelled pictures is that of rows drawn by chance.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.adapted import Adapted
from lookalike.describe.convnet import ConvNet
from lookalike.describe.taught_words import unit
from lookalike.evaluate.ruler import evaluate_copies
from lookalike.evaluate.statistics import bootstrap_mean
from lookalike.learn.adapt import adapt, average_precision_at_r
from lookalike.protocols import Describer
from lookalike.search.adapt import describer_of, labelled_rows
from lookalike.search.ingest.options import Options
from lookalike.store import open_store
from lookalike.types import Vectors
from results import line

Rows = NDArray[np.float32]
Labels = NDArray[np.int64]
Mask = NDArray[np.bool_]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library", type=Path)
    parser.add_argument("--by", default="folder")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--copies", type=Path)
    parser.add_argument("--originals", type=int, default=100)
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    with closing(open_store(given.library, write=False)) as store:
        rows, labels = labelled_rows(store, given.by, None, rng)
    learned, taught = halves(labels, rng)
    started = time.process_time()
    found = adapt(rows[taught], labels[taught], rng)
    seconds = time.process_time() - started
    print(f"{len(rows)} photos of {len(np.unique(labels))} classes, {taught.sum()} labelled of {learned.sum()} learned")
    print(f"{found.setting}, kept: {found.kept}, {seconds:.2f} s of CPU")
    describer = describer_of(found, rows[taught], labels[taught], rng)
    for name, asked, base in (
        ("learned, among themselves", learned & ~taught, ~taught),
        ("strangers, among themselves", ~learned, ~taught),
        ("learned, among all", learned & ~taught, np.ones(len(rows), bool)),
        ("strangers, among all", ~learned, np.ones(len(rows), bool)),
        ("labelled, among all", taught, np.ones(len(rows), bool)),
    ):
        print(row(name, rows, mixed(rows, describer), labels, asked, base, rng))
    if given.copies is not None:
        print(*copies(given.copies, (ConvNet(), describer), given.originals, rng), sep="\n")
    print(f"5,000 labelled pictures of 100 classes, drawn by chance: {seconds_of(5000, 100, rng):.2f} s of CPU")


def seconds_of(pictures: int, classes: int, rng: np.random.Generator) -> float:
    """CPU time of a map for so many unit rows about so many centres."""
    labels = np.arange(pictures) % classes
    centres = rng.normal(size=(classes, ConvNet().space.dim))
    rows = unit((centres[labels] + 2 * rng.normal(size=(pictures, centres.shape[1]))).astype(np.float32))
    started = time.process_time()
    adapt(rows, labels, rng)
    return time.process_time() - started


def halves(labels: Labels, rng: np.random.Generator) -> tuple[Mask, Mask]:
    """(n,) photos of every second class, and every second photo of these."""
    classes = rng.permutation(np.unique(labels))
    learned = np.isin(labels, classes[::2])
    taught = np.zeros(len(labels), bool)
    for each in classes[::2]:
        members = rng.permutation(np.flatnonzero(labels == each))
        taught[members[::2]] = True
    return learned, taught


def row(
    name: str, plain: Rows, adapted: Rows, labels: Labels, asked: Mask, base: Mask, rng: np.random.Generator
) -> str:
    before, groups = precision(plain, labels, asked, base)
    after, _ = precision(adapted, labels, asked, base)
    gain = bootstrap_mean(after - before, groups, rng)
    told = f"{gain.value:+.3f} [{gain.low:+.3f}, {gain.high:+.3f}]"
    return f"{name:30}{len(before):6} questions  {before.mean():.3f} -> {after.mean():.3f}  {told}"


def precision(rows: Rows, labels: Labels, asked: Mask, base: Mask) -> tuple[NDArray[np.float64], Labels]:
    """(q,) AP@R of questions that have an answer, and the class (q,) of each, from 0."""
    questions, among = np.flatnonzero(asked), np.flatnonzero(base)
    cosines = rows[questions] @ rows[among].T
    same = labels[questions, None] == labels[among]
    itself = questions[:, None] == among
    cosines[itself], same[itself] = -2, False
    answered = same.any(axis=1)
    groups = np.unique(labels[questions[answered]], return_inverse=True)[1]
    return average_precision_at_r(cosines[answered], same[answered]), groups


def mixed(rows: Vectors, adapted: Adapted) -> Rows:
    """(n, d) unit rows whose cosine is the mixture that a search asks: both on their scale, by the share."""
    own = np.sqrt(adapted.share / (1 - adapted.unrelated)) * adapted.of_rows(rows)
    plain = np.sqrt((1 - adapted.share) / (1 - ConvNet.unrelated)) * rows
    return unit(np.hstack([own, plain]))


def copies(folder: Path, describers: Sequence[Describer], originals: int, rng: np.random.Generator) -> Sequence[str]:
    with tempfile.TemporaryDirectory() as cache:
        found = evaluate_copies(folder, describers, Path(cache), Options(), rng, originals=originals)
    assert found is not None
    return [f"copies of {folder.name}", *(line(each, ("p@1", "micro-ap")) for each in found.rows)]


if __name__ == "__main__":
    main()
