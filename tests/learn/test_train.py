from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import torch
from torch import Tensor

from lookalike.errors import BadSetting, TrainingFailed
from lookalike.learn.batch import Batch
from lookalike.learn.checkpoint import Checkpoint, write
from lookalike.learn.losses import LOSSES
from lookalike.learn.losses.angular_margin import ArcFace
from lookalike.learn.losses.triplet import TripletHinge
from lookalike.learn.miners import MINERS
from lookalike.learn.networks import linear_head, small_convnet
from lookalike.learn.sampler import ClassesTimesPictures
from lookalike.learn.train import Examples, Recipe, Training, describe, judged


def labelled(first: int, count: int) -> Examples:
    """Rows of classes, twelve each: five directions tell the class, beneath thirty that vary more."""
    rng = np.random.default_rng(first)
    labels = np.repeat(np.arange(first, first + count), 12)
    rows = 1.2 * rng.normal(size=(len(labels), 30))
    rows[:, :5] = rng.normal(size=(count, 5))[labels - first] + 0.15 * rng.normal(size=(len(labels), 5))
    return Examples(torch.from_numpy(rows.astype(np.float32)), labels)


def training(recipe: Recipe) -> Training:
    examples = labelled(0, 16)
    return Training(linear_head(examples.inputs.numpy(), 8), recipe, examples, labelled(100, 8))


QUICK = Recipe(TripletHinge(), MINERS.make("all"), iterations=60, rate=3e-2, judge_every=20)


def test_a_trained_head_finds_more_of_classes_that_it_never_saw() -> None:
    run = training(QUICK)
    before = run.history[0].map_at_r
    seen: list[int] = []
    network = run.run(on_judgement=lambda one: seen.append(one.iteration))
    after = judged(network, labelled(200, 8))
    assert seen == [20, 40, 60]
    assert run.best.map_at_r > before + 0.2
    assert after > judged(linear_head(labelled(0, 16).inputs.numpy(), 8), labelled(200, 8)) + 0.2
    assert run.history[-1].loss < run.history[1].loss


def test_an_untrained_head_is_pca() -> None:
    rows = labelled(0, 16).inputs.numpy()
    mapped = describe(linear_head(rows, 8), torch.from_numpy(rows)).numpy()
    centred = rows - rows.mean(axis=0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    projected = centred @ directions[:8].T
    projected /= np.linalg.norm(projected, axis=1, keepdims=True)
    assert np.allclose(mapped @ mapped.T, projected @ projected.T, atol=1e-4)
    with pytest.raises(ValueError, match="31"):
        linear_head(rows, 31)


@pytest.mark.parametrize("recipe", [QUICK, replace(QUICK, loss=ArcFace(scale=16.0), miner=None, memory=64)])
def test_a_run_that_was_stopped_goes_on_as_if_it_had_not_been(recipe: Recipe, tmp_path: Path) -> None:
    whole = training(recipe)
    expected = describe(whole.run(), labelled(200, 2).inputs)

    class StoppedError(Exception):
        pass

    def stop(one: object) -> None:
        raise StoppedError

    file = tmp_path / "run.safetensors"
    for _ in range(2):
        with pytest.raises(StoppedError):
            training(recipe).run(file, stop)
    rest = training(recipe)
    assert torch.equal(describe(rest.run(file), labelled(200, 2).inputs), expected)
    assert [one.map_at_r for one in rest.history] == [one.map_at_r for one in whole.history]
    assert list(tmp_path.iterdir()) == [file]


def test_the_seed_decides() -> None:
    first, second, third = (
        describe(training(replace(QUICK, seed=seed)).run(), labelled(200, 2).inputs) for seed in (1, 1, 2)
    )
    assert torch.equal(first, second)
    assert not torch.equal(first, third)


def test_it_stops_where_nothing_is_gained_and_keeps_what_was_best() -> None:
    examples = labelled(0, 16)
    shuffled = replace(examples, labels=np.random.default_rng(0).permutation(examples.labels))
    run = Training(
        linear_head(examples.inputs.numpy(), 8), replace(QUICK, patience=2, iterations=1000), shuffled, labelled(100, 8)
    )
    network = run.run()
    assert run.iteration < 1000
    assert judged(network, labelled(100, 8)) == pytest.approx(run.best.map_at_r, abs=1e-6)


@dataclass(frozen=True)
class Exploding:
    """No number from the first iteration on."""

    name: ClassVar[str] = "exploding"
    revision: ClassVar[int] = 1
    proxies: ClassVar[int] = 0

    def __call__(self, batch: Batch) -> Tensor:
        return batch.rows.sum() * float("nan")


def test_a_loss_that_is_no_number_names_its_pictures_and_leaves_the_last_good_state(tmp_path: Path) -> None:
    file = tmp_path / "run.safetensors"
    with pytest.raises(TrainingFailed, match=r"iteration 0, of the pictures \[\d+.*lower rate"):
        training(replace(QUICK, loss=Exploding(), miner=None)).run(file)
    good = training(replace(QUICK, iterations=20))
    good.run(file)
    kept = file.read_bytes()
    with pytest.raises(TrainingFailed, match="of another run"):
        training(replace(QUICK, loss=Exploding(), miner=None)).run(file)
    assert file.read_bytes() == kept


def test_a_checkpoint_of_other_pictures_or_of_none_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "run.safetensors"
    training(replace(QUICK, iterations=20)).run(file)
    other = labelled(0, 17)
    with pytest.raises(TrainingFailed, match="its pictures or their classes are no longer the same"):
        Training(linear_head(other.inputs.numpy(), 8), replace(QUICK, iterations=20), other, labelled(100, 8)).run(file)
    for content in (b"", b"no tensors", file.read_bytes()[:500]):
        file.write_bytes(content)
        with pytest.raises(TrainingFailed, match="no checkpoint of a run"):
            training(QUICK).run(file)


def test_one_class_and_settings_without_sense_are_refused() -> None:
    examples = labelled(0, 1)
    with pytest.raises(BadSetting, match="at least 2 classes"):
        Training(linear_head(labelled(0, 16).inputs.numpy(), 8), QUICK, examples, labelled(100, 8)).run()
    for wrong in ({"iterations": 0}, {"rate": 0.0}, {"patience": 0}):
        with pytest.raises(BadSetting):
            replace(QUICK, **wrong)
    with pytest.raises(ValueError, match="2 inputs have 3 labels"):
        Examples(torch.zeros(2, 3), np.arange(3))


@pytest.mark.parametrize("name", ["softmax", "contrastive", "proxy_anchor"])
def test_a_convolutional_network_is_trained_by_the_same_loop(name: str) -> None:
    """On bars: the class is where a bar lies; noise lies over it."""

    def bars(seed: int) -> Examples:
        rng = np.random.default_rng(seed)
        labels = np.repeat(np.arange(6), 8)
        pictures = 0.5 * rng.normal(size=(48, 1, 28, 28))
        for at, label in enumerate(labels):
            pictures[at, 0, 4 * label : 4 * label + 4] += 1
        return Examples(torch.from_numpy(pictures.astype(np.float32)), labels)

    recipe = Recipe(LOSSES.make(name), iterations=40, judge_every=20, rate=3e-3)
    run = Training(small_convnet(16, seed=0, channels=8), recipe, bars(0), bars(1))
    run.run()
    assert run.best.map_at_r > run.history[0].map_at_r + 0.1


class Hungry(torch.nn.Module):
    """Takes 16 rows at once, and no more while it learns."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = torch.nn.Linear(30, 8)

    def forward(self, rows: Tensor) -> Tensor:
        if self.training and len(rows) > 16:
            raise torch.OutOfMemoryError
        return self.inner(rows)


def test_a_batch_that_does_not_fit_is_made_smaller_and_that_is_said(tmp_path: Path) -> None:
    recipe = replace(QUICK, iterations=20)
    told: list[ClassesTimesPictures] = []
    file = tmp_path / "run.safetensors"
    Training(Hungry(), recipe, labelled(0, 16), labelled(100, 8), on_smaller=told.append).run(file)
    assert told == [ClassesTimesPictures(4, 4)]
    going_on = Training(Hungry(), recipe, labelled(0, 16), labelled(100, 8), on_smaller=told.append)
    going_on.run(file)
    assert len(told) == 1  # the size is in the file
    with pytest.raises(TrainingFailed, match="2 classes of 9 pictures"):
        Training(Hungry(), replace(recipe, sampler=ClassesTimesPictures(8, 9)), labelled(0, 16), labelled(100, 8)).run()


def test_pictures_of_a_message_are_named_where_names_are_known(tmp_path: Path) -> None:
    examples = replace(labelled(0, 16), names=[f"class/{at}.png" for at in range(192)])
    run = Training(
        linear_head(examples.inputs.numpy(), 8),
        replace(QUICK, loss=Exploding(), miner=None),
        examples,
        labelled(100, 8),
    )
    with pytest.raises(TrainingFailed, match=r"'class/\d+\.png', .* and \d+ more: try a lower rate"):
        run.run()


def test_a_run_that_is_asked_to_stop_stops_after_a_judgement(tmp_path: Path) -> None:
    run = training(QUICK)
    run.run(tmp_path / "run.safetensors", should_stop=lambda: run.iteration > 0)
    assert run.iteration == 20
    assert not run.done


def test_a_checkpoint_that_cannot_be_written_is_an_error_of_the_disk(tmp_path: Path) -> None:
    place = tmp_path / "net.run"
    place.mkdir()  # nothing can be put in its place
    with pytest.raises(OSError, match=r"net\.run"):
        write(place, Checkpoint({"a": torch.zeros(2)}, 1, (), ""))
    assert list(tmp_path.iterdir()) == [place]  # no half of a file
