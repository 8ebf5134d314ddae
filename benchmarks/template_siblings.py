"""Does `locate` tell a sign from its siblings, and does it still find what JPEG, noise, light and covers have changed?

    python benchmarks/template_siblings.py [--seeds 1000:1020] [--before] [--parts] > template_siblings.json

Precision is the share of told places that are right, recall that of right places that are told; `absent` counts
questions whose sign is not there and for which something was told. `--before` goes by the engine and its detail alone.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence

from lookalike.match import LOCATORS
from lookalike.match.locate.presence import is_there
from lookalike.search.locate import locate
from lookalike.types import Picture, Placement
from machine import machine
from template_sibling_cases import COLOURED, FAMILIES, Pixels, Question, parts, questions

NEAR = 2.0
"""px that a right place may be off, either way."""
MOST = 12
"""Places that are asked for."""
Ask = Callable[[Pixels, Pixels, int, bool], Sequence[Placement]]


def after(template: Pixels, scene: Pixels, k: int, colour: bool) -> Sequence[Placement]:
    """As the library answers."""
    return locate(template, scene, k=k, locator=LOCATORS.make("fast", {"colour": colour})).located.placements


def before(template: Pixels, scene: Pixels, k: int, colour: bool) -> Sequence[Placement]:
    """As the engine and detail alone answer."""
    mask = template[:, :, 3] >= 128 if template.shape[2] == 4 else None
    found = LOCATORS.make("fast", {"colour": colour}).locate(_picture(template[:, :, :3]), _picture(scene), k, mask)
    return [place for place in found.placements if is_there(place)]


def _picture(pixels: Pixels) -> Picture:
    return Picture(pixels.copy(), (pixels.shape[1], pixels.shape[0]))


def asked(seeds: range, ask: Ask, loud: bool, only: Sequence[str] = ()) -> dict[str, dict[str, float]]:
    """By family, by way of being seen, and of all."""
    counts: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for question in questions(seeds, only or tuple(FAMILIES)):
        started = time.process_time()
        told = ask(question.template, question.scene, MOST, question.family in COLOURED)
        seconds = time.process_time() - started
        right = _right(question, told)
        row: dict[str, float] = {"told": len(told), "right": right, "true": len(question.places), "seconds": seconds}
        if not question.places:
            row.update(absent=1, absent_told=bool(told))
        if loud and (right < len(question.places) or right < len(told)):
            print(question.family, question.ground, question.seen, dict(row), file=sys.stderr, flush=True)
        for name in (question.family, question.seen, question.ground, "all"):
            for what, count in row.items():
                counts[name][what] += count
    return {name: _rates(row) for name, row in counts.items()}


def _right(question: Question, told: Sequence[Placement]) -> int:
    return sum(any(_is_at(place, true) for place in told) for true in question.places)


def _is_at(place: Placement, true: tuple[int, int]) -> bool:
    return all(abs(place.box[axis] - true[axis]) <= NEAR for axis in (0, 1))


def _rates(row: Mapping[str, float]) -> dict[str, float]:
    return {
        "precision": round(row["right"] / max(row["told"], 1), 3),
        "recall": round(row["right"] / max(row["true"], 1), 3),
        "places": row["true"],
        "absent": row["absent"],
        "absent_told": row["absent_told"],
        "seconds": round(row["seconds"], 1),
    }


def found(seeds: range, ask: Ask, loud: bool) -> dict[str, dict[str, int]]:
    """Of pieces of photos by what was done to the photo: how many there are, and how many are told where they are."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for part in parts(seeds):
        told = ask(part.template, part.scene, 1, False)
        right = part.place is not None and any(_is_at(one, part.place) for one in told)
        counts[part.kind].update(cases=1, told=bool(told), right=right)
        if loud and right == (part.place is None):
            shape = part.template.shape[:2]
            print(part.kind, part.place, shape, [one.box for one in told], file=sys.stderr, flush=True)
    return {kind: dict(row) for kind, row in counts.items()}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", default="1000:1020", help="FROM:TO; below 1000 constants were chosen on them")
    parser.add_argument("--before", action="store_true", help="by the engine and its detail alone")
    parser.add_argument("--parts", action="store_true", help="pieces of changed photos in place of signs")
    parser.add_argument("--family", action="append", default=[], choices=tuple(FAMILIES), help="of these alone")
    parser.add_argument("-v", action="store_true", help="say every wrong answer on stderr")
    given = parser.parse_args()
    first, last = (int(each) for each in given.seeds.split(":"))
    way = before if given.before else after
    seeds = range(first, last)
    report = {
        "schema": "lookalike/bench-template-siblings/1",
        "machine": machine(),
        "seeds": given.seeds,
        "before": given.before,
        "kinds": found(seeds, way, given.v) if given.parts else asked(seeds, way, given.v, given.family),
    }
    print(json.dumps(report, indent=2))
