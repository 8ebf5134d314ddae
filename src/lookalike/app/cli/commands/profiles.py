"""`lookalike profiles`: weights that `tune` learned."""

from __future__ import annotations

import json as json_
from typing import Annotated

import typer

from lookalike.app.cli.exits import Exit
from lookalike.app.cli.help import Verbs, add_verb
from lookalike.app.cli.options import Json, LibraryFolder, OutFile, open_chosen
from lookalike.app.cli.output import json_bytes, lines, write

app = typer.Typer(cls=Verbs, help="Look at, export or revert what tune learned.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the profile.")]


def list_(library: LibraryFolder = None, json: Json = False, output: OutFile = None) -> int:
    """List profiles: what they learned from, and their gain over the default."""
    from lookalike.app.documents import document

    with open_chosen(library) as opened:
        found = opened.profiles()
    rows = [{"name": name, **json_.loads(each.to_json())} for name, each in found.items()]
    told = (
        f"{name:16}  {each.gain[0]:+.3f} ({each.gain[1]:+.3f} to {each.gain[2]:+.3f})  from {each.source}: "
        + ", ".join(f"{channel} {weight:.2f}" for channel, weight in each.weights.items())
        + (f"; {each.rerank}" if each.rerank else "")
        for name, each in found.items()
    )
    write(json_bytes(document("profiles", profiles=rows)) if json else lines(told), output)
    return Exit.DONE if found else Exit.NOTHING_FOUND


def export(name: Name, library: LibraryFolder = None, output: OutFile = None) -> int:
    """Write a profile as JSON."""
    from lookalike.app.documents import document
    from lookalike.errors import UnknownName

    with open_chosen(library) as opened:
        found = opened.profiles()
    if name not in found:
        raise UnknownName("profile", name, found)
    write(json_bytes(document("profile", name=name, **json_.loads(found[name].to_json()))), output)
    return Exit.DONE


def revert(name: Name, library: LibraryFolder = None, json: Json = False) -> int:
    """Bring back the profile that was there before the last tune; where there was none, drop it."""
    from lookalike.app.documents import document

    with open_chosen(library) as opened:
        there = opened.revert_profile(name)
    told = f"{name} is again as it was before" if there else f"{name} is dropped: the default counts"
    write(json_bytes(document("profiles", reverted=name, there=there)) if json else lines([told]))
    return Exit.DONE


add_verb(app, list_, "lookalike profiles list", group="Commands", name="list", needs_arguments=False)
add_verb(app, export, "lookalike profiles export products -o products.json", group="Commands")
add_verb(app, revert, "lookalike profiles revert products", group="Commands")
