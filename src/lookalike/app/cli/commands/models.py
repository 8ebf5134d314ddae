"""`lookalike models`: weights that networks need."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lookalike.app.cli.exits import Exit
from lookalike.app.cli.help import Verbs, add_verb
from lookalike.app.cli.options import Json, OutFile
from lookalike.app.cli.output import json_bytes, lines, shown, write
from lookalike.figures import file_size

if TYPE_CHECKING:
    from lookalike.models.cache import State
    from lookalike.models.own_weights import OwnWeights
    from lookalike.models.towers.added import Added
    from lookalike.models.trained import Trained

app = typer.Typer(cls=Verbs, help="List, download and remove the weights of networks.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The weights (list: lookalike models list).")]


def list_(json: Json = False, output: OutFile = None) -> int:
    """List the weights: size, licence, source, and whether they are here."""
    from lookalike.app.documents import models_document
    from lookalike.models.cache import states
    from lookalike.models.own_weights import own_weights
    from lookalike.models.towers.added import all_added
    from lookalike.models.trained import all_trained

    if json:
        write(json_bytes(models_document(states(), all_added(), all_trained(), own_weights())), output)
    else:
        own = [*map(_added_line, all_added()), *map(_trained_line, all_trained()), *map(_own_line, own_weights())]
        write(lines([*map(_line, states()), *own]), output)
    return Exit.DONE


def _added_line(model: Added) -> str:
    about = (
        f"your own, {model.recipe.layout}: `index PATH --describer clip:model={model.name}`; {shown(str(model.root))}"
    )
    return f"{model.name:20} {'added':7} {model.bytes / 1e6:6.1f} MB  {'yours':12} {about}"


def _trained_line(model: Trained) -> str:
    about = f"{model.facts.about}: `index PATH --describer trained:model={model.name}`"
    return f"{model.name:20} {'trained':7} {model.bytes / 1e6:6.1f} MB  {'yours':12} {about}"


def _own_line(weights: OwnWeights) -> str:
    about = f"{weights.kind}, learned from photos: {weights.kind}:weights={weights.name}"
    return f"{weights.name:20} {'trained':7} {weights.bytes / 1e6:6.1f} MB  {'yours':12} {about}"


def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What to call the model from now on.")],
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The folder that holds it.")],
    variant: Annotated[
        str | None,
        typer.Option("--variant", metavar="NAME", help="Take these graphs, e.g. quantized [default: the most exact]."),
    ] = None,
    json: Json = False,
) -> int:
    """Make a CLIP or SigLIP of your own known under a name.

    PATH is a folder as transformers.js, Optimum or Immich have it. It is tried, and stays where it is.
    """
    from lookalike.app.documents import added_fields, document
    from lookalike.models.towers.added import add as added

    model = added(name, path, variant)
    told = f"{name}: {model.recipe.dim} numbers a picture; next: lookalike index PATH --describer clip:model={name}"
    write(json_bytes(document("models", **added_fields(model))) if json else lines([told]))
    return Exit.DONE


def _line(state: State) -> str:
    weights, here = state.weights, "here" if state.path else "to get"
    return f"{weights.name:20} {here:7} {weights.bytes / 1e6:6.1f} MB  {weights.licence:12} {weights.about}"


def get(
    name: Name,
    offline: Annotated[
        bool, typer.Option("--offline", help="Download nothing; only check whether it is here.")
    ] = False,
    json: Json = False,
) -> int:
    """Download weights into the cache.

    The sha256 is checked. A broken download resumes.
    """
    from lookalike.app.documents import document
    from lookalike.models.fetch import get as fetched

    path = fetched(name, offline=offline or None)
    write(json_bytes(document("models", name=name, path=str(path))) if json else lines([shown(str(path))]))
    return Exit.DONE


def rm(name: Name, json: Json = False) -> int:
    """Remove weights from the cache, or a network that was trained, or forget a model that was added.

    The files of an added model stay.
    """
    from lookalike.app.documents import document
    from lookalike.models.cache import remove
    from lookalike.models.towers.added import forget
    from lookalike.models.trained import forget as drop_trained

    if forget(name):
        write(json_bytes(document("models", name=name, freed=0)) if json else lines([f"{name} is forgotten"]))
        return Exit.DONE
    freed = drop_trained(name) or remove(name)
    told = f"{file_size(freed)} freed" if freed else f"{name} was not in the cache"
    write(json_bytes(document("models", name=name, freed=freed)) if json else lines([told]))
    return Exit.DONE if freed else Exit.NOTHING_FOUND


add_verb(app, list_, "lookalike models list", group="Commands", name="list", needs_arguments=False)
add_verb(app, get, "lookalike models get xfeat", group="Commands")
add_verb(app, add, "lookalike models add my-clip ~/models/clip-vit-base-patch32", group="Commands")
add_verb(app, rm, "lookalike models rm xfeat", group="Commands")
