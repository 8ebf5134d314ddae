"""A run that is stopped, killed or short of memory ends where an undisturbed one does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from lookalike.errors import BadSetting, TrainingFailed
from lookalike.learn.features.descent import Descent, Pace

PACE = Pace(iterations=40, batch=8, rate=0.2)
WANTED = torch.tensor([[1.0, -2.0, 0.5]])


class Line:
    """Step that asks a layer for a plane's height."""

    def __init__(self) -> None:
        self.network = nn.Linear(3, 1)
        with torch.no_grad():
            self.network.weight.zero_()
            self.network.bias.zero_()
        self.batches: list[int] = []

    def __call__(self, count: int, rng: np.random.Generator, generator: torch.Generator) -> Tensor:
        self.batches.append(count)
        seen = torch.from_numpy(rng.normal(size=(count, 3)).astype(np.float32))
        wanted = seen @ WANTED.T + 0.01 * torch.randn((count, 1), generator=generator)
        return (self.network(seen) - wanted).square().mean()


def descent(line: Line, pace: Pace = PACE, about: str = "line", **more: object) -> Descent:
    return Descent(line.network, line, pace, about, **more)  # type: ignore[arg-type]


def test_the_loss_falls_and_the_rate_with_it() -> None:
    line = Line()
    run = descent(line)
    assert run.run()
    assert run.history[-1].loss < 0.2 * run.history[0].loss
    assert PACE.rate_at(0) == PACE.rate
    assert PACE.rate_at(40) == pytest.approx(PACE.rate / 20)


def test_a_stopped_run_goes_on_to_the_same_network(tmp_path: Path) -> None:
    whole = Line()
    descent(whole).run(tmp_path / "whole.run")
    left = [3]

    def should_stop() -> bool:
        left[0] -= 1
        return left[0] < 0

    assert not descent(Line()).run(tmp_path / "stopped.run", should_stop=should_stop)
    again = Line()
    run = descent(again)
    assert run.run(tmp_path / "stopped.run")
    assert len(again.batches) == 40 - 3 * 5
    assert [one.iteration for one in run.history] == list(range(5, 41, 5))
    assert torch.equal(again.network.weight, whole.network.weight)
    assert torch.equal(again.network.bias, whole.network.bias)


def test_a_checkpoint_of_another_run_is_refused(tmp_path: Path) -> None:
    descent(Line()).run(tmp_path / "a.run")
    for other in (descent(Line(), about="other photos"), descent(Line(), Pace(40, 9, 0.2))):
        with pytest.raises(TrainingFailed, match="of another run: its pictures or its settings differ"):
            other.run(tmp_path / "a.run")


def test_a_loss_that_is_no_number_ends_it_and_leaves_the_last_good_state(tmp_path: Path) -> None:
    line = Line()
    run = descent(line)

    def worse(count: int, rng: np.random.Generator, generator: torch.Generator) -> Tensor:
        return line(count, rng, generator) * (float("nan") if run.iteration == 17 else 1)

    run.step = worse
    with pytest.raises(TrainingFailed, match=r"no number at step 17: try a lower rate than 0\.2"):
        run.run(tmp_path / "a.run")
    again = descent(Line())
    again.run(tmp_path / "a.run", should_stop=lambda: True)
    assert again.iteration == 15


def test_a_device_short_of_memory_gets_smaller_batches_and_it_is_said(tmp_path: Path) -> None:
    line = Line()
    told: list[int] = []

    def hungry(count: int, rng: np.random.Generator, generator: torch.Generator) -> Tensor:
        if count > 2:
            raise torch.OutOfMemoryError
        return line(count, rng, generator)

    run = Descent(line.network, hungry, PACE, "line", on_smaller=told.append)
    assert run.run(tmp_path / "a.run")
    assert told == [4, 2]
    assert set(line.batches) == {2}

    def starving(count: int, rng: np.random.Generator, generator: torch.Generator) -> Tensor:
        raise torch.OutOfMemoryError

    with pytest.raises(TrainingFailed, match="not memory enough for one picture"):
        Descent(Line().network, starving, PACE, "line").run()


def test_sums_of_bfloat16_fall_as_well() -> None:
    run = descent(Line(), bf16=True)
    assert run.run()
    assert run.history[-1].loss < 0.2 * run.history[0].loss


@pytest.mark.parametrize("settings", [{"iterations": 0}, {"batch": 0}, {"rate": 0.0}])
def test_a_pace_without_sense_is_refused(settings: dict[str, float]) -> None:
    with pytest.raises(BadSetting, match="1 or more"):
        Pace(**settings)  # type: ignore[arg-type]
