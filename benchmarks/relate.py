"""Which edited copies are proved to be copies, how exactly they are placed, and whether a scene is ever called a copy.

python benchmarks/relate.py ../shared/data [--photos 40] [--side 320] [--max_keypoints 250]    two minutes
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from itertools import combinations
from pathlib import Path

import numpy as np

from lookalike.local.sift import Sift
from lookalike.pixels.augment import EDITS, edit
from lookalike.pixels.augment.edited import Edited
from lookalike.search.ranking.relation import Evidence, RelationClassifier, Seen
from lookalike.types import Picture
from photographs import decoded, files_in, picture_of

PHOTOS = ("grocery/train", "flickr8k/images", "caltech101", "imagenette")
SCENES = {
    "sacre_coeur": "sacre_coeur/mapping/*.jpg",
    "lund": "multiview/lund/*.jpg",
    "kermit": "multiview/kermit/*.jpg",
    "graf": "oxford_affine/graf/*.png",
    "v_dogman": "hpatches/v_dogman/*.ppm",
    "sour cream": "grocery/**/*Sour-Cream*_0*.jpg",
    "pears": "grocery/**/Kaiser_0*.jpg",
}
MOST = 16
"""Pictures of a scene."""


def worst(found: Evidence, made: Edited, original: Picture) -> float:
    """px of the original by which places of it, sent to the copy, come back elsewhere."""
    width, height = original.size
    places = np.array([[0.25, 0.75, 0.75, 0.25], [0.25, 0.25, 0.75, 0.75], [1, 1, 1, 1]]) * [[width], [height], [1]]
    there = np.linalg.inv(made.transform) @ places
    back = np.array(found.transform) @ (there / there[2])
    return float(abs((back / back[2])[:2] - places[:2]).max())


def copies(classifier: RelationClassifier, photos: list[Picture]) -> None:
    """Prints what becomes of every edit."""
    errors: list[float] = []
    started = time.process_time()
    total: Counter[str] = Counter()
    for name in EDITS:
        relations: Counter[str] = Counter()
        for at, photo in enumerate(photos):
            other = photos[(at + 5) % len(photos)]
            original, made = picture_of(photo.pixels), edit(name, photo.pixels, 7 * at + 1, other.pixels)
            copy = picture_of(made.pixels)
            found = classifier.relate(Seen.of(copy), classifier.extract(copy), Seen.of(original))
            relations["none" if found is None else found.relation] += 1
            if found is not None and found.relation == "copy":
                errors.append(worst(found, made, original))
        total += relations
        print(f"{name:12}", dict(relations))
    taken = 1000 * (time.process_time() - started) / sum(total.values())
    print(f"{'all':12}", dict(total), f"{taken:.0f} ms of CPU each, editing and both extractions included")
    print(f"placed: median {np.median(errors):.2f} px, within 3 px {np.mean(np.array(errors) <= 3):.3f}")


def scenes(classifier: RelationClassifier, data: Path) -> None:
    """Prints how all pairs of each are called."""
    for name, pattern in SCENES.items():
        views = [decoded(file, classifier.min_side) for file in sorted(data.glob(pattern))[:MOST]]
        features = [classifier.extract(view) for view in views]
        relations: Counter[str] = Counter()
        for a, b in combinations(range(len(views)), 2):
            found = classifier.relate(Seen.of(views[a]), features[a], Seen.of(views[b]))
            relations["none" if found is None else found.relation] += 1
        print(f"{name:12}", dict(relations))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--photos", type=int, default=40)
    parser.add_argument("--side", type=int, default=320)
    parser.add_argument("--max_keypoints", type=int, default=250)
    given = parser.parse_args()
    classifier = RelationClassifier(Sift(side=given.side, max_keypoints=given.max_keypoints))
    rng = np.random.default_rng(3)
    files: list[Path] = []
    for folder in PHOTOS:
        there = files_in(given.data / folder)
        files += [there[at] for at in rng.choice(len(there), given.photos // len(PHOTOS), replace=False)]
    copies(classifier, [decoded(file) for file in files])
    scenes(classifier, given.data)
