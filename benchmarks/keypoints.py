"""How well keypoints are found again and told apart on pictures of a plane from several sides, and what they cost.

    OMP_NUM_THREADS=1 python benchmarks/keypoints.py ../shared/data docs/results --weights r2d2=FILE

Of `oxford_affine/graf` and `hpatches/v_dogman`, the first picture with each other one: repeatability, and of the
matches (each the other's nearest, whatever the second is) the share within 3 px, or `--near`, of where the homography
puts them, the mean over pairs. Networks take part whose weights are here: by `lookalike models get`, or by path. One
thread; the methods take turns on each picture, so that the times of one row and another compare.
"""

from __future__ import annotations

import argparse
import dataclasses
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from lookalike.datasets.reader import Pair
from lookalike.errors import WeightsError
from lookalike.evaluate.metrics.geometry import mean_matching_accuracy, repeatability
from lookalike.local import DETECTORS, EXTRACTORS
from lookalike.match.match.nearest import Nearest
from lookalike.types import Keypoints, LocalFeatures, Picture
from photographs import opened, planes_in
from results import made

SETS = ("oxford_affine/graf", "hpatches/v_dogman")
VARIANTS = ("aliked:variant=t16", "aliked:variant=n16rot", "aliked:variant=n32")
MATCHER = Nearest(ratio=1)


@dataclass
class Measured:
    """Of one method: what it found in each picture and how long it took, and figures of each pair of each set."""

    found: dict[str, LocalFeatures | Keypoints] = field(default_factory=dict)
    ms: list[float] = field(default_factory=list)
    accuracy: dict[str, list[float]] = field(default_factory=dict)
    repeated: dict[str, list[float]] = field(default_factory=dict)

    def keypoints(self, path: str) -> Keypoints:
        found = self.found[path]
        return found.keypoints if isinstance(found, LocalFeatures) else found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--weights", action="append", default=[], metavar="NAME=FILE")
    parser.add_argument("--side", type=int, default=640)
    parser.add_argument("--max_keypoints", type=int, default=1000)
    parser.add_argument("--near", type=float, default=3.0, help="px within which a place is the same")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    settings = {"side": options.side, "max_keypoints": options.max_keypoints}
    methods, absent = ready(settings, dict(each.split("=", 1) for each in options.weights))
    measured = {name: Measured() for name in methods}
    for name in SETS:
        for pair in planes_in(options.data / name):
            find(methods, measured, (pair.a, pair.b))
            for facts in measured.values():
                compare(facts, name, pair, options.near)
    write(options.out / "keypoints.md", methods, measured, absent, {**settings, "near": options.near})


def ready(settings: Mapping[str, object], weights: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    """Every row of both tables with these settings, extractors first; and names of those whose weights are not here."""
    methods, absent = {}, []
    for table, names in ((EXTRACTORS, (*EXTRACTORS, *VARIANTS)), (DETECTORS, set(DETECTORS) - set(EXTRACTORS))):
        for name in sorted(names):
            component: Any = dataclasses.replace(table.spelled(name), **settings)  # type: ignore[type-var]
            if name in weights:
                component = dataclasses.replace(component, weights=weights[name])
            try:
                getattr(component, "checkpoint", None)
            except WeightsError:
                absent.append(name)
            else:
                methods[name] = component
    return methods, absent


def find(methods: Mapping[str, Any], measured: Mapping[str, Measured], paths: Sequence[str]) -> None:
    """By every method in turn, in those of the pictures that are new."""
    for path in paths:
        for method, component in methods.items():
            facts = measured[method]
            if path in facts.found:
                continue
            if not facts.ms:
                timed(component, opened(Path(path)))  # builds a network, warms up
            facts.found[path], taken = timed(component, opened(Path(path)))
            facts.ms.append(taken)


def compare(facts: Measured, name: str, pair: Pair, near: float) -> None:
    """What one method found in both."""
    assert pair.homography is not None
    one, other = facts.keypoints(pair.a), facts.keypoints(pair.b)
    repeated = repeatability(one.xy, other.xy, pair.homography, one.size, other.size, tolerance=near)
    facts.repeated.setdefault(name, []).append(repeated)
    a, b = facts.found[pair.a], facts.found[pair.b]
    if isinstance(a, LocalFeatures) and isinstance(b, LocalFeatures):
        i, j = MATCHER.match(a, b).pairs.T
        (accuracy,) = mean_matching_accuracy(one.xy[i], other.xy[j], pair.homography, (near,))
        facts.accuracy.setdefault(name, []).append(accuracy)


def timed(component: Any, picture: Picture) -> tuple[LocalFeatures | Keypoints, float]:
    """What it finds, and ms."""
    started = time.perf_counter()
    found = component.extract(picture) if hasattr(component, "extract") else component.detect(picture)
    return found, 1000 * (time.perf_counter() - started)


def write(
    file: Path,
    methods: Mapping[str, Any],
    measured: Mapping[str, Measured],
    absent: list[str],
    settings: Mapping[str, object],
) -> None:
    """The page."""
    sift = np.array(measured["sift"].ms)
    heads = (
        "method",
        *(f"{what} {name.split('/')[1]}" for what in ("MMA", "rep.") for name in SETS),
        "k",
        "ms",
        "of SIFT",
    )
    lines = [
        "# Keypoints: found again, told apart, and what they cost",
        "",
        *made("keypoints.py"),
        f"Pictures of {settings['side']} px on the longer side, {settings['max_keypoints']} keypoints at most.",
        f"MMA: share of matches within {settings['near']:g} px, each the other's nearest, no ratio asked; the mean",
        "over pairs. rep.: share of the keypoints that both pictures show which are found in both.",
        "k: keypoints a picture. ms: median of",
        "a picture on one thread, rows included where there are any; `of SIFT`: the median over pictures of the ratio.",
        f"The methods took turns. Not measured, for want of weights: {', '.join(absent) or 'none'}.",
        "",
        f"| {' | '.join(heads)} |",
        "|---" * len(heads) + "|",
    ]
    for name in sorted(methods, key=lambda name: (not measured[name].accuracy, -mean(measured[name].accuracy))):
        facts = measured[name]
        shares = [facts.accuracy.get(each) for each in SETS] + [facts.repeated[each] for each in SETS]
        told = ["" if each is None else f"{np.mean(each):.3f}" for each in shares]
        cost = [f"{np.median(facts.ms):.0f}", f"{np.median(np.array(facts.ms) / sift):.2f}"]
        lines.append(
            f"| {' | '.join([name, *told, f'{np.mean([len(each) for each in facts.found.values()]):.0f}', *cost])} |"
        )
    file.write_text("\n".join([*lines, ""]))
    print(file.read_text())


def mean(shares: Mapping[str, list[float]]) -> float:
    return float(np.mean([np.mean(each) for each in shares.values()])) if shares else 0.0


if __name__ == "__main__":
    main()
