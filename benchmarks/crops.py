"""Crops found by crop-resistant hashes, beside imagehash's own, and beside SIFT as libraries keep it.

    python benchmarks/crops.py ../shared/data/caltech101 [--pictures N] > crops.json    some minutes, imagehash most

Each picture is cropped to a share of its area, reduced and saved as JPEG, and asked for among all. Told are how often
it comes first, how often it has more votes than 99 % of the best strangers of the questions, and how often geometry
proves it.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import imagehash
import numpy as np
from PIL import Image

from lookalike.finders import SetIndex
from lookalike.index import SET_INDEXES
from lookalike.local import EXTRACTORS
from lookalike.protocols import Extractor
from lookalike.search.components import DEFAULT_EXTRACTOR
from lookalike.search.ranking.relation import RelationClassifier
from lookalike.types import Hits, Keypoints, LocalFeatures, Picture, Pixels, Space
from photographs import evenly, files_in, opened, saved

SHARES = (0.8, 0.6, 0.4, 0.25)
CUTOFF = 0.25
"""Share of the bits up to which imagehash counts two segments as one, as it comes."""


class CropResistant:
    """imagehash.crop_resistant_hash as it comes, in the shape of an extractor."""

    name, space = "imagehash.crop_resistant_hash", Space("imagehash", "", 64, "hamming")

    def extract(self, picture: Picture) -> LocalFeatures:
        """One row a segment, nowhere."""
        found = imagehash.crop_resistant_hash(Image.fromarray(picture.pixels)).segment_hashes
        rows = np.array([np.packbits(each.hash) for each in found], np.uint8).reshape(-1, 8)
        nowhere = Keypoints(np.zeros((len(rows), 2), np.float32), np.zeros(len(rows), np.float32), picture.size)
        return LocalFeatures(nowhere, rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pictures", type=int, default=150)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    pictures = [opened(file) for file in evenly(files_in(options.folder), options.pictures)]
    methods = [
        measured(EXTRACTORS.make("segments"), "votes", pictures, {}),
        measured(DEFAULT_EXTRACTOR, "inverted", pictures, {}),
        measured(CropResistant(), "votes", pictures, {"near": CUTOFF}),
    ]
    json.dump(
        {"schema": "lookalike/bench-crops/1", "pictures": len(pictures), "methods": methods}, sys.stdout, indent=1
    )
    print()


def measured(
    extractor: Extractor | CropResistant, kind: str, pictures: Sequence[Picture], settings: dict[str, object]
) -> dict[str, object]:
    """One row a share of the area."""
    started = time.process_time()
    base = [extractor.extract(picture) for picture in pictures]
    ms = 1000 * (time.process_time() - started) / len(pictures)
    sample = np.concatenate([each.descriptors for each in base])
    index = SET_INDEXES.make(kind, settings).build(extractor.space, sample, len(sample))
    index.add(np.arange(len(base)), base)
    proves = nothing if isinstance(extractor, CropResistant) else RelationClassifier(extractor).agreement
    return {
        "name": extractor.name,
        "ms_per_image": round(ms, 1),
        "features": round(float(np.mean([len(each) for each in base])), 1),
        "shares": {str(share): found(extractor, index, base, pictures, share, proves) for share in SHARES},
    }


def found(
    extractor: Extractor | CropResistant,
    index: SetIndex,
    base: Sequence[LocalFeatures],
    pictures: Sequence[Picture],
    share: float,
    proves: Callable[[LocalFeatures, LocalFeatures], object],
) -> dict[str, float]:
    """Shares of the questions."""
    rng = np.random.default_rng(1)
    asked = [extractor.extract(part(picture.pixels, share, rng)) for picture in pictures]
    hits = [index.search(features, len(base)) for features in asked]
    own = np.array([votes(hit, hit.ids == at) for at, hit in enumerate(hits)])
    strangers = np.array([votes(hit, hit.ids != at) for at, hit in enumerate(hits)])
    threshold = np.sort(strangers)[int(0.99 * len(strangers))]
    proved = [proves(features, base[at]) is not None for at, features in enumerate(asked)]
    alarms = [proves(features, base[at - 1]) is not None for at, features in enumerate(asked)]
    return {
        "first": round(float((own > strangers).mean()), 3),
        "above_99_%_of_strangers": round(float((own > threshold).mean()), 3),
        "proved": round(float(np.mean(proved)), 3),
        "strangers_proved": round(float(np.mean(alarms)), 3),
    }


def nothing(a: LocalFeatures, b: LocalFeatures) -> None:
    """What geometry says of hashes that lie nowhere."""


def votes(hits: Hits, of: np.ndarray) -> float:
    return float(hits.scores[of].max(initial=0))


def part(pixels: Pixels, share: float, rng: np.random.Generator) -> Picture:
    """A part of that share of the area, sides rounded down, anywhere, at .6 to 1 of its size, as JPEG."""
    height, width = pixels.shape[:2]
    h, w = int(height * share**0.5), int(width * share**0.5)
    top, left = rng.integers(height - h + 1), rng.integers(width - w + 1)
    return saved(pixels[top : top + h, left : left + w], rng.uniform(0.6, 1))


if __name__ == "__main__":
    main()
