"""The loop: a batch drawn, triplets mined, the loss descended; the best state on classes left out is what is kept."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lookalike.errors import BadSetting, TrainingFailed
from lookalike.learn.adapt import average_precision_at_r
from lookalike.learn.augment import AsTheyAre, Augment
from lookalike.learn.batch import Batch
from lookalike.learn.checkpoint import Checkpoint, read, write
from lookalike.learn.losses import Loss
from lookalike.learn.memory import Memory
from lookalike.learn.miners import Miner
from lookalike.learn.sampler import ClassesTimesPictures

Labels = NDArray[np.int64]
Network = Any
"""A torch module: inputs (b, ...) in, rows (b, d) out."""
FEW: Final = 5
"""Pictures that a message names."""
AT_ONCE: Final = 512
"""Inputs that are described together where nothing is learned."""


@dataclass(frozen=True)
class Recipe:
    """All that decides what is learned, but for the network and the pictures; `seed` all that is left to chance.

    `memory` counts rows of earlier batches that a loss of rows compares with as well [Wang et al. 2020].
    """

    loss: Loss
    miner: Miner | None = None
    sampler: ClassesTimesPictures = field(default_factory=ClassesTimesPictures)
    iterations: int = 400
    rate: float = 1e-3
    proxy_rate: float = 1e-2
    decay: float = 1e-4
    memory: int = 0
    judge_every: int = 50
    patience: int = 4
    """Judgements without a gain after which it stops."""
    seed: int = 0

    def __post_init__(self) -> None:
        if min(self.iterations, self.judge_every, self.patience) < 1:
            raise BadSetting("iterations, judge_every and patience are 1 or more")
        if not all(0 < rate < math.inf for rate in (self.rate, self.proxy_rate)):
            raise BadSetting(f"rates are above 0 and finite, not {self.rate:g} and {self.proxy_rate:g} (of proxies)")
        if self.miner is not None and self.loss.proxies:
            raise BadSetting(
                f"{self.loss.name} compares pictures with a proxy of each class, not with each other: leave out the "
                "miner, or take another loss"
            )


@dataclass(frozen=True, eq=False)
class Examples:
    """Inputs (n, ...) of a network, with labels (n,); `names` (n,) of the pictures are for messages."""

    inputs: Tensor
    labels: Labels
    names: Sequence[str] = ()

    def __post_init__(self) -> None:
        if len(self.inputs) != len(self.labels):
            raise ValueError(f"{len(self.inputs)} inputs have {len(self.labels)} labels")

    def told(self, drawn: Labels) -> str:
        """Pictures of those numbers, in words: a few by their names, or all by their numbers."""
        numbers = sorted(set(drawn.tolist()))
        if not self.names:
            return str(numbers)
        few = ", ".join(repr(self.names[at]) for at in numbers[:FEW])
        return few if len(numbers) <= FEW else f"{few} and {len(numbers) - FEW} more"


@dataclass(frozen=True)
class Judgement:
    """MAP@R on what is left out, after so many iterations, and the mean loss since the last one."""

    iteration: int
    loss: float
    map_at_r: float


@dataclass(eq=False)
class Training:
    """A run that can be stopped after any iteration and goes on from there as if it had not been."""

    network: Network
    recipe: Recipe
    examples: Examples
    left_out: Examples
    augment: Augment | None = None
    """Makes the inputs of a batch; None: the examples as they are."""
    pictures: str = ""
    """Digest of the pictures and their classes: a run goes on with these alone."""
    device: str = "cpu"
    on_smaller: Callable[[ClassesTimesPictures], None] = lambda _: None
    """Told the new size of a batch, where a device had not memory enough for the one before."""
    history: list[Judgement] = field(default_factory=list)
    iteration: int = 0

    def __post_init__(self) -> None:
        _, self._classes = np.unique(self.examples.labels, return_inverse=True)
        self._shown = self.augment or AsTheyAre(self.examples.inputs)
        self._sampler = self.recipe.sampler
        self.network.to(self.device)
        generator = torch.Generator().manual_seed(self.recipe.seed)
        dim = describe(self.network, self.examples.inputs[:2]).shape[1]
        count = self.recipe.loss.proxies
        shape = (int(self._classes.max()) + 1, max(1, count), dim)
        self._proxies = torch.randn(shape, generator=generator).to(self.device).requires_grad_(count > 0)
        groups = [{"params": list(self.network.parameters()), "lr": self.recipe.rate}]
        if count:
            groups.append({"params": [self._proxies], "lr": self.recipe.proxy_rate, "weight_decay": 0.0})
        self._descent = torch.optim.AdamW(groups, weight_decay=self.recipe.decay)
        self._memory = Memory(self.recipe.memory)
        self._best = {name: value.clone() for name, value in self.network.state_dict().items()}
        if not self.history:
            self.history.append(Judgement(0, float("nan"), judged(self.network, self.left_out)))

    @property
    def best(self) -> Judgement:
        """The first of the highest MAP@R."""
        return max(self.history, key=lambda each: each.map_at_r)

    @property
    def done(self) -> bool:
        """All iterations, or so many judgements without a gain."""
        since = len(self.history) - 1 - self.history.index(self.best)
        return self.iteration >= self.recipe.iterations or since >= self.recipe.patience

    def run(
        self,
        checkpoint: Path | None = None,
        on_judgement: Callable[[Judgement], None] = lambda _: None,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> Network:
        """The network in its best state; with a file, goes on from it and leaves one after each judgement.

        `should_stop` is asked after each. Raises `TrainingFailed` where a loss is no number: the best state until then
        is in the file.
        """
        if checkpoint is not None and checkpoint.is_file():
            self._restore(read(checkpoint))
        while not self.done and not should_stop():
            self.history.append(self._round())
            if self.best is self.history[-1]:
                self._best = {name: value.clone() for name, value in self.network.state_dict().items()}
            if checkpoint is not None:
                write(checkpoint, self._state())
            on_judgement(self.history[-1])
        self.network.load_state_dict(self._best)
        return self.network.eval()

    def _round(self) -> Judgement:
        """Iterations until the next judgement."""
        self.network.train()
        losses = []
        for _ in range(min(self.recipe.judge_every, self.recipe.iterations - self.iteration)):
            losses.append(self._step_that_fits())
            self.iteration += 1
        return Judgement(self.iteration, float(np.mean(losses)), judged(self.network, self.left_out))

    def _step_that_fits(self) -> float:
        """One descent, by fewer classes at once where the device has not memory enough for so many."""
        while True:
            try:
                return self._step()
            except torch.OutOfMemoryError as error:
                if self._sampler.classes == 2:
                    raise TrainingFailed(
                        f"the device has not memory enough for 2 classes of {self._sampler.pictures} pictures: ask for "
                        "fewer pictures of each, or smaller ones"
                    ) from error
            self._descent.zero_grad()
            self._sampler = replace(self._sampler, classes=max(2, self._sampler.classes // 2))
            self.on_smaller(self._sampler)

    def _step(self) -> float:
        """One descent. Chance is drawn from the seed and the number of the iteration: nothing of it needs keeping."""
        rng = np.random.default_rng([self.recipe.seed, self.iteration])
        drawn = self._sampler.drawn(self._classes, rng)
        rows = self.network(self._shown(drawn, rng).to(self.device))
        proxies = self._proxies if self.recipe.loss.proxies else None
        labels = torch.from_numpy(self._classes[drawn]).to(self.device)
        batch = self._memory.shown_to(Batch(rows, labels, proxies=proxies))
        if self.recipe.miner is not None:
            generator = torch.Generator().manual_seed(self.recipe.seed * 1_000_003 + self.iteration)
            batch = replace(batch, triplets=self.recipe.miner.mine(batch, generator))
        loss = self.recipe.loss(batch)
        if not torch.isfinite(loss):
            raise TrainingFailed(
                f"the loss is no number at iteration {self.iteration}, of the pictures {self.examples.told(drawn)}: "
                f"try a lower rate than {self.recipe.rate:g}"
            )
        self._descent.zero_grad()
        loss.backward()
        self._descent.step()
        if self.recipe.memory:
            self._memory = self._memory.after(batch)
        return float(loss.detach())

    def _state(self) -> Checkpoint:
        moments = self._descent.state_dict()["state"]
        tensors = {f"network.{name}": value for name, value in self.network.state_dict().items()}
        tensors |= {f"best.{name}": value for name, value in self._best.items()}
        tensors |= {f"moment.{at}.{name}": value for at, each in moments.items() for name, value in each.items()}
        tensors |= {"proxies": self._proxies.detach(), "classes": torch.tensor(self._sampler.classes)}
        if self._memory.rows is not None and self._memory.labels is not None:
            tensors |= {"memory.rows": self._memory.rows, "memory.labels": self._memory.labels}
        history = tuple((one.iteration, one.loss, one.map_at_r) for one in self.history)
        return Checkpoint(tensors, self.iteration, history, self._about())

    def _about(self) -> str:
        """Text by which a checkpoint of another run is told apart."""
        return f"{len(self.examples.labels)} {int(self.examples.labels.sum())} {self.pictures} {self.recipe}"

    def _restore(self, state: Checkpoint) -> None:
        if state.about != self._about():
            changed = state.about.partition(" Recipe(")[0] != self._about().partition(" Recipe(")[0]
            raise TrainingFailed(
                "the checkpoint is of another run: "
                + ("its pictures or their classes are no longer the same" if changed else "its settings differ")
                + "; begin anew (`--again`), or choose another name"
            )
        tensors = state.tensors
        self._sampler = replace(self._sampler, classes=int(tensors["classes"]))
        self.network.load_state_dict(_below("network.", tensors))
        self._best = _below("best.", tensors)
        with torch.no_grad():
            self._proxies.copy_(tensors["proxies"])
        kept = self._descent.state_dict()
        kept["state"] = {}
        for name, value in _below("moment.", tensors).items():
            at, _, kind = name.partition(".")
            kept["state"].setdefault(int(at), {})[kind] = value
        self._descent.load_state_dict(kept)
        if "memory.rows" in tensors:
            self._memory = Memory(self.recipe.memory, tensors["memory.rows"], tensors["memory.labels"])
        self.iteration = state.iteration
        self.history = [Judgement(int(at), loss, found) for at, loss, found in state.history]


def describe(network: Network, inputs: Tensor) -> Tensor:
    """(n, d) rows of (n, ...) inputs, at unit norm, without gradients."""
    network.eval()
    device = next(network.parameters()).device
    with torch.no_grad():
        rows = torch.cat([network(part.to(device)) for part in inputs.split(AT_ONCE)])
    return torch.nn.functional.normalize(rows).cpu()


def judged(network: Network, examples: Examples) -> float:
    """MAP@R of every picture that has another of its class, among all of them."""
    rows = describe(network, examples.inputs).numpy()
    cosines = rows @ rows.T
    np.fill_diagonal(cosines, -2)
    same = examples.labels[:, None] == examples.labels
    np.fill_diagonal(same, False)
    answered = same.any(axis=1)
    return float(average_precision_at_r(cosines[answered], same[answered]).mean())


def _below(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
