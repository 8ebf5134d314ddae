"""Turned and mirrored copies, found as they are asked about and in any orientation, and what the eight views cost.

    python benchmarks/orientations.py ../shared/data/caltech101 [--pictures N] > orientations.json    two minutes

Each picture is turned in one of the seven ways, reduced to .8 and saved as JPEG, and asked for among all. The cost is
that of describing; the search itself asks all views at once.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import cv2
import numpy as np

from lookalike.describe import DESCRIBERS
from lookalike.index.similarity import similarity
from lookalike.pixels.turn import TURNED, UPRIGHT, turned
from lookalike.types import Picture
from photographs import evenly, files_in, opened, picture_of, saved

NAMES = ("convnet", "histogram", "phash", "pdq", "dhash", "ahash", "thumbnail", "gist", "hog")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pictures", type=int, default=300)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    pictures = [opened(file) for file in evenly(files_in(options.folder), options.pictures)]
    ways = np.random.default_rng(0).choice(list(TURNED), len(pictures)).tolist()
    copies = [saved(turned(picture, way).pixels, 0.8) for picture, way in zip(pictures, ways, strict=True)]
    document = {
        "schema": "lookalike/bench-orientations/1",
        "pictures": len(pictures),
        "describers": [measured(name, pictures, copies) for name in NAMES],
    }
    json.dump(document, sys.stdout, indent=1)
    print()


def measured(name: str, pictures: list[Picture], copies: list[Picture]) -> dict[str, object]:
    """Share of the copies whose picture comes first, and cost in describing one view."""
    describer = DESCRIBERS.make(name)
    base = describer.describe(pictures)
    started = time.process_time()
    upright = [describer.describe([picture_of(copy.pixels)]) for copy in copies]
    one = time.process_time() - started
    started = time.process_time()
    eight = [describer.describe([turned(copy, way) for way in (UPRIGHT, *TURNED)]) for copy in copies]
    all_views = time.process_time() - started
    found = {
        label: float(np.mean([first(similarity(describer.space, rows, base).max(axis=0), at) for at, rows in asked]))
        for label, asked in (("as_it_is", enumerate(upright)), ("any_orientation", enumerate(eight)))
    }
    return {
        "name": name,
        **{label: round(share, 3) for label, share in found.items()},
        "ms_for_eight_views": round(1000 * all_views / len(copies), 2),
        "times_one_view": round(all_views / one, 1),
    }


def first(scores: np.ndarray, at: int) -> bool:
    """Ahead of all others; a tie counts against it."""
    return bool(scores[at] > np.delete(scores, at).max())


if __name__ == "__main__":
    main()
