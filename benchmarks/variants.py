"""Whether near misses are told from copies, true copies kept, and where two differ rightly boxed.

python benchmarks/variants.py ../shared/data [--each 2] [--kinds form qr ...] [--seed 0] [--json FILE]    minutes
python benchmarks/variants.py ../shared/data --library [--each 2] ...                                     minutes

Of `--each` families of a kind each is a base picture with three variants, from a tiny difference to a large one. A
variant is asked about as made and once more saved, smaller, lighter, scanned or faxed; the base by 21 edited copies.
`--no-copies` leaves these out, `--smallest` asks about the tiny differences alone, each worn in every way.
`--keep FOLDER` keeps the pictures; `--worst N` names false answers.

With `--library` all pictures of the families, as made and smaller, lie in one library; each asks it, lighter than it
lies there, and `dupes` groups it.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import lookalike
from lookalike.evaluate.near_misses import KINDS, Photos
from lookalike.evaluate.near_misses.worn import COPIES
from lookalike.evaluate.trust import Verdict, by_compare, judged, questions
from lookalike.evaluate.trust_figures import Tally, by_edit, by_kind
from lookalike.evaluate.trusted_library import Counted, Shelf, counted_groups, counted_searches, shelf

PHOTOS = ("skimage", "sacre_coeur", "multiview", "wxbs", "grocery/train", "opencv", "caltech101")
"""Folders of the data that grounds and subjects are taken from."""
K = 20
"""Answers of a search: all siblings of a family and more."""
DELETED = ("identical", "copy")
"""Relations of groups that people delete by."""
HEADING = ("pairs", "identical", "copy", "variant", "copies", "kept", "IoU", "IoU>=.5", "touched")


def verdicts_of(
    job: tuple[str, int], photos: Photos, folder: Path, edits: tuple[str, ...], smallest: bool
) -> list[Verdict]:
    """All questions about one family of a kind."""
    kind, seed = job
    return [
        judged(each, by_compare(each.a, each.b))
        for each in questions([kind], 1, photos, folder, seed=seed, edits=edits, smallest=smallest)
    ]


def asked(
    jobs: list[tuple[str, int]], photos: Photos, folder: Path, edits: tuple[str, ...], smallest: bool, workers: int
) -> Iterator[Verdict]:
    """Of all families, in their order."""
    run = partial(verdicts_of, photos=photos, folder=folder, edits=edits, smallest=smallest)
    if workers == 1:
        for job in jobs:
            yield from run(job)
        return
    os.environ["OMP_NUM_THREADS"] = "1"
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        for found in pool.map(run, jobs):
            yield from found


def line(name: str, found: Tally) -> str:
    """Its figures under `HEADING`; a dash where there is nothing to count."""
    pairs, copies, boxed = found.variants, found.copies, found.boxed
    identical, copy = found.false_per_thousand
    figures = [
        f"{pairs}",
        f"{identical:.0f}" if pairs else "-",
        f"{copy:.0f}" if pairs else "-",
        f"{found.told / pairs:.3f}" if pairs else "-",
        f"{copies}",
        f"{found.kept / copies:.3f}" if copies else "-",
        f"{found.median_overlap:.2f}" if boxed else "-",
        f"{found.agreeing / boxed:.3f}" if boxed else "-",
        f"{found.touched:.3f}" if boxed else "-",
    ]
    return f"{name:24}" + "".join(f"{figure:>10}" for figure in figures)


def report(verdicts: list[Verdict], worst: int) -> None:
    """Prints the tables."""
    heading = "".join(f"{name:>10}" for name in HEADING)
    for title, rows in (("kind", by_kind(verdicts)), ("what b went through", by_edit(verdicts))):
        print(f"{title:24}{heading}")
        for name, found in rows.items():
            print(line(name, found))
        print()
    print("identical, copy: false ones a thousand pairs; variant: share of pairs that is called so; IoU: the median")
    for each in [each for each in verdicts if each.is_false][:worst]:
        print(f"{each.told.relation:10} {each.question.a.name} {each.question.b.name}")


def in_library(jobs: Shelf, folder: Path, k: int) -> dict[str, dict[str, Counted]]:
    """By what was asked of a library of all pictures: searches, and groups of copies."""
    with lookalike.open(folder / "library") as library:
        library.index(folder / "held")

        def search(path: Path) -> list[tuple[Path, str]]:
            return [(Path(each.record.path), each.relation) for each in library.search(path, k=k)]

        searches = counted_searches(jobs, search)
        groups = [
            [Path(each.path) for each in group.members] for group in library.dupes("copy") if group.relation in DELETED
        ]
    return {"search": searches, "dupes": counted_groups(jobs, groups)}


def report_library(found: dict[str, dict[str, Counted]]) -> None:
    """Prints a table of each."""
    for name, rows in found.items():
        print(f"{name:24}{'siblings':>10}{'false':>10}{'copies':>10}{'kept':>10}{'first':>10}")
        for kind, each in rows.items():
            first = f"{each.first / each.asked:.3f}" if each.asked else "-"
            false = f"{1000 * each.false / max(1, each.near):.0f}"
            print(f"{kind:24}{each.near:10}{false:>10}{each.true:10}{each.kept / max(1, each.true):10.3f}{first:>10}")
        print()
    print("false: called copies or identical, a thousand pairs of siblings; first: the right picture comes first")


def document(verdicts: list[Verdict]) -> dict[str, object]:
    """For `--json`."""
    return {
        "by_kind": {name: asdict(found) for name, found in by_kind(verdicts).items()},
        "by_edit": {name: asdict(found) for name, found in by_edit(verdicts).items()},
        "questions": [asdict(each) for each in verdicts],
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--each", type=int, default=2)
    parser.add_argument("--kinds", nargs="+", default=list(KINDS), choices=list(KINDS), metavar="KIND")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--no-copies", action="store_true", help="ask about variants alone")
    parser.add_argument("--smallest", action="store_true", help="ask about the smallest difference, worn in every way")
    parser.add_argument("--library", action="store_true", help="ask a library of all pictures, and group it")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the pictures here")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="name so many false answers")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    photos = Photos.below(given.data / name for name in PHOTOS)
    if given.library:
        with tempfile.TemporaryDirectory() as scratch:
            folder = (given.keep or Path(scratch)).resolve()
            held = shelf(given.kinds, given.each, photos, folder, seed=given.seed)
            counts = in_library(held, folder, K)
        report_library(counts)
        if given.json:
            given.json.write_text(
                json.dumps({name: {k: asdict(c) for k, c in rows.items()} for name, rows in counts.items()})
            )
        return
    jobs = [(kind, given.seed + at) for kind in given.kinds for at in range(given.each)]
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as scratch:
        edits = () if given.no_copies else COPIES
        verdicts = list(asked(jobs, photos, given.keep or Path(scratch), edits, given.smallest, given.workers))
    report(verdicts, given.worst)
    print(f"{len(verdicts)} questions in {time.perf_counter() - started:.0f} s")
    if given.json:
        given.json.write_text(json.dumps(document(verdicts), default=str))


if __name__ == "__main__":
    main()
