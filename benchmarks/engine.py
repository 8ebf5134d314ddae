"""What the whole engine finds of edited copies: the right picture first, one threshold for all, and its place in it.

python benchmarks/engine.py ../shared/data [--originals 400] [--distractors 3000] [--verify 50]    half an hour

Originals are photos of grocery, caltech101 and flickr8k; a third of them is not in the library, so that copies of them
must find nothing. Pairs of one picture that the sets hold, listed in `engine_twins.txt`, count neither as right nor as
wrong. Beside the ruler's edits: crops to 30 % and 10 % of the area. `--verify 0`: without proof. With `--kept FOLDER` a
run that was stopped goes on where it was, and what was answered is judged, of all originals or of those so far; runs of
other settings lie there apart.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np

from asking import answers_of, fill, warm
from lookalike.evaluate.pooled import Pooled
from lookalike.evaluate.statistics import interval, resampled
from lookalike.pixels.augment import EDITS, edit
from lookalike.pixels.augment.edited import Edited
from photographs import cropped, decoded, files_in, name_of
from twins import ENGINE, twins_of

SETS = ("grocery", "caltech101", "flickr8k")
CROPS = {"crop to 30 %": 0.3, "crop to 10 %": 0.1}
BACKDROPS = 50
"""Photos that are not in the library: originals are pasted into them."""
REPLICATES = 300
NEAR = 3.0
"""px of the original within which a copy is placed rightly."""


@dataclass(frozen=True)
class Asked:
    """What came of one question: (name, score, relation) of the answers; px by which the original is median_error."""

    edit: str
    original: str
    answers: Sequence[tuple[str, float, str]]
    error: float | None
    seconds: float


def median_error(transform: tuple[tuple[float, float, float], ...], made: Edited, size: tuple[int, int]) -> float:
    """px by which places of the original, sent to the copy, come back elsewhere."""
    height, width = made.pixels.shape[:2]
    there = np.array([[0.3, 0.7, 0.7, 0.3], [0.3, 0.3, 0.7, 0.7], [1, 1, 1, 1]]) * [[width], [height], [1]]
    wanted, found = made.transform @ there, np.array(transform) @ there
    inside = np.clip(wanted[:2] / wanted[2], 0, np.array(size)[:, None])
    if not np.allclose(inside, wanted[:2] / wanted[2]):  # of a collage most of the copy is not the original
        there = np.linalg.inv(made.transform) @ np.vstack([inside, np.ones(4)])
        wanted, found = made.transform @ there, np.array(transform) @ there
    return float(abs(found[:2] / found[2] - wanted[:2] / wanted[2]).max())


def ask(at: int, files: list[Path], names: list[str], backdrops: list[Path], library: Path, verify: int) -> list[Asked]:
    """All edits of one original."""
    pixels, other = (decoded(file).pixels for file in (files[at], backdrops[at % len(backdrops)]))
    found = []
    for name in (*EDITS, *CROPS):
        made = (
            cropped(pixels, CROPS[name], np.random.default_rng(at))
            if name in CROPS
            else edit(name, pixels, 7 * at + 1, other)
        )
        started = time.perf_counter()
        answers = list(warm(library).search(made.pixels, k=12, verify=verify))
        seconds = time.perf_counter() - started
        told = [(Path(answer.record.path).name, answer.score, answer.relation) for answer in answers]
        placed = next((a.transform for a in answers if Path(a.record.path).name == names[at]), None)
        error = None if placed is None else median_error(placed, made, (pixels.shape[1], pixels.shape[0]))
        found.append(Asked(name, names[at], told, error, seconds))
    return found


def report(asked: list[Asked], there: set[str], twins: dict[str, set[str]], pasted_into: dict[str, str]) -> None:
    """Prints the measures with their intervals over originals, then each edit, then copies that were not expected.

    NearDuplicates of an original count neither as right nor as wrong, nor those of what a collage pasted it into.
    """
    counted = {}
    for at, each in enumerate(asked):
        known_twins = twins[each.original] | (twins[pasted_into[each.original]] if each.edit == "collage" else set())
        counted[at] = [answer for answer in each.answers if answer[0] not in known_twins][:10]
    right = {at: [name == asked[at].original for name, _, _ in answers] for at, answers in counted.items()}
    known = np.array([each.original in there for each in asked])
    best = [(np.array([s for _, s, _ in counted[at]]), np.array(right[at], bool)) for at in range(len(asked))]
    pooled = Pooled.of(best, known.astype(np.int64))
    names = np.unique([each.original for each in asked], return_inverse=True)[1]
    drawn = resampled(names, np.random.default_rng(0), REPLICATES)
    replicates = pooled.replicates(drawn)
    first = np.array([bool(right[at]) and right[at][0] for at in range(len(asked))], float)
    shares = (drawn[:, known] @ first[known]) / np.maximum(drawn[:, known].sum(axis=1), 1)
    measured = {"p@1": (first[known].mean(), shares)}
    measured |= {name: (value, replicates[name]) for name, value in pooled.values().items()}
    for name, (value, samples) in measured.items():
        estimate = interval(value, samples)
        print(f"{name:12} {estimate.value:.3f} [{estimate.low:.3f}, {estimate.high:.3f}]")
    relation = [counted[at][0][2] if counted[at] else "" for at in range(len(asked))]
    placed = [asked[at].error for at in np.flatnonzero(first) if relation[at] == "copy" and asked[at].error is not None]
    print(f"of {len(placed)} called copies, placed within {NEAR:g} px: {np.mean(np.array(placed) <= NEAR):.3f}")
    print(f"a question: {1000 * np.median([each.seconds for each in asked]):.0f} ms")
    for name in (*EDITS, *CROPS):
        group = [at for at in np.flatnonzero(known) if asked[at].edit == name]
        called = Counter(relation[at] for at in group if first[at])
        print(f"{name:12} p@1 {first[group].mean():.3f}  {dict(called)}")
    wrong = [
        (asked[at].original, name)
        for at, answers in counted.items()
        for name, _, called in answers
        if called == "copy" and name != asked[at].original
    ]
    strangers = sum(any(called == "copy" for _, _, called in counted[at]) for at in np.flatnonzero(~known).tolist())
    print(f"of {int((~known).sum())} questions without an answer, {strangers} have one called a copy")
    for (one, other), times in Counter(wrong).most_common():
        print(f"called a copy {times} times: {one} {other}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--originals", type=int, default=400)
    parser.add_argument("--distractors", type=int, default=3000)
    parser.add_argument("--verify", type=int, default=50)
    parser.add_argument("--kept", type=Path, help="keep the library and the answers here, and go on with what is here")
    parser.add_argument("--judge", action="store_true", help="ask nothing more, judge what was answered")
    given = parser.parse_args()
    found = files_in(*(given.data / name for name in SETS))
    names = [name_of(file, given.data) for file in found]
    order = np.random.default_rng(11).permutation(len(found)).tolist()
    there, absent = given.originals, given.originals // 2
    originals, rest = order[: there + absent], order[there + absent :]
    searched = [*originals[:there], *rest[BACKDROPS:][: given.distractors]]
    with tempfile.TemporaryDirectory() as scratch:
        kept = (given.kept or Path(scratch)) / f"{given.originals}-originals-{given.distractors}-distractors"
        answers = kept / f"answers-verify-{given.verify}"
        if not given.judge:
            answer(found, names, originals, searched, rest[:BACKDROPS], given.verify, kept, answers)
        asked = answered(answers)
    if not asked:
        parser.error(f"nothing was answered in {str(answers)!r}")
    print(f"{len({each.original for each in asked})} of {len(originals)} originals asked about")
    pasted_into = {names[at]: names[rest[place % BACKDROPS]] for place, at in enumerate(originals)}
    report(asked, {names[at] for at in originals[:there]}, twins_of(ENGINE), pasted_into)


def answer(
    found: list[Path],
    names: list[str],
    originals: list[int],
    searched: list[int],
    backdrops: list[int],
    verify: int,
    kept: Path,
    answers: Path,
) -> None:
    """Fills a library with the searched pictures and has it asked by every copy; the answers about each are a line."""
    folder, library = kept / "pictures", kept / "library"
    folder.mkdir(parents=True, exist_ok=True)
    for at in searched:
        if not (folder / names[at]).exists():
            shutil.copyfile(found[at], folder / names[at])
    fill(library, folder)
    job = partial(
        ask,
        files=[found[at] for at in originals],
        names=[names[at] for at in originals],
        backdrops=[found[at] for at in backdrops],
        library=library,
        verify=verify,
    )
    if answers.exists():
        os.truncate(answers, sum(map(len, finished(answers))))
    done = {each.original for each in answered(answers)}
    mixed = np.random.default_rng(0).permutation(len(originals)).tolist()  # so that a part of them is like all
    left = [at for at in mixed if names[originals[at]] not in done]
    with answers.open("a") as file:
        for group in answers_of(job, left):
            file.write(json.dumps([asdict(each) for each in group]) + "\n")
            file.flush()


def answered(file: Path) -> list[Asked]:
    """What was written by now."""
    return [Asked(**row) for line in finished(file) for row in json.loads(line)]


def finished(file: Path) -> list[bytes]:
    """Its lines, without one that a run was writing when it was killed."""
    lines = file.read_bytes().splitlines(keepends=True) if file.exists() else []
    return [line for line in lines if line.endswith(b"\n")]


if __name__ == "__main__":
    main()
