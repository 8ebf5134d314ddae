"""What a question costs where many pictures of the library bear one caption, by stage; and what it finds.

python benchmarks/captioned.py DATA [--pictures 2000] [--captioned 500] [--each 12] [--kept FOLDER] [--answers FILE]

Photos of grocery, caltech101 and flickr8k fill a library; the same words are written on some of them, and of one in ten
two edited copies are there as well. Questions are edited copies, of six kinds: with and without the caption, here and
there. With `--answers` all that was answered is written there; where the file is there already, what is another answer
now is told: two trees are asked alike.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

import lookalike
from engine import CROPS, SETS
from latency import WARM, cpu_seconds
from lookalike.pixels.augment import EDITS, edit
from lookalike.search.ranking.asking import Question
from lookalike.search.ranking.engine import Engine
from lookalike.search.ranking.relation import RelationClassifier
from lookalike.search.ranking.verification import GeometricVerifier
from lookalike.types import Answer, Pixels
from machine import machine
from photographs import cropped, decoded, files_in

WORDS: Final = "SALE 50 %"
ACROSS: Final = 0.6
"""Share of a picture's width that they take."""
RELATIVES: Final = 10
"""One picture in so many has two edited copies beside it."""
KINDS: Final = {
    "caption on both": (True, True, True),
    "caption added": (False, True, True),
    "caption taken off": (True, False, True),
    "no caption": (False, False, True),
    "stranger with it": (False, True, False),
    "stranger": (False, False, False),
}
"""Whether the library's picture bears the caption, whether the question does, and whether it is in the library."""
STAGES: Final = (
    ("describing", Question, "of"),
    ("own features", RelationClassifier, "ask"),
    ("votes", GeometricVerifier, "voted"),
    ("looks", Engine, "rank"),
    ("geometry", RelationClassifier, "agreement"),
    ("geometry, mirrored again", RelationClassifier, "mirrored_agreement"),
    ("pixels", RelationClassifier, "compared"),
    ("pixels of wholes", RelationClassifier, "whole"),
    ("places and looks", RelationClassifier, "view"),
)
Spent = dict[str, list[float]]


@dataclass(frozen=True)
class Asked:
    """A question's kind, what it is a copy of, CPU seconds of both processes, those of stages, and all answers."""

    kind: str
    edit: str
    original: str
    seconds: float
    decoding: float
    stages: dict[str, float]
    calls: dict[str, int]
    answers: list[list[Any]]


def captioned(pixels: Pixels, words: str) -> Pixels:
    """The words across the lower part, white with a black rim."""
    image = Image.fromarray(pixels)
    width, height = image.size
    draw = ImageDraw.Draw(image)
    size = round(ACROSS * width / draw.textlength(words, font=ImageFont.load_default(100)) * 100)
    where = width / 2, height - size
    rim = max(1, size // 15)
    draw.text(where, words, "white", ImageFont.load_default(size), "mm", stroke_width=rim, stroke_fill="black")
    return np.asarray(image)


def save(pixels: Pixels, file: Path) -> None:
    Image.fromarray(pixels).save(file, "JPEG", quality=90)


def made(number: int, pixels: Pixels) -> tuple[str, Pixels]:
    """An edited copy and its edit's name, one after the other."""
    edits = [name for name in EDITS if name != "collage"] + list(CROPS)
    name = edits[number % len(edits)]
    if name in CROPS:
        return name, cropped(pixels, CROPS[name], np.random.default_rng(number)).pixels
    return name, edit(name, pixels, 7 * number + 1, pixels).pixels


def fill(folder: Path, photos: Sequence[Path], count: int, words: str) -> None:
    """Writes the pictures: the first `count` of them bear the caption."""
    folder.mkdir(parents=True, exist_ok=True)
    for at, photo in enumerate(photos):
        pixels = decoded(photo).pixels
        shown = captioned(pixels, words) if at < count else pixels
        save(shown, folder / f"{at:05}.jpg")
        for more in (1, 2) if at % RELATIVES == 0 else ():
            save(made(3 * at + more, shown)[1], folder / f"{at:05}-{more}.jpg")


def timed(spent: Spent, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    """The method, whose CPU of its own thread is noted; its number of calls as well."""

    @wraps(method)
    def run(*given: Any, **named: Any) -> Any:
        began = time.thread_time()
        try:
            return method(*given, **named)
        finally:
            spent[name].append(time.thread_time() - began)

    return run


def decoding_seconds() -> float:
    """CPU of the worker processes, by the kernel's account."""
    children = " ".join(file.read_text() for file in Path("/proc/self/task").glob("*/children")).split()
    fields = [Path(f"/proc/{child}/stat").read_text().rsplit(")", 1)[1].split() for child in children]
    return sum(int(each[11]) + int(each[12]) for each in fields) / 100


def told(answer: Answer) -> list[Any]:
    """All that an answer says of a picture."""
    name = Path(answer.record.path).name
    rest = answer.transform, answer.coverage, answer.edits, [(each.box, each.share) for each in answer.differs or ()]
    return [name, answer.relation, answer.score, answer.why, *rest]


def ask(library: lookalike.Library, photos: Sequence[Path], given: argparse.Namespace) -> list[Asked]:
    """Questions of all kinds, in turns."""
    spent: Spent = defaultdict(list)
    for name, owner, method in STAGES:
        own = owner.__dict__[method]
        run = timed(spent, name, getattr(own, "__func__", own))
        setattr(owner, method, classmethod(run) if isinstance(own, classmethod) else run)
    found = []
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "question.jpg"
        for number in range(given.each * len(KINDS)):
            turn, kind = divmod(number, len(KINDS))
            borne, bears, there = list(KINDS.values())[kind]
            at = (turn * RELATIVES // 2 + 100 * kind) % given.captioned  # every second one has relatives
            at += 0 if borne else given.captioned
            pixels = decoded(photos[at if there else given.pictures + number]).pixels
            name, copy = made(5 * turn + kind, captioned(pixels, given.words) if bears else pixels)
            save(copy, file)
            for _ in range(WARM if number == 0 else 0):
                library.search(file)
            spent.clear()
            began, decoding = cpu_seconds(), decoding_seconds()
            answers = list(library.search(file))
            taken, decoded_in = cpu_seconds() - began, decoding_seconds() - decoding
            stages, calls = {k: sum(v) for k, v in spent.items()}, {k: len(v) for k, v in spent.items()}
            original = f"{at:05}" if there else ""
            found.append(
                Asked(list(KINDS)[kind], name, original, taken, decoded_in, stages, calls, [told(a) for a in answers])
            )
    return found


def report(found: Sequence[Asked]) -> None:
    """Prints what each kind takes and finds, then the stages."""
    print(f"{'kind':18} {'median':>7} {'p95':>6} {'worst':>6} {'first':>6} {'copy, part':>10} wrong copies")
    for kind in (*KINDS, "all"):
        group = [each for each in found if kind in (each.kind, "all")]
        taken = 1000 * np.array([each.seconds + each.decoding for each in group])
        right = [bool(each.original) and each.answers[0][0].startswith(each.original) for each in group]
        called = [
            ok and each.answers[0][1] in ("copy", "part", "identical") for ok, each in zip(right, group, strict=True)
        ]
        wrong = [
            answer[0]
            for each in group
            for answer in each.answers
            if answer[1] in ("copy", "part", "identical") and answer[0][:5] != each.original
        ]
        print(
            f"{kind:18} {np.median(taken):7.0f} {np.quantile(taken, 0.95):6.0f} {taken.max():6.0f} "
            f"{sum(right):3}/{len(group):<3} {sum(called):9}  {len(wrong)} {wrong[:4]}"
        )
    print("stages, mean ms (calls), of questions with the caption and without")
    halves = [[each for each in found if KINDS[each.kind][1] is bears] for bears in (True, False)]
    for name in (*(name for name, *_ in STAGES), "decoding"):
        cells = []
        for half in halves:
            own = [each.decoding if name == "decoding" else each.stages.get(name, 0.0) for each in half]
            calls = np.mean([each.calls.get(name, 0) for each in half])
            cells.append(f"{1000 * np.mean(own):8.1f} ({calls:5.1f})")
        print(f"{name:26} {' '.join(cells)}")
    relations = Counter((KINDS[each.kind][1], answer[1]) for each in found for answer in each.answers)
    print({f"{'with' if bears else 'without'}, {name}": n for (bears, name), n in sorted(relations.items())})


def compared(found: Sequence[Asked], file: Path) -> None:
    """Writes all answers, or tells what is another answer than those that the file holds."""
    now = [[each.kind, each.edit, each.original, each.answers] for each in found]
    now = json.loads(json.dumps(now))
    if not file.exists():
        file.write_text(json.dumps(now))
        return
    before = json.loads(file.read_text())
    for kind in KINDS:
        pairs = [(one, other) for one, other in zip(before, now, strict=True) if one[0] == kind]
        same = sum(one == other for one, other in pairs)
        proved = sum(_proved(one) == _proved(other) for one, other in pairs)
        print(f"{kind:18} {same} of {len(pairs)} answered as before to the bit, {proved} in copies and parts")


def _proved(asked: list[Any]) -> list[Any]:
    return [answer for answer in asked[3] if answer[1] in ("identical", "copy", "part")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--pictures", type=int, default=2000)
    parser.add_argument("--captioned", type=int, default=500)
    parser.add_argument("--words", default=WORDS)
    parser.add_argument("--each", type=int, default=12, help="questions of each kind")
    parser.add_argument("--kept", type=Path, help="keep pictures and library here, and take those that are here")
    parser.add_argument("--answers", type=Path)
    given = parser.parse_args()
    files = files_in(*(given.data / name for name in SETS))
    photos = [files[at] for at in np.random.default_rng(5).permutation(len(files)).tolist()]
    with nullcontext(given.kept) if given.kept else tempfile.TemporaryDirectory() as room:
        place = Path(room)
        if not (place / "pictures").exists():
            fill(place / "pictures", photos[: given.pictures], given.captioned, given.words)
        with lookalike.open(place / "library") as library:
            library.index(place / "pictures")
            print(machine(), f"{library.status().images} pictures, {given.captioned} with a caption", flush=True)
            found = ask(library, photos, given)
    report(found)
    if given.answers:
        compared(found, given.answers)


if __name__ == "__main__":
    main()
