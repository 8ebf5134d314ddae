"""A loop of steps that goes on where it was stopped, on a CPU or a GPU: whatever is learned, one number is to fall."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor

from lookalike.errors import BadSetting, TrainingFailed
from lookalike.learn.checkpoint import Checkpoint, read, write

Step = Callable[[int, np.random.Generator, torch.Generator], Tensor]
"""So many pictures of a batch and chance, on the CPU and on the device, to the loss."""
SLOWEST: Final = 0.05
"""Share of the rate that is left at the end."""
CLIP: Final = 10.0
"""Norm of a gradient, at most."""


@dataclass(frozen=True)
class Pace:
    """Steps, pictures of each, and how far the first of them moves the network; the last one moves it a twentieth."""

    iterations: int = 1000
    batch: int = 16
    rate: float = 1e-3
    seed: int = 0

    def __post_init__(self) -> None:
        if min(self.iterations, self.batch) < 1 or self.rate <= 0:
            raise BadSetting("iterations and batch are 1 or more, and rate is above 0")

    def rate_at(self, iteration: int) -> float:
        """Falls as half a wave [Loshchilov & Hutter, SGDR, ICLR 2017]."""
        wave = (1 + math.cos(math.pi * iteration / self.iterations)) / 2
        return self.rate * (SLOWEST + (1 - SLOWEST) * wave)


@dataclass(frozen=True)
class Round:
    """After `iteration` steps: mean loss since the last round."""

    iteration: int
    loss: float


@dataclass(eq=False)
class Descent:
    """A run of a network; `about` tells runs apart. On a GPU sums are of bfloat16 where `bf16` says so."""

    network: Any
    step: Step
    pace: Pace
    about: str
    device: str = "cpu"
    bf16: bool = False
    on_smaller: Callable[[int], None] = lambda _: None
    """Told how many pictures a batch has from now on, where a device had not memory enough for more."""
    history: list[Round] = field(default_factory=list)
    iteration: int = 0

    def __post_init__(self) -> None:
        self.network.to(self.device)
        self._batch = self.pace.batch
        self._descent = torch.optim.Adam(self.network.parameters(), lr=self.pace.rate)

    @property
    def done(self) -> bool:
        return self.iteration >= self.pace.iterations

    def run(
        self,
        checkpoint: Path | None = None,
        on_round: Callable[[Round], None] = lambda _: None,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> bool:
        """True when all steps are done; with a file, goes on from it and leaves one after each round.

        Raises `TrainingFailed` where a loss is no number: the last good state is in the file.
        """
        if checkpoint is not None and checkpoint.is_file():
            self._restore(read(checkpoint))
        each = max(1, min(50, self.pace.iterations // 8))
        while not self.done and not should_stop():
            self.network.train()
            count = min(each, self.pace.iterations - self.iteration)
            losses = [self._step_that_fits() for _ in range(count)]
            self.history.append(Round(self.iteration, float(np.mean(losses))))
            if checkpoint is not None:
                write(checkpoint, self._state())
            on_round(self.history[-1])
        return self.done

    def _step_that_fits(self) -> float:
        """One step, by half as many pictures where the device has not memory enough for so many."""
        while True:
            try:
                loss = self._step()
            except torch.OutOfMemoryError as error:
                if self._batch == 1:
                    raise TrainingFailed(
                        "the device has not memory enough for one picture: ask for smaller ones"
                    ) from error
                self._batch //= 2
                self.on_smaller(self._batch)
            else:
                self.iteration += 1
                return loss

    def _step(self) -> float:
        """Chance is drawn from the seed and the number of the step: nothing of it needs keeping."""
        rng = np.random.default_rng([self.pace.seed, self.iteration])
        generator = torch.Generator(self.device).manual_seed(self.pace.seed * 1_000_003 + self.iteration)
        for group in self._descent.param_groups:
            group["lr"] = self.pace.rate_at(self.iteration)
        with torch.autocast(torch.device(self.device).type, torch.bfloat16, enabled=self.bf16):
            loss = self.step(self._batch, rng, generator)
        if not torch.isfinite(loss):
            raise TrainingFailed(
                f"the loss is no number at step {self.iteration}: try a lower rate than {self.pace.rate:g}"
            )
        self._descent.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), CLIP)
        self._descent.step()
        return float(loss.detach())

    def _state(self) -> Checkpoint:
        moments = self._descent.state_dict()["state"]
        tensors = {f"network.{name}": value for name, value in self.network.state_dict().items()}
        tensors |= {f"moment.{at}.{name}": value for at, each in moments.items() for name, value in each.items()}
        tensors["batch"] = torch.tensor(self._batch)
        history = tuple((float(one.iteration), one.loss, 0.0) for one in self.history)
        return Checkpoint(tensors, self.iteration, history, f"{self.about} {self.pace}")

    def _restore(self, state: Checkpoint) -> None:
        if state.about != f"{self.about} {self.pace}":
            raise TrainingFailed(
                "the checkpoint is of another run: its pictures or its settings differ; begin anew "
                "(`--again`), or choose another name"
            )
        kept = self._descent.state_dict()
        kept["state"] = {}
        network = {}
        for name, value in state.tensors.items():
            kind, _, rest = name.partition(".")
            if kind == "network":
                network[rest] = value
            elif kind == "moment":
                at, _, moment = rest.partition(".")
                kept["state"].setdefault(int(at), {})[moment] = value
        self.network.load_state_dict(network)
        self._descent.load_state_dict(kept)
        self._batch = int(state.tensors["batch"])
        self.iteration = state.iteration
        self.history = [Round(int(at), loss) for at, loss, _ in state.history]
