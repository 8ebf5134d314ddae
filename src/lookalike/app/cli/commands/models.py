"""`lookalike models`: weights that networks need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from lookalike.app.cli.exits import Exit
from lookalike.app.cli.help import Verbs, add_verb
from lookalike.app.cli.options import Json, OutFile
from lookalike.app.cli.output import json_bytes, lines, shown, write
from lookalike.figures import file_size

if TYPE_CHECKING:
    from lookalike.models.cache import State

app = typer.Typer(cls=Verbs, help="List, download and remove the weights of networks.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The weights (list: lookalike models list).")]


def list_(json: Json = False, output: OutFile = None) -> int:
    """List the weights: size, licence, source, and whether they are here."""
    from lookalike.app.documents import models_document
    from lookalike.models.cache import states

    if json:
        write(json_bytes(models_document(states())), output)
    else:
        write(lines(map(_line, states())), output)
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
    """Remove weights from the cache."""
    from lookalike.app.documents import document
    from lookalike.models.cache import remove

    freed = remove(name)
    told = f"{file_size(freed)} freed" if freed else f"{name} was not in the cache"
    write(json_bytes(document("models", name=name, freed=freed)) if json else lines([told]))
    return Exit.DONE if freed else Exit.NOTHING_FOUND


add_verb(app, list_, "lookalike models list", group="Commands", name="list", needs_arguments=False)
add_verb(app, get, "lookalike models get xfeat", group="Commands")
add_verb(app, rm, "lookalike models rm xfeat", group="Commands")
