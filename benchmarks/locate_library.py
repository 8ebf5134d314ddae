"""`locate -l` on 5,000 made pictures: how often it finds, how much faster than a scan of all, what it keeps.

    python benchmarks/locate_library.py ../shared/data WORK [--every 3] [--scanned 20] > locate_library.json

WORK keeps the pictures and the library from run to run. After each question the same template is looked for in some
pictures as a scan of all would do it, with the same decoder and the same engine; the ratio is that of the two sums.
`by_score` is what the questions would find if places of a score of .9 counted, whatever their detail.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import lookalike
from locate_library_cases import PICTURES, Case, cut, jpeg, pictures
from lookalike.match import LOCATORS
from lookalike.search.ingest.grey_planes import PLANE
from lookalike.search.ingest.read import ahead
from lookalike.search.query.decoder import PictureDecoder
from lookalike.search.template.library_search import Finds
from lookalike.types import Picture, Record
from machine import machine

NEAR = 2.0
"""px that a place may be off."""
STRIDE = 12
"""Of the pictures in the library so many give one template; those aside each give one."""
SCORE = 0.9
"""Of a place that counts without a look at its detail."""


@dataclass(frozen=True)
class Answered:
    """Whether the right picture was found, was the first, and its place right; whether another was found."""

    found: bool
    first: bool
    placed: bool
    another: bool


@dataclass(frozen=True)
class Asked:
    """A question, what came of it, and how long it took."""

    case: Case
    by_detail: Answered
    by_score: Answered
    seconds: float
    scanned: float
    """Seconds for the pictures that were searched as a scan does it."""


def made(data: Path, work: Path) -> list[Case]:
    """Pictures as files below `work`, once; and the templates."""
    folder = work / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    cases = []
    for number, picture in enumerate(pictures(data)):
        file = folder / f"{number:05d}.jpg"
        if number < PICTURES and not file.exists():
            file.write_bytes(jpeg(picture))
        if number >= PICTURES or number % STRIDE == 0:
            cases.append(cut(picture, number))
    return [case for case in cases if case is not None]


def asked(library: lookalike.Library, case: Case, sample: Sequence[Record], decoder: PictureDecoder) -> Asked:
    """One question, and the same template in the pictures of `sample`."""
    started = time.perf_counter()
    by_detail = library.locate(case.template)
    seconds = time.perf_counter() - started
    by_score = library.locate(case.template, least=SCORE)
    template = Picture(np.ascontiguousarray(case.template), (case.template.shape[1], case.template.shape[0]))
    engine = LOCATORS.make("exact")  # the quicker one for pictures of this size
    started = time.perf_counter()
    for picture in ahead(lambda record: decoder.sample(record).picture(None), sample, threads=1):
        engine.locate(template, picture, 1)
    scanned = time.perf_counter() - started
    return Asked(case, judged(case, by_detail), judged(case, by_score), seconds, scanned)


def judged(case: Case, found: Finds) -> Answered:
    at = [Path(one.record.path).stem for one in found.places]
    right = None if case.picture is None else f"{case.picture:05d}"
    offs = [
        max(abs(a - b) for a, b in zip(one.placement.box, case.place, strict=False))
        for one, stem in zip(found.places, at, strict=True)
        if stem == right
    ]
    return Answered(
        right in at, at[:1] == [right], min(offs, default=np.inf) <= NEAR, any(stem != right for stem in at)
    )


def summary(rows: Sequence[Asked], scanned: int) -> dict[str, object]:
    """Recall by size of the template, what is called found that is not there, and the ratio."""
    by_side: dict[str, list[Asked]] = defaultdict(list)
    for row in rows:
        side = min(row.case.template.shape[:2])
        by_side["absent" if row.case.picture is None else f"{side} px"].append(row)
    by_side["all that are there"] = [row for row in rows if row.case.picture is not None]
    seconds = sum(row.seconds for row in rows)
    all_of_them = sum(row.scanned for row in rows) / scanned * PICTURES
    return {
        "by_detail": {side: shares([row.by_detail for row in some]) for side, some in sorted(by_side.items())},
        "by_score": {side: shares([row.by_score for row in some]) for side, some in sorted(by_side.items())},
        "seconds_a_question": {"median": statistics.median(row.seconds for row in rows), "sum": seconds},
        "ms_a_picture_of_a_scan": 1000 * all_of_them / PICTURES / len(rows),
        "times_faster_than_a_scan": round(all_of_them / seconds, 1),
    }


def shares(answers: Sequence[Answered]) -> dict[str, float]:
    """Of the templates of one size."""
    return {
        "templates": len(answers),
        "picture_found": share(one.found for one in answers),
        "first": share(one.first for one in answers),
        "place_within_2_px": share(one.placed for one in answers),
        "another_as_well": share(one.another for one in answers),
    }


def share(of: object) -> float:
    values = list(of)  # type: ignore[call-overload]
    return round(sum(values) / len(values), 4) if values else float("nan")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--every", type=int, default=1, help="ask only each so many of the questions")
    parser.add_argument("--scanned", type=int, default=20, help="pictures scanned after each question")
    given = parser.parse_args()
    cases = made(given.data, given.work)[:: given.every]
    with lookalike.open(given.work / "library") as library:
        report = library.index(given.work / "pictures", describers=["phash"], local=False)
        records = list(library.store.records())
        decoder = PictureDecoder(library.limits)
        rng = np.random.default_rng(2)
        rows = []
        for case in cases:
            sample = [records[at] for at in rng.choice(len(records), given.scanned, replace=False)]
            rows.append(asked(library, case, sample, decoder))
            print(f"{len(rows)} of {len(cases)}: {rows[-1].by_detail}", file=sys.stderr, flush=True)
        decoder.close()
    found = {
        "schema": "lookalike/bench-locate-library/1",
        "machine": machine(),
        "pictures": report.seen,
        "bytes_a_picture": PLANE.space.columns,
        **summary(rows, given.scanned),
    }
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
