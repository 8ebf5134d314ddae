"""Runs of `reality.py`: settings tried on folds, the best trained anew, and their figures on the test."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from lookalike.datasets.archives import unpacked
from lookalike.describe.squares import Squares
from lookalike.describe.taught_words import unit
from lookalike.errors import TrainingFailed
from lookalike.evaluate.statistics import Estimate, bootstrap_mean
from lookalike.learn.adapt import average_precision_at_r
from lookalike.learn.closed_form import Kind, LinearMap, principal, solved
from lookalike.learn.losses import LOSSES
from lookalike.learn.miners import MINERS
from lookalike.learn.networks import linear_head, of_pixels
from lookalike.learn.sampler import ClassesTimesPictures
from lookalike.learn.train import Examples, Recipe, Training, describe
from lookalike.search.adapt import labelled_rows
from lookalike.search.described import describe_folder, evaluations_folder
from lookalike.search.ingest.options import Options
from lookalike.search.training.class_folder import class_folder
from lookalike.store import open_store

Rows = NDArray[np.float32]
Labels = NDArray[np.int64]
FOLDS = 4
RATES = (1e-4, 1e-2)
SHRINKAGES = (0.05, 0.1, 0.3, 0.5, 0.8)
SOLVED: tuple[tuple[Kind, str], ...] = (("discriminants", "1948"), ("whitening", "2006"))


@dataclass(frozen=True)
class Contender:
    """A loss with its miner, the year of its paper, and the ranges (low, high) that its own settings are drawn from."""

    loss: str
    year: int
    miner: str | None = None
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.loss if self.miner is None else f"{self.loss} + {self.miner}"


CONTENDERS = (
    Contender("siamese", 1993, ranges={"margin": (0.0, 0.8)}),
    Contender("contrastive", 2006, ranges={"margin": (0.3, 1.4)}),
    Contender("triplet", 2009, ranges={"margin": (0.05, 1.0)}),
    Contender("triplet", 2015, "semi_hard", {"margin": (0.05, 1.0)}),
    Contender("lifted_structure", 2016, ranges={"margin": (0.3, 1.4)}),
    Contender("n_pairs", 2016, ranges={"pull": (1e-4, 1e-1)}),
    Contender("triplet", 2017, "hard_pair", {"margin": (0.05, 1.0)}),
    Contender("triplet", 2017, "distance_weighted", {"margin": (0.05, 1.0)}),
    Contender("quadruplet", 2017, "hard_pair", {"margin": (0.05, 1.0), "other_margin": (0.02, 0.5)}),
    Contender("proxy_nca", 2017),
    Contender("sphereface", 2017, ranges={"m1": (1.0, 2.0), "scale": (8, 64)}),
    Contender("cosface", 2018, ranges={"m3": (0.05, 0.5), "scale": (8, 64)}),
    Contender("normalised_softmax", 2019, ranges={"scale": (8, 64)}),
    Contender("arcface", 2019, ranges={"m2": (0.05, 0.6), "scale": (8, 64)}),
    Contender("multi_similarity", 2019, ranges={"a": (0.5, 8), "b": (20, 80), "base": (0.1, 0.8)}),
    Contender("soft_triple", 2019, ranges={"scale": (8, 64), "temperature": (0.05, 0.5)}),
    Contender("circle", 2020, ranges={"margin": (0.1, 0.6), "scale": (20, 120)}),
    Contender("proxy_anchor", 2020, ranges={"margin": (0.02, 0.4), "scale": (8, 64)}),
    Contender("proxy_nca_pp", 2020, ranges={"temperature": (0.03, 0.5)}),
    Contender("supervised_contrastive", 2020, ranges={"temperature": (0.03, 0.5)}),
    Contender("nt_xent", 2020, ranges={"temperature": (0.03, 0.5)}),
    Contender("smooth_ap", 2020, ranges={"temperature": (0.005, 0.1)}),
)


@dataclass(frozen=True, eq=False)
class Split:
    """Rows of the test, and those of each fold: what it is trained on, and what it is judged by."""

    rows: Rows
    labels: Labels
    test: NDArray[np.bool_]
    folds: NDArray[np.int64]
    pixels: NDArray[np.uint8] | None = None
    """(n, 3, side, side) that a whole network is trained on; None: a head on the rows is."""

    @classmethod
    def of(cls, rows: Rows, labels: Labels, pixels: NDArray[np.uint8] | None = None) -> Split:
        """By classes; the same in every run."""
        classes = np.random.default_rng(0).permutation(np.unique(labels))
        test = np.isin(labels, classes[::2])
        fold = {int(each): at % FOLDS for at, each in enumerate(classes[1::2])}
        return cls(rows, labels, test, np.array([fold.get(int(each), -1) for each in labels]), pixels)

    def examples(self, chosen: NDArray[np.bool_]) -> Examples:
        inputs = self.rows if self.pixels is None else self.pixels
        return Examples(torch.from_numpy(inputs[chosen]), self.labels[chosen])

    def training(self, fold: int, dim: int, recipe: Recipe) -> Training:
        known = self.examples((self.folds >= 0) & (self.folds != fold))
        network = linear_head(known.inputs.numpy(), dim) if self.pixels is None else of_pixels(dim, recipe.seed)
        return Training(network, recipe, known, self.examples(self.folds == fold))


@dataclass(eq=False)
class Runs:
    """Runs that are done, by what they are of; a new one is written as soon as it is."""

    file: Path

    def __post_init__(self) -> None:
        lines = self.file.read_text().splitlines() if self.file.is_file() else []
        self._known: dict[str, Any] = {}
        for line in lines:
            told = json.loads(line)
            self._known[told["key"]] = told["value"]

    def of(self, key: str, run: Callable[[], Any]) -> Any:
        if key not in self._known:
            self._known[key] = run()
            with self.file.open("a") as out:
                out.write(json.dumps({"key": key, "value": self._known[key]}) + "\n")
        return self._known[key]


def recipes(contender: Contender, budget: int, iterations: int) -> Iterator[Recipe]:
    """As many settings as the budget has, drawn log-uniformly; the same for the same name."""
    rng = np.random.default_rng(sum(contender.name.encode()))

    def drawn(low: float, high: float) -> float:
        if low <= 0:
            return float(rng.uniform(low, high))
        return float(np.exp(rng.uniform(math.log(low), math.log(high))))

    for _ in range(budget):
        settings: dict[str, object] = {name: drawn(*ends) for name, ends in contender.ranges.items()}
        yield Recipe(
            LOSSES.make(contender.loss, settings),
            None if contender.miner is None else MINERS.make(contender.miner),
            ClassesTimesPictures(8, 4),
            iterations=iterations,
            rate=drawn(*RATES),
            judge_every=25,
        )


def tried(split: Split, runs: Runs, contender: Contender, budget: int, iterations: int, dim: int) -> Recipe:
    """The recipe with the highest mean MAP@R over the folds."""
    options = list(recipes(contender, budget, iterations))

    def score(recipe: Recipe, fold: int) -> float:
        run = split.training(fold, dim, recipe)
        try:
            run.run()
        except TrainingFailed:
            return -1.0
        return run.best.map_at_r

    found = [
        np.mean([runs.of(f"try {recipe} {fold} {dim}", partial(score, recipe, fold)) for fold in range(FOLDS)])
        for recipe in options
    ]
    return options[int(np.argmax(found))]


def test_rows(split: Split, recipe: Recipe, dim: int) -> list[Rows]:
    """Unit rows (n, dim) of the test's pictures, of each fold's network."""
    inputs = split.examples(split.test).inputs
    return [describe(split.training(fold, dim, recipe).run(), inputs).numpy() for fold in range(FOLDS)]


def measured(rows: Rows, labels: Labels) -> dict[str, list[float]]:
    """P@1, R-precision and MAP@R of each picture that has another of its class."""
    cosines = rows @ rows.T
    np.fill_diagonal(cosines, -2)
    same = labels[:, None] == labels
    np.fill_diagonal(same, False)
    answered = same.any(axis=1)
    cosines, same = cosines[answered], same[answered]
    order = np.argsort(-cosines, axis=1, kind="stable")
    right = np.take_along_axis(same, order, axis=1)
    count = same.sum(axis=1)
    within = right & (np.arange(right.shape[1]) < count[:, None])
    return {
        "p@1": right[:, 0].astype(float).tolist(),
        "r-precision": (within.sum(axis=1) / count).tolist(),
        "map@r": average_precision_at_r(cosines, same).tolist(),
    }


def trained(split: Split, runs: Runs, recipe: Recipe, dim: int, seeds: int) -> dict[str, dict[str, list[float]]]:
    """Figures of the test's pictures, separated and concatenated, the mean over seeds."""
    labels = split.labels[split.test]

    def figures(seed: int) -> Any:
        return side_by_side(test_rows(split, replace(recipe, seed=seed), dim), labels)

    found = [runs.of(f"test {recipe} {seed} {dim}", partial(figures, seed)) for seed in range(seeds)]
    return {
        kind: {name: np.mean([one[kind][name] for one in found], axis=0).tolist() for name in found[0][kind]}
        for kind in ("separated", "concatenated")
    }


def compared(given: argparse.Namespace) -> None:
    """Prints the table."""
    torch.set_num_threads(1)
    split = of_pixel_folder(given.library, given.pixels) if given.pixels else of_library(given.library, given.by)
    runs = Runs(given.runs)
    wanted = [one for one in CONTENDERS if not given.losses or one.name in given.losses.split(",")]
    labels = split.labels[split.test]
    groups = groups_of(labels)
    baseline = side_by_side(principal_rows(split, given.dim), labels)
    print(
        f"{len(split.rows)} photos, {split.test.sum()} of {len(np.unique(labels))} classes in the test, dim {given.dim}"
    )
    print("| loss | year | P@1 | R-precision | MAP@R | gain of MAP@R over PCA | concatenated: P@1 | MAP@R |")
    print("|---|---|---|---|---|---|---|---|")
    untrained = measured(split.rows[split.test], labels)
    name = "convnet" if split.pixels is None else "pixels"
    print(table_row(f"{name} as it is", "", {"separated": untrained, "concatenated": untrained}, None, groups))
    print(table_row("PCA", "1901", baseline, None, groups))
    if split.pixels is not None:
        print(table_row("the network untrained", "", untrained_network(split, given.dim), baseline, groups))
    for kind, year in SOLVED:
        print(table_row(kind, year, closed_form(split, kind, given.dim), baseline, groups), flush=True)
    for contender in wanted:
        recipe = tried(split, runs, contender, given.budget, given.iterations, given.dim)
        found = trained(split, runs, recipe, given.dim, given.seeds)
        print(table_row(contender.name, str(contender.year), found, baseline, groups), flush=True)


def of_library(library: Path, by: str) -> Split:
    """Rows of `convnet` and classes of a library."""
    with closing(open_store(library, write=False)) as store:
        return Split.of(*labelled_rows(store, by, None, np.random.default_rng(0)))


def of_pixel_folder(folder: Path, side: int) -> Split:
    """Squares of the pictures of a folder of classes, and as rows what is left of them less their mean."""
    root = str(unpacked(folder, evaluations_folder() / "unpacked").resolve())
    described = describe_folder(root, [Squares(side)], evaluations_folder(), Options(1))
    found = class_folder(root, described)
    flat = np.asarray(described.rows(Squares(side), found.paths(np.arange(len(found.labels)))), np.uint8)
    pixels = np.ascontiguousarray(flat.reshape(-1, side, side, 3).transpose(0, 3, 1, 2))
    grey = pixels.mean(axis=1).reshape(len(flat), -1)
    return Split.of(unit(grey - grey.mean(axis=1, keepdims=True)), found.labels, pixels)


def untrained_network(split: Split, dim: int) -> dict[str, dict[str, list[float]]]:
    """Figures of four networks as they begin."""
    inputs = split.examples(split.test).inputs
    rows = [describe(of_pixels(dim, seed), inputs).numpy() for seed in range(FOLDS)]
    return side_by_side(rows, split.labels[split.test])


def closed_form(split: Split, kind: Kind, dim: int) -> dict[str, dict[str, list[float]]]:
    """Figures of a map that is solved for on each fold's principal components; its shrinkage is chosen by the folds."""
    labels = split.labels[split.test]

    def reduced(start: LinearMap, chosen: NDArray[np.bool_]) -> Rows:
        return np.asarray((split.rows[chosen] - start.mean) @ start.matrix, np.float32)

    def mapped(fold: int, shrinkage: float, asked: NDArray[np.bool_]) -> Rows:
        known = (split.folds >= 0) & (split.folds != fold)
        start = principal(split.rows[known], dim)
        found = solved(kind, shrinkage, reduced(start, known), split.labels[known])
        return found(reduced(start, asked))

    def score(shrinkage: float) -> float:
        left_out = [split.folds == fold for fold in range(FOLDS)]
        found = [measured(mapped(at, shrinkage, mask), split.labels[mask])["map@r"] for at, mask in enumerate(left_out)]
        return float(np.mean([np.mean(each) for each in found]))

    best = max(SHRINKAGES, key=score)
    return side_by_side([mapped(fold, best, split.test) for fold in range(FOLDS)], labels)


def side_by_side(rows: Sequence[Rows], labels: Labels) -> dict[str, dict[str, list[float]]]:
    """Figures of each fold's rows, the mean, and of all of them as one row."""
    each = [measured(one, labels) for one in rows]
    separated = {name: np.mean([one[name] for one in each], axis=0).tolist() for name in each[0]}
    return {"separated": separated, "concatenated": measured(np.hstack(rows) / math.sqrt(FOLDS), labels)}


def principal_rows(split: Split, dim: int) -> list[Rows]:
    """Unit rows of the test's pictures by each fold's untrained head."""
    known = [split.rows[(split.folds >= 0) & (split.folds != fold)] for fold in range(FOLDS)]
    inputs = torch.from_numpy(split.rows[split.test])
    return [describe(linear_head(each, dim), inputs).numpy() for each in known]


def groups_of(labels: Labels) -> Labels:
    """Class, from 0, of each picture of the test that has another of its class."""
    _, at, counts = np.unique(labels, return_inverse=True, return_counts=True)
    return np.unique(at[counts[at] > 1], return_inverse=True)[1]


def table_row(
    name: str,
    year: str,
    found: Mapping[str, Mapping[str, Sequence[float]]],
    baseline: Mapping[str, Mapping[str, Sequence[float]]] | None,
    groups: Labels,
) -> str:
    rng = np.random.default_rng(0)
    cells = [
        told(bootstrap_mean(np.array(found["separated"][one]), groups, rng)) for one in ("p@1", "r-precision", "map@r")
    ]
    gain = ""
    if baseline is not None:
        difference = np.array(found["separated"]["map@r"]) - np.array(baseline["separated"]["map@r"])
        gain = told(bootstrap_mean(difference, groups, rng), "+.3f")
    both = [told(bootstrap_mean(np.array(found["concatenated"][one]), groups, rng)) for one in ("p@1", "map@r")]
    return "| " + " | ".join([name, year, *cells, gain, *both]) + " |"


def told(figure: Estimate, form: str = ".3f") -> str:
    return f"{figure.value:{form}} [{figure.low:{form}}, {figure.high:{form}}]"
