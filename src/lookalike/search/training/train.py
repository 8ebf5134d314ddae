"""From a folder of classes to a network in a file: described, learned, judged by classes left out, written."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from lookalike.datasets.archives import unpacked
from lookalike.describe.taught_words import unit
from lookalike.learn.adapt import gain_of
from lookalike.learn.classes import parts_of
from lookalike.learn.torch_ import loaded
from lookalike.match.verify.one_thread import one_thread
from lookalike.models.own_network import Facts
from lookalike.models.trained import new_place, trained
from lookalike.search.atomic import write_atomically
from lookalike.search.described import describe_folder
from lookalike.search.ingest.options import Options
from lookalike.search.training.class_folder import ClassFolder, class_folder
from lookalike.search.training.settings import Progress, Settings, Telling, Trial

if TYPE_CHECKING:
    from lookalike.learn.train import Examples, Judgement

PAIRS: Final = 20_000
"""Pairs of which the similarity of strangers is measured."""
CHECKED: Final = 64
"""Inputs by which a file is compared with its network."""
Rows = NDArray[np.float32]


def train(
    folder: str | os.PathLike[str],
    name: str,
    settings: Settings = Settings(),
    *,
    cache: Path,
    options: Options | None = None,
    telling: Telling = Telling(),
    again: bool = False,
) -> Trial | None:
    """The network that was learned of the pictures below `folder`, each folder a class, kept under `name`.

    It is the state that found most by the classes which end the training, and is not kept where that is the beginning.
    A run that was stopped goes on where it was, unless `again` begins anew. None where `options.should_stop` ended it.
    Raises `MissingExtra` without torch, `BadSetting` where the name is taken, `BadQuery` for a folder that says too
    little, `TrainingFailed` where a loss is no number or the folder is no longer as it was.
    """
    loaded("training")
    options = options or Options()
    from lookalike.learn.export import exported
    from lookalike.learn.train import Training, describe
    from lookalike.search.training.lesson import Lesson, device_of, recipe_of

    recipe, device = recipe_of(settings), device_of(settings.device)
    place, checkpoint = _places(name, again=again)
    root = os.path.realpath(unpacked(Path(folder), cache / "unpacked"))
    described = describe_folder(root, [settings.seen], cache, options)
    if described.interrupted:
        return None
    found = class_folder(root, described)
    for why, count in found.left_out.items():
        telling.remark(f"{count} left out: {why}")
    parts = parts_of(found.labels, np.random.default_rng(settings.seed))
    one_thread()
    lesson = Lesson(settings, found, described)
    learn, stop, judge = (lesson.examples(part) for part in (parts.learn, parts.stop, parts.judge))
    augment = lesson.augment(learn, parts.learn, cache, options)
    if augment is None:
        return None
    run = Training(
        lesson.network(learn),
        recipe,
        learn,
        stop,
        augment,
        f"{found.digest} {settings.network} {settings.dim} {settings.side} {settings.edits}",
        device,
        lambda batch: telling.remark(f"the device ran out of memory: batches have {batch.classes} classes from now on"),
    )
    before = _baselines(describe(run.network, judge.inputs).numpy(), judge, settings)
    if checkpoint.is_file():
        telling.remark(f"going on with {checkpoint.name}; --again would begin anew")

    def judged(one: Judgement) -> None:
        told = Progress(one.iteration, settings.iterations, one.loss, one.map_at_r, run.best.map_at_r)
        telling.progress(told)

    network = run.run(checkpoint, judged, options.should_stop)
    if not run.done:
        return None
    rng = np.random.default_rng(settings.seed)
    after = describe(network, judge.inputs).numpy()
    learned = run.best.iteration > 0
    if learned:
        write_atomically(place, exported(network, _facts(settings, found, after, judge, rng), judge.inputs[:CHECKED]))
    checkpoint.unlink(missing_ok=True)
    return Trial(
        trained(name) if learned else None,
        len(np.unique(found.labels)),
        len(found.labels),
        len(parts.learn),
        len(parts.judge),
        run.best.iteration,
        {told: gain_of(after, rows, judge.labels, rng) for told, rows in before.items()},
        found.left_out,
    )


def _places(name: str, *, again: bool) -> tuple[Path, Path]:
    """The file of the network, which is not there yet, and that of a run that may go on."""
    place = new_place(name)
    checkpoint = place.with_suffix(".run")
    if again:
        checkpoint.unlink(missing_ok=True)
    return place, checkpoint


def _baselines(untrained: Rows, judge: Examples, settings: Settings) -> Mapping[str, Rows]:
    """Unit rows of the pictures that judge, as they are and by the network that has learned nothing."""
    inputs = judge.inputs.numpy().reshape(len(judge.labels), -1).astype(np.float32)
    if settings.on_pixels:
        return {"pixels": unit(inputs - inputs.mean(axis=0)), "untrained": untrained}
    return {"convnet": inputs, "untrained": untrained}


def _facts(settings: Settings, found: ClassFolder, rows: Rows, judge: Examples, rng: np.random.Generator) -> Facts:
    """Facts of the network, with the median cosine of two pictures of different classes that it never saw."""
    first, second = rng.integers(len(rows), size=(2, PAIRS))
    apart = judge.labels[first] != judge.labels[second]
    cosines = np.einsum("nd,nd->n", rows[first[apart]], rows[second[apart]])
    loss = settings.loss if settings.miner is None else f"{settings.loss} + {settings.miner}"
    return Facts(
        settings.network,
        rows.shape[1],
        settings.side if settings.on_pixels else 0,
        float(np.clip(np.median(cosines), 0, 0.9)),
        f"{loss}, {len(found.labels)} pictures of {len(np.unique(found.labels))} classes",
    )
