"""`lookalike models`: weights that networks need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from lookalike.app.cli.exits import Exit
from lookalike.app.cli.options import Json, OutFile
from lookalike.app.cli.output import json_bytes, lines, shown, write

if TYPE_CHECKING:
    from lookalike.models.cache import State

app = typer.Typer(help="Weights that networks need: list them, get them, remove them.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="See: lookalike models list.")]


@app.command("list")
def list_(json: Json = False, output: OutFile = None) -> int:
    """Say which weights there are, where they come from, and whether they are here."""
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


@app.command(no_args_is_help=True)
def get(
    name: Name,
    offline: Annotated[bool, typer.Option("--offline", help="Only say whether it is here.")] = False,
    json: Json = False,
) -> int:
    """Fetch weights into the cache, checked by their sha256; a broken download goes on where it stopped."""
    from lookalike.app.documents import document
    from lookalike.models.fetch import get as fetched

    path = fetched(name, offline=offline or None)
    write(json_bytes(document("models", name=name, path=str(path))) if json else lines([shown(str(path))]))
    return Exit.DONE


@app.command(no_args_is_help=True)
def rm(name: Name, json: Json = False) -> int:
    """Remove weights from the cache."""
    from lookalike.app.documents import document
    from lookalike.models.cache import remove

    freed = remove(name)
    told = f"{freed / 1e6:.1f} MB freed" if freed else f"{name} was not in the cache"
    write(json_bytes(document("models", name=name, freed=freed)) if json else lines([told]))
    return Exit.DONE if freed else Exit.NOTHING_FOUND
