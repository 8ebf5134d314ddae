"""Networks of the protocol: settings tried on the folds, the best trained anew, and their rows of the test."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, Final

import numpy as np
import torch

from lookalike.errors import TrainingFailed
from lookalike.evaluate.reality.contenders import Contender
from lookalike.evaluate.reality.figures import Figures, Rows
from lookalike.evaluate.reality.runs import Runs
from lookalike.evaluate.reality.split import FOLDS, Mask, Split
from lookalike.learn.losses import LOSSES
from lookalike.learn.miners import MINERS
from lookalike.learn.networks import linear_head, of_pixels
from lookalike.learn.sampler import ClassesTimesPictures
from lookalike.learn.train import Examples, Recipe, Training, describe

RATES: Final = (1e-4, 1e-2)
JUDGED: Final = 8
"""Times that a run is judged: none ends before its iterations, since proxies gain only after they have been learned."""
FAILED: Final = -1.0
"""MAP@R of a setting whose loss was no number."""


@dataclass(frozen=True, eq=False)
class Trials:
    """Trials of contenders on one split: `budget` settings each of so many iterations, the best with so many seeds."""

    split: Split
    runs: Runs
    budget: int
    seeds: int
    iterations: int
    dim: int

    def of(self, contender: Contender) -> Figures:
        """Figures of the test by the setting with the highest mean MAP@R over the folds, the mean over seeds."""
        recipe = self._best(contender)

        def figures(seed: int) -> object:
            rows = self._test_rows(replace(recipe, seed=seed))
            return Figures.of(rows, self.split.test_labels).to_lists()

        found = [self.runs.of(f"test {recipe} {seed} {self.dim}", partial(figures, seed)) for seed in range(self.seeds)]
        return Figures.mean([Figures.from_lists(each) for each in found])

    def principal(self) -> Figures:
        """Figures by each fold's head that has learned nothing: principal components."""
        inputs = torch.from_numpy(self.split.rows[self.split.test])
        return Figures.of([describe(head, inputs).numpy() for head in self._heads], self.split.test_labels)

    def untrained(self) -> Figures:
        """Figures by four networks on pixels as they begin."""
        inputs = self._examples(self.split.test).inputs
        rows = [describe(of_pixels(self.dim, seed), inputs).numpy() for seed in range(FOLDS)]
        return Figures.of(rows, self.split.test_labels)

    def _best(self, contender: Contender) -> Recipe:
        self._tried.clear()
        options = list(recipes(contender, self.budget, self.iterations))
        found = [
            np.mean(
                [self.runs.of(f"try {recipe} {fold} {self.dim}", self._score(recipe, fold)) for fold in range(FOLDS)]
            )
            for recipe in options
        ]
        return options[int(np.argmax(found))]

    def _score(self, recipe: Recipe, fold: int) -> Callable[[], float]:
        def score() -> float:
            run = self._training(fold, recipe)
            try:
                self._tried[fold, recipe] = run.run()
            except TrainingFailed:
                return FAILED
            return run.best.map_at_r

        return score

    def _test_rows(self, recipe: Recipe) -> list[Rows]:
        """Unit rows (n, dim) of the test's pictures, by each fold's network."""
        inputs = self._examples(self.split.test).inputs
        return [describe(self._network(fold, recipe), inputs).numpy() for fold in range(FOLDS)]

    def _network(self, fold: int, recipe: Recipe) -> Any:
        """The one that was tried, where it is still at hand."""
        tried = self._tried.get((fold, recipe))
        return self._training(fold, recipe).run() if tried is None else tried

    def _training(self, fold: int, recipe: Recipe) -> Training:
        known = self._examples(self.split.known(fold))
        on_rows = self.split.pixels is None
        network = deepcopy(self._heads[fold]) if on_rows else of_pixels(self.dim, recipe.seed)
        return Training(network, recipe, known, self._examples(self.split.folds == fold))

    @cached_property
    def _tried(self) -> dict[tuple[int, Recipe], Any]:
        """Networks of the contender that is tried, by fold and recipe: the first seed is theirs."""
        return {}

    @cached_property
    def _heads(self) -> list[Any]:
        """By fold a head that has learned nothing."""
        return [linear_head(self.split.rows[self.split.known(fold)], self.dim) for fold in range(FOLDS)]

    def _examples(self, chosen: Mask) -> Examples:
        inputs = self.split.rows if self.split.pixels is None else self.split.pixels
        return Examples(torch.from_numpy(inputs[chosen]), self.split.labels[chosen])


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
            judge_every=max(1, iterations // JUDGED),
            patience=iterations,
        )
