"""How sure it is that two pictures share something: false verifications, copies found, their transforms, and costs.

    OMP_NUM_THREADS=1 python benchmarks/verification.py unrelated DATA [--pairs 30000]
    OMP_NUM_THREADS=1 python benchmarks/verification.py copies DATA
    OMP_NUM_THREADS=1 python benchmarks/verification.py storage DATA

DATA holds the folders caltech101, grocery and flickr8k. Of unrelated pairs half are drawn at random, half are nearest
neighbours by the convnet describer, of other classes; both ways round, mirrored ones tried. The class is the folder,
of flickr8k the file; packages of grocery are one class, since brands share their print.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.describe.convnet import ConvNet
from lookalike.evaluate.metrics.geometry import corner_error
from lookalike.local.sift import Sift
from lookalike.match.match.nearest import Nearest
from lookalike.match.verify.match_and_verify import Related, related
from lookalike.match.verify.planar import Planar
from lookalike.pixels.augment import EDITS, edit, geometry
from lookalike.pixels.augment.edited import Edited
from lookalike.search.ranking.relation import RelationClassifier, Seen
from lookalike.store.packing import Rows, packed, rows_kept, unpacked
from lookalike.types import LocalFeatures, Pixels
from photographs import files_in, name_of, opened, picture_of
from twins import VERIFICATION, looked_at

SETS = ("caltech101", "grocery", "flickr8k")
MATCHER, VERIFIER = Nearest(), Planar()
LIMITS = (1e-12, 1e-10, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-2)
SETTINGS = tuple(
    Sift(side=side, max_keypoints=max_keypoints) for side in (320, 640) for max_keypoints in (250, 500, 1000, 2000)
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("unrelated", "copies", "storage"))
    parser.add_argument("data", type=Path)
    parser.add_argument("--pairs", type=int, default=30_000)
    parser.add_argument("--originals", type=int, default=20, help="of each set")
    parser.add_argument(
        "--keep", type=Path, help="write here all pairs that a geometry explains, however likely by chance"
    )
    options = parser.parse_args()
    cv2.setNumThreads(1)
    if options.what == "unrelated":
        unrelated(options.data, options.pairs, options.keep)
    elif options.what == "copies":
        copies(options.data, options.originals)
    else:
        storage(options.data, options.originals)


def unrelated(data: Path, count: int, keep: Path | None) -> None:
    """What the engine calls pictures that have nothing to do with each other, by nfa, and the cost of a pair."""
    files = drawn(data, 600)
    classifier, network = RelationClassifier(verifier=Planar(chance=1.0)), ConvNet()
    pictures = [opened(file) for file in files]
    asked = [classifier.ask(picture) for picture in pictures]
    kept = [unpacked(packed(classifier.extract(picture), rows_kept(classifier.features.space))) for picture in pictures]
    vectors = np.concatenate([network.describe([picture]) for picture in pictures])
    classes = np.array([class_of(file) for file in files])
    known = looked_at(VERIFICATION)
    found: list[Claimed] = []
    for kind, pairs in (
        ("random", random_pairs(classes, count // 2)),
        ("nearest", near_pairs(classes, vectors, count // 2)),
    ):
        started = time.perf_counter()
        for i, j in pairs:
            answer = classifier.agreement(asked[i], kept[j])
            if answer is not None:
                relation = classifier.evidence(answer, Seen.of(pictures[i]), Seen.of(pictures[j])).relation
                names = [name_of(files[at], data) for at in (i, j)]
                found.append(Claimed(answer.geometry.nfa, len(answer.rows), kind, relation, *names))
        print(json.dumps({"pairs": kind, "n": len(pairs), "ms_per_pair": ms(started, len(pairs))}), flush=True)
    found.sort(key=lambda each: each.nfa)
    strangers = [each for each in found if {each.a, each.b} not in known]
    below = {f"{limit:.0e}": sum(each.nfa <= limit for each in strangers) for limit in LIMITS}
    limit = RelationClassifier().verifier.chance
    false = [each for each in strangers if each.nfa <= limit]
    twins = sum(each.nfa <= limit for each in found) - len(false)
    called = {name: sum(each.relation == name for each in false) for name in ("copy", "scene")}
    print(json.dumps({"limit": limit, "false": called, "one picture under two names": twins, "strangers_at": below}))
    for each in false:
        print(json.dumps(asdict(each)))
    if keep is not None:
        keep.write_text(json.dumps([asdict(each) for each in found]))


def copies(data: Path, originals: int) -> None:
    """Of edited copies, the share found, the share of their transforms within 3 px at the corners, and the cost."""
    files = drawn(data, originals)
    made = {name: [make(at, files) for at in range(len(files))] for name, make in edits().items()}
    for sift in SETTINGS:
        started = time.perf_counter()
        bases = [sift.extract(opened(file)) for file in files]
        extract = ms(started, len(files))
        kept = np.mean([len(packed(base)) for base in bases])
        rows = {name: list(tried(sift, copies, bases)) for name, copies in made.items()}
        report(f"side {sift.side}, max_keypoints {sift.max_keypoints}", rows, extract=extract, bytes=round(float(kept)))


def storage(data: Path, originals: int) -> None:
    """The same where the originals' features come from storage."""
    files = drawn(data, originals)
    made = {name: [make(at, files) for at in range(len(files))] for name, make in hard_edits().items()}
    for max_keypoints in (250, 500, 1000, 2000):
        sift = Sift(max_keypoints=max_keypoints)
        bases = [sift.extract(opened(file)) for file in files]
        kinds: tuple[Rows, ...] = ("float32", "float16", "uint8", "uint4")
        for kind in kinds:
            stored = [packed(base, kind) for base in bases]
            rows = {name: list(tried(sift, copies, [unpacked(one) for one in stored])) for name, copies in made.items()}
            size = round(float(np.mean([len(one) for one in stored])))
            report(
                f"max_keypoints {max_keypoints}, {kind}",
                rows,
                bytes=size,
                keypoints=round(np.mean([len(one) for one in bases])),
            )


@dataclass(frozen=True)
class Claimed:
    """A pair that a geometry explains."""

    nfa: float
    inliers: int
    kind: str
    relation: str
    a: str
    b: str


@dataclass(frozen=True)
class Trial:
    found: bool
    error: float
    ms: float


def tried(sift: Sift, copies: list[Edited], bases: list[LocalFeatures]) -> Iterator[Trial]:
    """Each copy against its original."""
    for copy, base in zip(copies, bases, strict=True):
        features = sift.extract(picture_of(copy.pixels))
        started = time.perf_counter()
        answer: Related = related(features, base, MATCHER, VERIFIER, sift.mirrored(features))
        spent = ms(started, 1)
        if answer.geometry is None:
            yield Trial(False, np.inf, spent)
        else:
            error = corner_error(answer.geometry.model, copy.transform, picture_of(copy.pixels).size)
            yield Trial(True, error, spent)


def report(title: str, rows: dict[str, list[Trial]], **facts: float) -> None:
    """One line of JSON."""
    trials = [trial for row in rows.values() for trial in row]
    errors = np.array([trial.error for trial in trials if trial.found])
    document = {
        "setting": title,
        "recall": round(float(np.mean([trial.found for trial in trials])), 3),
        "within_3px": round(float((errors <= 3).mean()), 3),
        "median_px": round(float(np.median(errors)), 3),
        "ms_per_pair": round(float(np.median([trial.ms for trial in trials])), 1),
        **facts,
        "by_edit": {name: round(float(np.mean([trial.found for trial in row])), 2) for name, row in rows.items()},
    }
    print(json.dumps(document), flush=True)


def edits() -> dict[str, Callable[[int, list[Path]], Edited]]:
    """All of the package, and harder ones."""

    def plain(name: str) -> Callable[[int, list[Path]], Edited]:
        return lambda at, files: edit(name, pixels_of(files[at]), at, other(at, files))

    return {**{name: plain(name) for name in EDITS}, **hard_edits()}


def hard_edits() -> dict[str, Callable[[int, list[Path]], Edited]]:
    """A tenth of the picture; a fifth of it, edited; everything twice; a collage, edited."""

    def part(share: float) -> Callable[[int, list[Path]], Edited]:
        return lambda at, files: geometry.part(pixels_of(files[at]), np.random.default_rng(at), share)

    def then_strong(first: Callable[[int, list[Path]], Edited]) -> Callable[[int, list[Path]], Edited]:
        def both(at: int, files: list[Path]) -> Edited:
            before = first(at, files)
            after = edit("strong", before.pixels, at + 999, other(at, files))
            return Edited(after.pixels, before.transform @ after.transform)

        return both

    return {
        "part 10 %": part(0.1),
        "part 20 %, strong": then_strong(part(0.2)),
        "strong, strong": then_strong(lambda at, files: edit("strong", pixels_of(files[at]), at, other(at, files))),
        "collage, strong": then_strong(lambda at, files: edit("collage", pixels_of(files[at]), at, other(at, files))),
    }


def drawn(data: Path, count: int) -> list[Path]:
    """`count` files of each set, at random (seed 0)."""
    rng = np.random.default_rng(0)
    chosen: list[Path] = []
    for name in SETS:
        files = files_in(data / name)
        chosen += [files[at] for at in rng.choice(len(files), min(count, len(files)), replace=False)]
    return chosen


def class_of(file: Path) -> str:
    if "flickr8k" in file.parts:
        return file.name
    return "Packages" if "Packages" in file.parts else file.parent.name


def random_pairs(classes: NDArray[np.str_], count: int) -> NDArray[np.int64]:
    pairs = np.random.default_rng(0).integers(len(classes), size=(2 * count, 2))
    return np.asarray(pairs[classes[pairs[:, 0]] != classes[pairs[:, 1]]][:count])


def near_pairs(classes: NDArray[np.str_], vectors: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """For each picture, as many of its nearest of other classes as it takes."""
    cosine = np.where(classes[:, None] == classes, -2, vectors @ vectors.T)
    each = -(-count // len(classes))
    near = np.argsort(-cosine, axis=1, kind="stable")[:, :each]
    pairs = np.column_stack([np.repeat(np.arange(len(classes)), each), near.ravel()])
    return np.random.default_rng(0).permutation(pairs)[:count]


def pixels_of(file: Path) -> Pixels:
    return opened(file).pixels


def other(at: int, files: list[Path]) -> Pixels:
    """What a collage pastes the picture into."""
    return pixels_of(files[(at + 7) % len(files)])


def ms(started: float, count: int) -> float:
    return round((time.perf_counter() - started) * 1000 / count, 2)


if __name__ == "__main__":
    main()
