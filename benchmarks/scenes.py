"""Whether what is told as a scene shows the thing asked about, and not another one in the same hand or on its shelf.

python benchmarks/scenes.py DATA [--fit] [--thorough N]    tables out

Goods: every photo below DATA/grocery asks about all others; right is another photo of the same goods. Views: pictures
of one place, each pair of them compared. With --fit, the logistic models of `match.verify.same_thing` are fitted again
to the pairs of goods that geometry aligns, and judged on goods that had no part in it: folds keep one maker's together.
With --thorough, N photos of goods drawn at random ask as they do by default, and thoroughly, and nothing else is done.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

import lookalike
from lookalike.match.verify.projection import facing
from lookalike.match.verify.same_thing import Shared, shared_by_looks
from lookalike.pixels.decode import decode
from lookalike.pixels.resize import outline
from lookalike.search.ranking.relation import SURE, RelationClassifier, Seen
from lookalike.types import LocalFeatures, Picture
from machine import machine

VIEWS: Final = ("sacre_coeur", "multiview/kermit", "multiview/lund", "oxford_affine/graf", "hpatches/v_dogman")
ENDINGS: Final = {".jpg", ".jpeg", ".png", ".ppm"}
FOLDS: Final = 8
PRECISION: Final = 0.97
CLASSIFIER: Final = RelationClassifier()

Pair = tuple[Path, Path]


def photos(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.suffix.lower() in ENDINGS)


def goods_of(file: Path) -> str:
    return file.parent.name


def maker_of(file: Path) -> str:
    """Packages of one kind, which share makers and shelves; else the goods themselves."""
    return file.parent.parent.name if "Packages" in file.parts else goods_of(file)


def asked(files: Sequence[Path]) -> Iterator[tuple[Path, lookalike.Results]]:
    """Each photo, and the answers among the others."""
    with tempfile.TemporaryDirectory() as scratch, lookalike.open(Path(scratch) / "library") as library:
        library.index(files)
        for file in files:
            answers = library.search(file, k=31)
            yield file, answers


def of_goods(files: Sequence[Path]) -> list[Pair]:
    """What the engine tells of goods; gives the pairs that geometry may have aligned."""
    told: Counter[tuple[str, bool]] = Counter()
    first, among_ten = 0, 0.0
    pairs: list[Pair] = []
    for file, answers in asked(files):
        others = [answer for answer in answers if Path(answer.path) != file][:30]
        right = [goods_of(Path(answer.path)) == goods_of(file) for answer in others]
        told.update((answer.relation, ok) for answer, ok in zip(others, right, strict=True))
        pairs += [(file, Path(answer.path)) for answer in others if "places agree" in answer.why]
        first += right[0]
        among_ten += float(np.mean(right[:10]))
    print(f"goods: {len(files)} photos, P@1 {first / len(files):.3f}, P@10 {among_ten / len(files):.3f}")
    for relation in ("identical", "copy", "part", "variant", "scene", "similar"):
        good, bad = told[relation, True], told[relation, False]
        if good + bad:
            print(f"  {relation:8} {good + bad:6} told, of another product {bad / (good + bad):6.1%}")
    return pairs


def of_thorough(files: Sequence[Path], count: int) -> None:
    """What a second look makes of the order of goods, and whether what it alone tells as scenes is right."""
    asks = np.random.default_rng(7).permutation(len(files))[:count].tolist()
    first: Counter[bool] = Counter()
    told: Counter[tuple[str, bool]] = Counter()
    with tempfile.TemporaryDirectory() as scratch, lookalike.open(Path(scratch) / "library") as library:
        library.index(files)
        for file in (files[at] for at in asks):
            scenes = set[str]()
            for thorough in (False, True):
                answers = library.search(file, k=11, thorough=thorough)
                others = [(answer, goods_of(Path(answer.path)) == goods_of(file)) for answer in answers]
                others = [each for each in others if Path(each[0].path) != file][:10]
                first[thorough] += others[0][1]
                told.update(
                    (f"{answer.relation}, thorough alone" if thorough else answer.relation, right)
                    for answer, right in others
                    if answer.relation != "similar" and answer.path not in scenes
                )
                scenes |= {answer.path for answer, _ in others if answer.relation != "similar"}
    print(f"{count} photos ask: P@1 {first[False] / count:.3f}, thorough {first[True] / count:.3f}")
    for relation in sorted({relation for relation, _ in told}):
        good, bad = told[relation, True], told[relation, False]
        print(f"  {relation:24} {good + bad:6} told, of another product {bad / (good + bad):6.1%}")


class Features:
    """Pictures and local features, each made once."""

    def __init__(self) -> None:
        self.held: dict[Path, tuple[Picture, LocalFeatures, LocalFeatures]] = {}

    def of(self, file: Path) -> tuple[Picture, LocalFeatures, LocalFeatures]:
        """The picture, its features where it asks, and where a library keeps them."""
        if file not in self.held:
            picture = decode(file.read_bytes(), min_side=CLASSIFIER.min_side).picture
            self.held[file] = picture, CLASSIFIER.ask(picture), CLASSIFIER.extract(picture)
        return self.held[file]

    def shared(self, a: Path, b: Path) -> Shared | None:
        """What they share, by a geometry; None without, and where pixels prove more than a scene."""
        (one, asking, _), (other, _, kept) = self.of(a), self.of(b)
        found = CLASSIFIER.agreement(asking, kept)
        if found is None or CLASSIFIER.evidence(found, Seen.of(one), Seen.of(other)).relation not in (
            "scene",
            "similar",
        ):
            return None
        model = found.geometry.model
        return shared_by_looks(found, facing(model / model[2, 2], outline(one.size)), one, other)


def of_views(data: Path, features: Features) -> None:
    """How many pairs of pictures of one place are aligned, and how many of those are told."""
    for name in VIEWS:
        pairs = list(itertools.permutations(photos(data / name), 2))
        found = [shared for a, b in pairs if (shared := features.shared(a, b)) is not None]
        told = sum(each.probability >= SURE for each in found)
        print(f"  {name:18} {len(pairs):4} pairs, aligned {len(found):4}, told as a scene {told:4}")


def fitted(pairs: Sequence[Pair], features: Features) -> None:
    """The models anew, and what they are worth on goods that had no part in fitting."""
    from sklearn.model_selection import GroupKFold

    held = [(a, b, shared) for a, b in dict.fromkeys(pairs) if (shared := features.shared(a, b)) is not None]
    right = np.array([goods_of(a) == goods_of(b) for a, b, _ in held])
    makers = np.array([maker_of(a) for a, _, _ in held])
    print(
        f"fit: {len(held)} pairs that geometry aligns, {right.mean():.1%} of the same goods, {len(set(makers))} makers"
    )
    places = np.array([(each.central, each.extent) for _, _, each in held])
    looks = np.array([(each.light, each.colour) for _, _, each in held], np.float64)
    for name, rows in (("BY_PLACES", places), ("BY_LOOKS", np.column_stack([places, looks]))):
        chances = np.zeros(len(right))
        for train, test in GroupKFold(FOLDS).split(rows, right, makers):
            intercept, *weights = model(rows[train], right[train])
            chances[test] = 1 / (1 + np.exp(-(intercept + rows[test] @ weights)))
        told = [round(each, 2) for each in model(rows, right)]
        print(f"  {name} {told}: {judged(chances, right)}")


def model(rows: NDArray[np.float64], right: NDArray[np.bool_]) -> list[float]:
    """Intercept and weights."""
    from sklearn.linear_model import LogisticRegression

    found = LogisticRegression(C=10.0, max_iter=1000).fit(rows, right)
    return [float(found.intercept_[0]), *map(float, found.coef_[0])]


def judged(chances: NDArray[np.float64], right: NDArray[np.bool_]) -> str:
    """In words: what is told at `SURE`, and the most that could be told at `PRECISION`."""
    sure = chances >= SURE
    order = np.argsort(-chances)
    precision = np.cumsum(right[order]) / np.arange(1, len(right) + 1)
    last = np.flatnonzero(precision >= PRECISION).max(initial=-1)
    most = right[order][: last + 1].sum() / right.sum()
    kept, true = (right & sure).sum() / right.sum(), right[sure].mean()
    return f"at {SURE} right {true:.3f}, told {kept:.3f} of the right; {most:.3f} of them where {PRECISION} are right"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--thorough", type=int, metavar="N")
    given = parser.parse_args()
    print(machine())
    goods = [file for part in ("train", "val", "test") for file in photos(given.data / "grocery" / part)]
    if given.thorough is not None:
        of_thorough(goods, given.thorough)
        return
    features = Features()
    pairs = of_goods(goods)
    print("views of one place:")
    of_views(given.data, features)
    if given.fit:
        fitted(pairs, features)


if __name__ == "__main__":
    main()
