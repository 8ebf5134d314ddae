"""`lookalike train`: folders of classes teach a network of one's own."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from lookalike.app.cli.exits import Exit
from lookalike.app.cli.gains import gained, heading
from lookalike.app.cli.help import MEASURE, add_verb
from lookalike.app.cli.interrupt import stop_on_interrupt
from lookalike.app.cli.options import Json, common, remark
from lookalike.app.cli.output import json_bytes, lines, shown, write
from lookalike.errors import BadSetting
from lookalike.figures import counted

if TYPE_CHECKING:
    from lookalike.models.own_network import Kind
    from lookalike.models.own_weights import Kind as Features
    from lookalike.search.training.settings import Device, Progress, Trial


def train(
    folder: Annotated[
        Path,
        typer.Argument(metavar="FOLDER", help="Pictures, each class in a folder of its own; with --features any."),
    ],
    output: Annotated[
        str,
        typer.Option(
            "-o",
            "--output",
            metavar="NAME",
            help="Call the network so, or a path that ends in .onnx (.pth of features).",
        ),
    ],
    features: Annotated[
        str | None,
        typer.Option("--features", metavar="superpoint|r2d2|superglue", help="Train local features, without classes."),
    ] = None,
    loss: Annotated[
        str, typer.Option("--loss", metavar="NAME[:FIELD=VALUE]", help="What is to fall, e.g. triplet:margin=0.2.")
    ] = "arcface",
    miner: Annotated[
        str | None,
        typer.Option("--miner", metavar="NAME", help="Which triplets a loss of rows is shown [default: all pairs]."),
    ] = None,
    network: Annotated[
        str,
        typer.Option(
            "--network",
            metavar="linear|hidden|small_convnet",
            help="A head on convnet's rows, one with a hidden layer, or a whole network on pixels.",
        ),
    ] = "linear",
    dim: Annotated[int, typer.Option("--dim", min=2, metavar="N", help="Numbers a picture.")] = 128,
    side: Annotated[
        int | None,
        typer.Option(
            "--side",
            min=16,
            metavar="N",
            help="With small_convnet or --features: px of the square it sees [default: 32; 120].",
        ),
    ] = None,
    edit: Annotated[
        list[str] | None,
        typer.Option("--edit", metavar="NAME", help="Show a head this edited copy of each picture too. Repeat it."),
    ] = None,
    classes: Annotated[int, typer.Option(min=2, metavar="P", help="A batch has P classes.")] = 8,
    pictures: Annotated[int, typer.Option(min=2, metavar="K", help="A batch has K pictures of each.")] = 4,
    batch: Annotated[int, typer.Option(min=1, metavar="N", help="With --features: pictures of a batch.")] = 32,
    views: Annotated[
        int, typer.Option(min=1, metavar="N", help="With superpoint: views that tell the keypoints of a photo.")
    ] = 50,
    weights: Annotated[
        str, typer.Option("--weights", metavar="NAME", help="With superglue: the superpoint whose features it matches.")
    ] = "",
    iterations: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Batches, at most; of each lesson of features [default: 400; 20000]."),
    ] = None,
    rate: Annotated[float, typer.Option(metavar="R", help="How far a batch moves the network.")] = 1e-3,
    patience: Annotated[int, typer.Option(min=1, metavar="N", help="End after N judgements without a gain.")] = 4,
    device: Annotated[str, typer.Option("--device", metavar="auto|cpu|cuda", help="Where to learn.")] = "auto",
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="Seed of all that is left to chance.")] = 0,
    again: Annotated[bool, typer.Option("--again", help="Begin anew, whatever a stopped run has left.")] = False,
    workers: Annotated[int, typer.Option(min=1, metavar="N", help="Describe in N processes.")] = os.cpu_count() or 1,
    cache: Annotated[
        Path | None, typer.Option("--cache", metavar="DIR", help="Keep vectors here [default: the user's cache].")
    ] = None,
    json: Json = False,
) -> int:
    """Train a network on folders of classes.

    One class in five ends the training, and one in five judges it: figures are of classes that it never saw. After
    Ctrl-C or a kill the next run resumes. Needs lookalike[learn]; using the network does not.

    With --features any photos do: views of them say where keypoints are, and which are the same.
    """
    from lookalike.app.cli.commands.train_features import train_features
    from lookalike.app.cli.progress import bar
    from lookalike.app.documents import document
    from lookalike.search.described import evaluations_folder
    from lookalike.search.ingest.options import Options
    from lookalike.search.training.features import FeatureSettings
    from lookalike.search.training.settings import Settings, Telling
    from lookalike.search.training.train import train as trained

    place = cache or evaluations_folder()
    if features is not None:
        if (loss, miner, network, edit) != ("arcface", None, "linear", None):
            raise BadSetting("--features learns without classes: leave out --loss, --miner, --network and --edit")
        wanted = FeatureSettings(
            cast("Features", features),  # checked there
            iterations or FeatureSettings.iterations,
            batch,
            rate,
            side or FeatureSettings.side,
            views,
            seed,
            cast("Device", device),
            weights,
        )
        return train_features(folder, output, wanted, place, workers, again=again, json=json)
    settings = Settings(
        loss,
        miner,
        cast("Kind", network),  # checked there
        dim,
        side or Settings.side,
        tuple(dict.fromkeys(edit or ())),
        classes,
        pictures,
        iterations or Settings.iterations,
        rate,
        patience,
        seed,
        cast("Device", device),
    )
    with bar(common().quiet, "describing") as advance, stop_on_interrupt() as should_stop:
        found = trained(
            folder,
            output,
            settings,
            cache=place,
            options=Options(workers, on_commit=advance, should_stop=should_stop),
            telling=Telling(remark, _tell),
            again=again,
        )
    if found is None:
        remark("stopped: the same command goes on from here")
        return Exit.INTERRUPTED
    write(json_bytes(document("train", **_figures(found))) if json else lines(_told(found)))
    if found.model is None:
        return Exit.NOTHING_FOUND
    return Exit.SOME_FAILED if "not readable" in found.left_out else Exit.DONE


def _tell(progress: Progress) -> None:
    remark(
        f"{progress.iteration} of {progress.most}: loss {progress.loss:.3f}, MAP@R {progress.map_at_r:.3f} "
        f"(best {progress.best:.3f})"
    )


def _figures(found: Trial) -> dict[str, object]:
    model = found.model
    return {
        "name": model and model.name,
        "path": model and str(model.path),
        "sha256": model and model.sha256,
        "dim": model and model.facts.dim,
        "classes": found.classes,
        "pictures": found.pictures,
        "learned": found.learned,
        "judged": found.judged,
        "iteration": found.iteration,
        "gains": {name: asdict(gain) for name, gain in found.gains.items()},
        "left_out": dict(found.left_out),
    }


def _told(found: Trial) -> list[str]:
    return [
        f"{counted(found.pictures, 'picture')} of {found.classes} classes; {found.learned} were learned from, "
        f"{found.judged} of other classes judge",
        heading("MAP@R by", "before", "trained"),
        *(gained(told, gain) for told, gain in found.gains.items()),
        *_outcome(found),
    ]


def _outcome(found: Trial) -> list[str]:
    """State that was kept, and what to do next."""
    if found.model is None:
        return ["not kept: nothing was better than the beginning; try a lower --rate, another --loss, or more pictures"]
    kept = (
        f"{shown(str(found.model.path))}: {found.model.facts.dim} numbers a picture, as after {found.iteration} batches"
    )
    if all(gain.low > 0 for gain in found.gains.values()):
        describer = f"trained:model={found.model.name}"
        return [
            kept,
            f"next: lookalike index PATH --describer {describer}; lookalike search PICTURE --by trained",
        ]
    judged = "the gain may be chance" if all(gain.mean > 0 for gain in found.gains.values()) else "it finds no more"
    return [kept, f"on classes that it never saw {judged}: `lookalike adapt` solves for a map at once"]


def add_to(app: typer.Typer) -> None:
    """Registers the verb."""
    add_verb(
        app,
        train,
        "lookalike train goods --loss arcface -o goods",
        "lookalike train drawings --loss triplet --miner semi_hard --network small_convnet -o drawings",
        "lookalike train photos --features superpoint -o mine",
        group=MEASURE,
    )
