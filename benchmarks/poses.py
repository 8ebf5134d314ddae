"""Template search over sizes and turns, on made cases whose answer is known.

    python benchmarks/poses.py [--each 60] [--seed 0] > poses.json

Right is a middle within 1 px, an angle within 1 degree and a scale within 2 %, told as found; absent is right where
nothing is. Another seed than 0 gives other cases.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections import defaultdict

import numpy as np

from lookalike.match.locate.judgement import Sought, is_told, judged
from lookalike.match.locate.poses import Poses
from lookalike.types import Located
from machine import machine
from pose_cases import Case, cases

TOLERANCE = {"px": 1.0, "degrees": 1.0, "percent": 2.0}


def errors(case: Case, located: Located) -> dict[str, float]:
    """Of the best place: px between middles, degrees, and percent of the scale."""
    if case.middle is None or not located.placements:
        return dict.fromkeys(TOLERANCE, math.nan)
    place = located.placements[0]
    x, y, width, height = place.box
    return {
        "px": math.hypot(x + width / 2 - case.middle[0], y + height / 2 - case.middle[1]),
        "degrees": abs(math.remainder(math.degrees(place.angle) - case.angle, 360)),
        "percent": 100 * abs(place.scale / case.scale - 1),
    }


def measured(each: int, seed: int) -> dict[str, dict[str, float]]:
    """By kind: how many are right, the median errors, and the least and the most detail."""
    rows: dict[str, list[dict[str, float]]] = defaultdict(list)
    for case in cases(each, seed):
        started = time.process_time()
        located = judged(Poses(threads=1), Sought(case.template), case.image, 1)
        seconds = time.process_time() - started
        best = located.placements[0]
        wrong = errors(case, located)
        placed = all(wrong[name] <= most for name, most in TOLERANCE.items())
        found, told = is_told(best), {"score": best.score, "detail": best.detail or 0.0}
        row = {"placed": placed, "found": found, **told, "seconds": seconds, **wrong}
        row["right"] = not found if case.middle is None else placed and found
        rows[case.kind].append(row)
        if not row["right"]:
            print(case.kind, {name: round(float(value), 3) for name, value in row.items()}, file=sys.stderr, flush=True)
    return {kind: _summary(of_kind) for kind, of_kind in rows.items()}


def _summary(rows: list[dict[str, float]]) -> dict[str, float]:
    counts = {name: int(sum(row[name] for row in rows)) for name in ("right", "placed", "found")}
    found: dict[str, float] = {"cases": len(rows), **counts}
    for name in (*TOLERANCE, "score", "seconds"):
        values = [row[name] for row in rows if not math.isnan(row[name])]
        if values:
            found[f"median_{name}"] = round(float(np.median(values)), 4)
    of_detail = [row["detail"] for row in rows]
    return found | {"least_detail": round(min(of_detail), 1), "most_detail": round(max(of_detail), 1)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--each", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    report = {
        "schema": "lookalike/bench-poses/1",
        "machine": machine(),
        "tolerance": TOLERANCE,
        "kinds": measured(given.each, given.seed),
    }
    print(json.dumps(report, indent=2))
