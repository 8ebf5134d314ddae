"""Whether two files are rightly told to be copies, parts or variants by what differs between them, and how fast.

python benchmarks/difference.py ../shared/data [--each 1] [--seed 0] [--kinds form meme ...] [--worst 10]   minutes
python benchmarks/difference.py ../shared/data --photos 20 [--seed 0]                                        a minute

Without `--photos` it asks of near misses and of edits of drawn pictures, as `variants.py` does, but the comparison of
pixels alone: geometry, then `compare_pixels`, then pictures as wholes. With it, each edit of so many photos.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from lookalike.evaluate.near_misses import KINDS, Photos
from lookalike.evaluate.near_misses.worn import COPIES
from lookalike.evaluate.trust import Told, judged, questions
from lookalike.evaluate.trust_figures import by_edit, by_kind
from lookalike.match.difference.comparison import Comparison, compare_pixels
from lookalike.match.difference.small import compare_whole
from lookalike.pixels.augment import EDITS, edit
from lookalike.pixels.decode import decode
from lookalike.search.ranking.relation import RelationClassifier
from lookalike.types import Picture
from photographs import decoded, files_in, picture_of

FOLDERS = ("flickr8k/images", "caltech101", "grocery/train", "skimage")
GROUNDS = ("skimage", "sacre_coeur", "multiview", "wxbs", "grocery/train", "opencv", "caltech101")


@dataclass
class Asked:
    """What compares, and the ms of CPU that the comparison of pixels took."""

    relations: RelationClassifier = field(default_factory=RelationClassifier)
    taken: list[float] = field(default_factory=list)

    def compare(self, a: Picture, b: Picture) -> Comparison | None:
        """By the geometry of local features, and as wholes where that says nothing."""
        found = self.relations.agreement(self.relations.ask(a), self.relations.ask(b))
        started = time.process_time()
        told = None if found is None else compare_pixels(a, b, found.geometry.model)
        if told is None or told.verdict is None:
            whole = compare_whole(a, b)
            told = whole if whole is not None and whole.verdict is not None else told
        self.taken.append(1000 * (time.process_time() - started))
        return told


def of_files(asked: Asked, a: Path, b: Path) -> Told:
    """As `evaluate.trust` wants it."""
    told = asked.compare(*(decode(path.read_bytes()).picture for path in (a, b)))
    if told is None or told.verdict is None:
        return Told("similar" if told is None else "scene")
    return Told(told.verdict, tuple(each.box_b for each in told.differs))


def near_misses(asked: Asked, given: argparse.Namespace) -> None:
    """Prints a line a kind, a line an edit, and the worst answers."""
    photos = Photos.below([given.data / folder for folder in GROUNDS])
    kinds = given.kinds or list(KINDS)
    with tempfile.TemporaryDirectory() as folder:
        pairs = questions(kinds, given.each, photos, Path(folder), seed=given.seed, edits=COPIES)
        verdicts = [judged(each, of_files(asked, each.a, each.b)) for each in pairs]
    for name, tally in (by_kind(verdicts) | by_edit(verdicts)).items():
        agreeing = f"{tally.agreeing}/{tally.boxed}" if tally.boxed else "-"
        print(
            f"{name:24} near misses {tally.variants:4}  copy {tally.copy}  variant {tally.told:4}   "
            f"copies {tally.copies:4}  kept {tally.kept:4}   boxes at IoU .5 {agreeing}"
        )
    false = [each for each in verdicts if each.is_false]
    for each in false[: given.worst]:
        print("false:", each.question.kind, each.question.seed, each.question.edit, each.question.b.name)


def edited_photos(asked: Asked, given: argparse.Namespace) -> None:
    """Prints what becomes of every edit."""
    rng = np.random.default_rng(given.seed)
    files = [path for folder in FOLDERS for path in _some(given.data / folder, rng, given.photos // len(FOLDERS))]
    photos = [decoded(path) for path in files]
    for name in EDITS:
        verdicts: Counter[str] = Counter()
        for at, photo in enumerate(photos):
            made = edit(name, photo.pixels, given.seed + at, photos[(at + 1) % len(photos)].pixels)
            told = asked.compare(picture_of(photo.pixels), picture_of(made.pixels))
            verdicts["nothing" if told is None else str(told.verdict)] += 1
        print(f"{name:12}", dict(verdicts))


def _some(folder: Path, rng: np.random.Generator, count: int) -> list[Path]:
    there = files_in(folder)
    return [there[at] for at in rng.choice(len(there), count, replace=False)]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--each", type=int, default=1, help="families of a kind")
    parser.add_argument("--kinds", nargs="*", choices=list(KINDS))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--photos", type=int, default=0)
    parser.add_argument("--worst", type=int, default=10)
    given = parser.parse_args()
    asked = Asked()
    (edited_photos if given.photos else near_misses)(asked, given)
    print(f"{np.median(asked.taken):.0f} ms of CPU a pair in the middle, {np.max(asked.taken):.0f} at most")
