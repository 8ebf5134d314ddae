"""`lookalike objects`: things of which the library has several views."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lookalike.app.cli.columns import near
from lookalike.app.cli.exits import Exit
from lookalike.app.cli.help import Verbs, add_verb
from lookalike.app.cli.lists import (
    Encoding,
    Format,
    Paths,
    Where,
    Written,
    read_list,
    tell_counts,
    tell_export,
    tell_left_out,
)
from lookalike.app.cli.options import Json, LibraryFolder, OutFile, open_chosen
from lookalike.app.cli.output import json_bytes, lines, shown, write
from lookalike.errors import BadQuery
from lookalike.figures import counted

if TYPE_CHECKING:
    from lookalike.search.objects import Gathered

app = typer.Typer(cls=Verbs, help="Say which pictures are views of one object.", no_args_is_help=True)

Names = Annotated[list[str] | None, typer.Argument(metavar="OBJECT...", help="Names of objects.", show_default=False)]


def import_(
    file: Annotated[
        str | None, typer.Argument(metavar="FILE", help="CSV or JSON lines of paths and objects; - for stdin.")
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            "--by", metavar="folder|label|KEY", help="Make an object of each folder, label, or value of a fact."
        ),
    ] = None,
    where: Where = None,
    format: Format = None,
    encoding: Encoding = None,
    library: LibraryFolder = None,
    json: Json = False,
    output: OutFile = None,
) -> int:
    """Read which pictures are views of which object from a list, or from folders, labels or a fact.

    Paths of a list start from its folder; a path may be a folder or a glob.
    """
    if (file is None) == (by is None):
        raise BadQuery("name a list, or --by folder, label or the KEY of a fact, one of the two")
    if file is None:
        with open_chosen(library) as opened:
            done = opened.objects.gather(by or "", where=where)
    elif where is not None:
        raise BadQuery("--where goes with --by: a list names its pictures itself")
    else:
        data, beside = read_list(file)
        with open_chosen(library) as opened:
            done = opened.objects.read(data, beside=beside, format=format, encoding=encoding)
    _tell(done, json=json, output=output)
    return Exit.SOME_FAILED if done.left_out else Exit.DONE


def add(
    name: Annotated[str, typer.Argument(metavar="OBJECT", help="Name of the object, e.g. 'blue mug'.")],
    paths: Paths = None,
    where: Where = None,
    library: LibraryFolder = None,
    json: Json = False,
    output: OutFile = None,
) -> int:
    """Make pictures views of an object: those at and below the paths, or those that pass a filter, or both."""
    if not paths and where is None:
        raise BadQuery("which pictures? Name paths, or --where with a filter")
    with open_chosen(library) as opened:
        done = opened.objects.add(paths or None, name, where=where)
    _tell(done, json=json, output=output)
    return Exit.DONE


def list_(
    names: Names = None,
    where: Where = None,
    library: LibraryFolder = None,
    json: Json = False,
    output: OutFile = None,
) -> int:
    """List the views of objects; without a name or a filter, all objects and how many files show each."""
    from lookalike.app.documents import document, path_fields

    with open_chosen(library) as opened:
        if not names and where is None:
            return tell_counts(opened.objects.counts(), "object", "views", output, json=json)
        rows = opened.objects.rows(names or (), where)
    if json:
        write(
            json_bytes(document("objects", views=[{**path_fields(path), "object": name} for path, name in rows])),
            output,
        )
    else:
        write(lines(f"{near(path)}  {shown(name)}" for path, name in rows), output)
    return Exit.DONE if rows else Exit.NOTHING_FOUND


def export(
    format: Written = "csv",
    where: Where = None,
    library: LibraryFolder = None,
    output: OutFile = None,
) -> int:
    """Write all objects as a list that `import` reads."""
    from lookalike.search.object_lists import written

    with open_chosen(library) as opened:
        rows = opened.objects.rows(where=where)
        away = opened.objects.away() if where is None else 0
    return tell_export(written(rows, format), output, rows=len(rows), away=away, what="view")


def remove(
    names: Names = None,
    path: Annotated[
        list[str] | None, typer.Option("--path", metavar="PATH", help="Pictures at and below it. Again for several.")
    ] = None,
    where: Where = None,
    everything: Annotated[bool, typer.Option("--all", help="All objects.")] = False,
    library: LibraryFolder = None,
    json: Json = False,
    output: OutFile = None,
) -> int:
    """Let pictures be views of no object: those of the named objects, or those at a path, or that pass a filter."""
    from lookalike.app.documents import document

    some = bool(names or path) or where is not None
    if some == everything:
        raise BadQuery("which objects? Name them, or --path, or --where with a filter, or --all, which goes with none")
    with open_chosen(library) as opened:
        removed = opened.objects.remove(*(names or ()), paths=path or None, where=where)
    told = lines([f"{counted(removed, 'view')} removed; no picture was touched"])
    write(json_bytes(document("objects", removed=removed)) if json else told, output)
    return Exit.DONE


def _tell(done: Gathered, *, json: bool, output: Path | None) -> None:
    from lookalike.app.documents import document

    tell_left_out(done.left_out)
    if json:
        fields = {"views": done.views, "objects": done.objects, "moved": done.moved, "left_out": list(done.left_out)}
        write(json_bytes(document("objects", **fields)), output)
        return
    moved = f", {done.moved} of another object before" if done.moved else ""
    left = f"; {len(done.left_out)} left out" if done.left_out else ""
    write(lines([f"{counted(done.views, 'view')} of {counted(done.objects, 'object')}{moved}{left}"]), output)


add_verb(
    app,
    import_,
    "lookalike objects import goods.csv",
    "lookalike objects import --by folder --where 'path = shop/*'",
    group="Commands",
    name="import",
)
add_verb(app, add, "lookalike objects add 'blue mug' mug/front.jpg mug/back.jpg", group="Commands")
add_verb(app, list_, "lookalike objects list", group="Commands", name="list", needs_arguments=False)
add_verb(app, export, "lookalike objects export -o objects.csv", group="Commands", needs_arguments=False)
add_verb(app, remove, "lookalike objects remove 'blue mug'", group="Commands")
