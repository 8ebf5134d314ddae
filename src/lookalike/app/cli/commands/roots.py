"""`lookalike roots`: where the files of a library lie."""

from __future__ import annotations

from typing import Annotated

import typer

from lookalike.app.cli.exits import Exit
from lookalike.app.cli.help import Verbs, add_verb
from lookalike.app.cli.options import Json, LibraryFolder, OutFile, open_chosen
from lookalike.app.cli.output import json_bytes, lines, shown, write

app = typer.Typer(cls=Verbs, help="List and move the folders of the library.", no_args_is_help=True)


def list_(library: LibraryFolder = None, json: Json = False, output: OutFile = None) -> int:
    """List the folders that hold the library's files, and say whether they are there."""
    from lookalike.app.documents import document, path_fields

    with open_chosen(library) as opened:
        roots = opened.roots()
    if json:
        rows = [{**path_fields(root.path), "files": root.files, "there": root.is_there} for root in roots]
        write(json_bytes(document("roots", roots=rows)), output)
    else:
        told = (f"{root.files:9}  {shown(root.path)}{'' if root.is_there else '  (not there)'}" for root in roots)
        write(lines(told), output)
    return Exit.DONE if roots else Exit.NOTHING_FOUND


def move(
    old: Annotated[str, typer.Argument(metavar="OLD", help="A folder, as the library knows it.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The folder where its files are now.")],
    library: LibraryFolder = None,
    json: Json = False,
    output: OutFile = None,
) -> int:
    """Tell the library that the files below OLD are below NEW now. No picture is read or described again."""
    from lookalike.app.documents import document

    with open_chosen(library) as opened:
        moved = opened.move_root(old, new)
    write(json_bytes(document("roots", moved=moved)) if json else lines([f"{moved} files moved"]), output)
    return Exit.DONE


add_verb(app, list_, "lookalike roots list", group="Commands", name="list", needs_arguments=False)
add_verb(app, move, "lookalike roots move /media/old /media/new", group="Commands")
