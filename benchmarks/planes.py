"""Every detector with every matcher on planes seen from growing angles, and the default way beside: one table.

    OMP_NUM_THREADS=1 python benchmarks/planes.py ../shared/data docs/results [--local NAME ...]    ten minutes

Of the pictures of oxford_affine/graf and hpatches/v_dogman, the first with each other one. What needs weights that are
not here is left out; `lookalike models get` brings them. "alone" is OpenCV's USAC_MAGSAC over the matches, "whole" what
the package makes of them; both are asked for the corners of the first picture in the other. planes.json keeps the
figures of each way, so that with --local only these are measured again.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from lookalike.errors import LookalikeError
from lookalike.evaluate.metrics.geometry import accuracy_at, corner_error, mean_matching_accuracy
from lookalike.local import EXTRACTORS
from lookalike.local.affine_views import affine_views
from lookalike.local.views import views
from lookalike.match import MATCHERS
from lookalike.match.verify.match_and_verify import related_by_affine_views, related_in_a_view
from lookalike.match.verify.planar import Planar
from lookalike.match.verify.refinement import aligned
from lookalike.protocols import Extractor, Matcher, Specialised
from lookalike.search.ranking.relation import RelationClassifier, Seen
from lookalike.types import Keypoints, LocalFeatures, Matches, Matrix, Picture
from photographs import opened, planes_in
from results import made

FOLDERS = ("oxford_affine/graf", "hpatches/v_dogman")
SETTINGS = {"side": 800, "max_keypoints": 1000}
"""Of every extractor: no picture is larger."""
PX = (1, 3, 5)


@dataclass(frozen=True, eq=False)
class Pair:
    """Two pictures of a plane, and where b has what a shows."""

    name: str
    a: Picture
    b: Picture
    truth: Matrix


@dataclass(frozen=True)
class Trial:
    """What one way made of one pair: px of corners, matches, the share within 3 px, ms of CPU."""

    error: float | None
    """None where nothing was found."""
    matches: int
    precision: float
    ms: float


@dataclass(frozen=True)
class Way:
    """Features with a matcher, on every pair; the default way is asked for its transforms alone."""

    title: str
    extract_ms: float
    alone: list[Trial]
    whole: list[Trial]

    def line(self) -> str:
        """Of the table."""
        cells = [self.title, "", "", "", "", accuracies(self.whole), f"{median_ms(self.whole):.0f}"]
        if self.alone:
            precisions = [trial.precision for trial in self.alone]
            low, high = interval(precisions)
            cells[1:5] = (
                f"{self.extract_ms:.0f}",
                f"{np.mean([trial.matches for trial in self.alone]):.0f}",
                f"{np.mean(precisions):.2f} [{low:.2f}, {high:.2f}]",
                f"{accuracies(self.alone)} ({median_ms(self.alone):.0f})",
            )
        return "| " + " | ".join(cells) + " |"

    def errors(self) -> str:
        """Of each pair."""
        return f"| {self.title} | " + " | ".join(shown(trial.error) for trial in self.whole) + " |"


class Remembering:
    """An extractor that looks at no picture twice, and adds up what that would have taken."""

    def __init__(self, extractor: Extractor) -> None:
        self._extractor = extractor
        self._known: dict[bytes, tuple[LocalFeatures, float]] = {}
        self.spared = 0.0
        """Seconds."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._extractor, name)

    def extract(self, picture: Picture, keypoints: Keypoints | None = None) -> LocalFeatures:
        if keypoints is not None:
            return self._extractor.extract(picture, keypoints)
        content = hashlib.sha256(picture.pixels.tobytes() + repr(picture.pixels.shape).encode()).digest()
        if content not in self._known:
            started = time.process_time()
            features = self._extractor.extract(picture)
            self._known[content] = features, time.process_time() - started
        else:
            self.spared += self._known[content][1]
        return self._known[content][0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--local", nargs="*", default=list(EXTRACTORS), help="only these extractors")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    pairs = [pair for folder in FOLDERS for pair in pairs_of(given.data / folder)]
    for measured in ([default_way(pairs)], *(ways_of(name, pairs) for name in given.local)):
        ways = kept_with(list(measured), given.out / "planes.json")
        page = [*head(len(pairs)), *table(ways), *by_pair(ways, pairs)]
        (given.out / "planes.md").write_text("\n".join(page) + "\n")


def kept_with(measured: list[Way], file: Path) -> list[Way]:
    """All that were ever measured, the default first, these ones anew."""
    rows = json.loads(file.read_text()) if file.exists() else []
    rows = [row for row in rows if row["title"] not in {way.title for way in measured}]
    for way in measured:
        print(way.line(), flush=True)
        rows.append(asdict(way))
    rows.sort(key=lambda row: row["title"])
    file.write_text(json.dumps(rows, indent=1, allow_nan=False) + "\n")
    return [Way(**row | {part: [Trial(**one) for one in row[part]] for part in ("alone", "whole")}) for row in rows]


def pairs_of(folder: Path) -> Iterator[Pair]:
    """From the first picture to the others."""
    for pair in planes_in(folder):
        a, b = Path(pair.a), Path(pair.b)
        assert pair.homography is not None
        yield Pair(f"{folder.name} {b.stem.removeprefix('img')}", opened(a), opened(b), pair.homography)


def ways_of(name: str, pairs: list[Pair]) -> Iterator[Way]:
    """One for each matcher that the features may be matched with."""
    extractor = Remembering(EXTRACTORS.make(name, SETTINGS))
    try:
        extractor.extract(Picture(np.zeros((64, 64, 3), np.uint8), (64, 64)))
    except LookalikeError as error:
        print(f"left out: {name}: {error}", flush=True)
        return
    started, spared = time.process_time(), extractor.spared
    features = [(extractor.extract(pair.a), extractor.extract(pair.b)) for pair in pairs]
    ms = 1000 * (time.process_time() - started + extractor.spared - spared) / (2 * len(pairs))
    for matcher_name in MATCHERS:
        try:
            matcher = suited(matcher_name, name)
            alone = [tried(pair, a, b, matcher) for pair, (a, b) in zip(pairs, features, strict=True)]
        except LookalikeError as error:
            print(f"left out: {name} with {matcher_name}: {error}", flush=True)
            continue
        ours = [whole(pair, a, b, extractor, matcher) for pair, (a, b) in zip(pairs, features, strict=True)]
        yield Way(f"{name} + {matcher_name}", round(ms, 1), alone, ours)


def suited(matcher: str, local: str) -> Matcher:
    """With the weights for these features; raises `LookalikeError` where there are none."""
    made_ = MATCHERS.make(matcher)
    return made_.for_features(local) if isinstance(made_, Specialised) else made_


def tried(pair: Pair, a: LocalFeatures, b: LocalFeatures, matcher: Matcher) -> Trial:
    """By OpenCV over the matches as they are."""
    started = time.process_time()
    matches = matcher.match(a, b)
    model = by_opencv(a, b, matches)
    spent = 1000 * (time.process_time() - started)
    ends = a.keypoints.xy[matches.pairs[:, 0]], b.keypoints.xy[matches.pairs[:, 1]]
    (precision,) = mean_matching_accuracy(*ends, pair.truth, (3,))
    return Trial(median_error(model, pair), len(matches), round(precision, 4), round(spent, 1))


def by_opencv(a: LocalFeatures, b: LocalFeatures, matches: Matches) -> Matrix | None:
    """As its users call it."""
    if len(matches) < 5:
        return None
    ends = a.keypoints.xy[matches.pairs[:, 0]], b.keypoints.xy[matches.pairs[:, 1]]
    found, _ = cv2.findHomography(*ends, cv2.USAC_MAGSAC, 3.0, maxIters=10_000, confidence=0.9999)
    return None if found is None else np.asarray(found, np.float64)


def whole(pair: Pair, a: LocalFeatures, b: LocalFeatures, extractor: Remembering, matcher: Matcher) -> Trial:
    """As `lookalike match` does it: in views, from aside where none does, by the pixels."""
    started, spared = time.process_time(), extractor.spared
    seen: Any = extractor  # as good as what it stands for
    found = related_in_a_view(views(seen, pair.a, a), b, matcher, Planar())
    if found.geometry is None:
        found = related_by_affine_views(affine_views(seen, pair.a), b, matcher, Planar()) or found
    model = None if found.geometry is None else aligned(pair.a, pair.b, found.geometry.model)
    spent = 1000 * (time.process_time() - started + extractor.spared - spared)
    return Trial(median_error(model, pair), len(found.matches), 0.0, round(spent, 1))


def default_way(pairs: list[Pair]) -> Way:
    """What `compare` says."""
    classifier = RelationClassifier()
    trials = []
    for pair in pairs:
        of_a = classifier.extract(pair.a)
        started = time.process_time()
        found = classifier.relate(Seen.of(pair.a), of_a, Seen.of(pair.b))
        spent = 1000 * (time.process_time() - started)
        model = None if found is None else np.array(found.transform)
        trials.append(Trial(median_error(model, pair), 0, 0.0, round(spent, 1)))
    return Way("**default**: `compare`", 0.0, [], trials)


def median_error(model: Matrix | None, pair: Pair) -> float | None:
    """Mean px of the corners; None where there are none."""
    error = corner_error(model, pair.truth, pair.a.size)
    return round(error, 2) if np.isfinite(error) else None


def accuracies(trials: list[Trial]) -> str:
    """How many pairs within 1, 3 and 5 px."""
    errors = np.array([np.inf if trial.error is None else trial.error for trial in trials])
    return " / ".join(str(round(accuracy_at(errors, px) * len(errors))) for px in PX)


def median_ms(trials: list[Trial]) -> float:
    return float(np.median([trial.ms for trial in trials]))


def interval(values: list[float]) -> tuple[float, float]:
    """95 % of the means of pairs drawn again."""
    rng = np.random.default_rng(0)
    means = rng.choice(np.array(values), (2000, len(values))).mean(axis=1)
    return float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))


def shown(error: float | None) -> str:
    return "-" if error is None else f"{error:.1f}"


def head(count: int) -> list[str]:
    return [
        "# Planes from growing angles",
        "",
        f"{count} pairs of graf and v_dogman, the first picture with every other one; {SETTINGS['side']} px,",
        f"at most {SETTINGS['max_keypoints']} keypoints. How many have the corners of the first picture,",
        "on average, within 1 / 3 / 5 px of where they are: *alone*, by USAC_MAGSAC over the matches as they are;",
        "*whole*, as `lookalike match` does it: mirrored, turned, at a slant, and refined on the pixels.",
        "Precision is the share of matches within 3 px, with its 95 % interval over pairs. Of eight pairs one more or",
        "less is chance. ms are of CPU, on one thread: the median of a pair after extraction, of the default with",
        "that of one picture.",
        "",
        *made("planes.py"),
    ]


def table(ways: list[Way]) -> list[str]:
    heads = ("features + matcher", "extract ms", "matches", "precision", "alone (ms)", "whole", "whole ms")
    return ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|", *(way.line() for way in ways)]


def by_pair(ways: list[Way], pairs: list[Pair]) -> list[str]:
    """The error of each way on each pair."""
    return [
        "",
        "Mean px of the corners on each pair, *whole*; a dash where nothing is found:",
        "",
        "| features + matcher | " + " | ".join(pair.name for pair in pairs) + " |",
        "|---" * (len(pairs) + 1) + "|",
        *(way.errors() for way in ways),
    ]


if __name__ == "__main__":
    main()
