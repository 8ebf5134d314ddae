"""`lookalike label`: words and facts of the user's own, given to pictures."""

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
from lookalike.app.cli.options import Json, LibraryFolder, OutFile, open_chosen, remark
from lookalike.app.cli.output import json_bytes, lines, shown, write
from lookalike.errors import BadQuery
from lookalike.figures import counted, percent

if TYPE_CHECKING:
    from lookalike.search.classification.suggest import Suggestion

app = typer.Typer(cls=Verbs, help="Give pictures labels, and facts as KEY=VALUE, of your own.", no_args_is_help=True)

Label = Annotated[
    str, typer.Argument(metavar="LABEL", help="A label, e.g. apple, or a fact, e.g. price=3.50 or weight=450g.")
]


def add(
    label: Label,
    paths: Paths = None,
    where: Where = None,
    library: LibraryFolder = None,
    json: Json = False,
    output: OutFile = None,
) -> int:
    """Give a label to pictures: those at and below the paths, or those that pass a filter, or both."""
    _check_some(paths, where)
    with open_chosen(library) as opened:
        added = opened.labels.add(paths or None, label, where=where)
    return _told("added", added, json=json, output=output)


def remove(
    label: Label,
    paths: Paths = None,
    where: Where = None,
    everywhere: Annotated[bool, typer.Option("--all", help="From all pictures.")] = False,
    library: LibraryFolder = None,
    json: Json = False,
    output: OutFile = None,
) -> int:
    """Take a label from pictures; of a fact its KEY is enough."""
    if not everywhere:
        _check_some(paths, where, "--all for all pictures")
    elif paths or where is not None:
        raise BadQuery("--all means all pictures: leave out the paths and --where, or leave out --all")
    with open_chosen(library) as opened:
        removed = opened.labels.remove(paths or None, label, where=where)
    return _told("removed", removed, json=json, output=output)


def list_(
    paths: Paths = None,
    where: Where = None,
    library: LibraryFolder = None,
    json: Json = False,
    output: OutFile = None,
) -> int:
    """List the labels of pictures; without a path or a filter, all labels and how many files have each."""
    from lookalike.app.documents import document, path_fields

    with open_chosen(library) as opened:
        if not paths and where is None:
            return tell_counts(opened.labels.counts(), "label", "files", output, json=json)
        found = opened.labels.listed(paths or None, where)
    rows = [{**path_fields(path), "labels": list(labels)} for path, labels in found.items()]
    if json:
        write(json_bytes(document("labels", pictures=rows)), output)
    else:
        write(lines(f"{near(path)}  {', '.join(labels)}" for path, labels in found.items()), output)
    return Exit.DONE if found else Exit.NOTHING_FOUND


def import_(
    file: Annotated[str, typer.Argument(metavar="FILE", help="CSV or JSON lines of paths and labels; - for stdin.")],
    format: Format = None,
    encoding: Encoding = None,
    library: LibraryFolder = None,
    json: Json = False,
    output: OutFile = None,
) -> int:
    """Read labels from a list. Paths start from the folder of the list; a path may be a folder or a glob."""
    from lookalike.app.documents import document

    data, beside = read_list(file)
    with open_chosen(library) as opened:
        done = opened.labels.read(data, beside=beside, format=format, encoding=encoding)
    tell_left_out(done.left_out)
    if json:
        fields = {"added": done.added, "pictures": done.pictures, "left_out": list(done.left_out)}
        write(json_bytes(document("labels", **fields)), output)
    else:
        left = f", {counted(len(done.left_out), 'line')} left out" if done.left_out else ""
        write(lines([f"{counted(done.added, 'label')} added to {counted(done.pictures, 'picture')}{left}"]), output)
    return Exit.SOME_FAILED if done.left_out else Exit.DONE


def export(
    format: Written = "csv",
    where: Where = None,
    library: LibraryFolder = None,
    output: OutFile = None,
) -> int:
    """Write all labels as a list that `import` reads."""
    from lookalike.search.label_lists import written

    with open_chosen(library) as opened:
        rows = opened.labels.rows(where)
        away = opened.labels.away() if where is None else 0
    return tell_export(written(rows, format), output, rows=len(rows), away=away, what="label")


def suggest(
    paths: Paths = None,
    where: Where = None,
    by: Annotated[
        str, typer.Option("--by", metavar="label|KEY", help="Suggest labels, or values of the fact of this key.")
    ] = "label",
    least: Annotated[float, typer.Option("--least", metavar="P", help="Only what is so likely to be right.")] = 0.5,
    keep: Annotated[bool, typer.Option("--write", help="Write the suggestions; else nothing is written.")] = False,
    library: LibraryFolder = None,
    json: Json = False,
    output: OutFile = None,
) -> int:
    """Suggest labels for pictures, from the labels of pictures that look like them, each with how likely it is."""
    from lookalike.app.classes import suggested_document
    from lookalike.search.classes import kind_of

    _check_some(paths, where, "--where 'label != *' for all without a label")
    if (kind := kind_of(by)) in ("folder", "object"):
        raise BadQuery(f"a {kind} is no label: suggest by label, or by the KEY of a fact")
    with open_chosen(library) as opened:
        found = opened.suggest_labels(paths or None, by=by, least=least, where=where)
        unsure = any(one.probability is None for one in found)
        if keep and unsure:
            raise BadQuery(
                "nothing is written without a probability: 20 pictures with two labels are needed to learn it"
            )
        if keep:
            for label in sorted({one.label for one in found}):
                opened.labels.add([one.path for one in found if one.label == label], label)
    if unsure:
        remark("no probability: too few pictures have a label, or all have the same; 20 with two labels would do")
    write(json_bytes(suggested_document(found, written=keep)) if json else lines(map(_suggested, found)), output)
    if found:
        remark(f"{counted(len(found), 'label')} {'written' if keep else 'suggested, none written: --write does'}")
    return Exit.DONE if found else Exit.NOTHING_FOUND


def _suggested(one: Suggestion) -> str:
    sure = "      ?" if one.probability is None else f"{percent(one.probability):>7}"
    return f"{sure}  {near(one.path)}  {shown(one.label)}  like {near(one.best)}"


def _check_some(paths: list[str] | None, where: str | None, or_else: str = "--where 'width > 0' for all") -> None:
    if not paths and where is None:
        raise BadQuery(f"which pictures? Name paths, or --where with a filter, or {or_else}")


def _told(done: str, count: int, *, json: bool, output: Path | None) -> int:
    from lookalike.app.documents import document

    told = lines([f"{counted(count, 'label')} {done}"])
    write(json_bytes(document("labels", **{done: count})) if json else told, output)
    return Exit.DONE


add_verb(
    app,
    add,
    "lookalike label add apple shop/fruit/",
    "lookalike label add price=3.50 a.jpg",
    "lookalike label add dusk --where 'taken = 2021-05 and keyword = evening'",
    group="Commands",
)
add_verb(app, remove, "lookalike label remove apple a.jpg", group="Commands")
add_verb(app, list_, "lookalike label list", group="Commands", name="list", needs_arguments=False)
add_verb(app, import_, "lookalike label import goods.csv", group="Commands", name="import")
add_verb(
    app,
    suggest,
    "lookalike label suggest new/",
    "lookalike label suggest --where 'label != *' --least 0.9 --write",
    group="Commands",
)
add_verb(app, export, "lookalike label export -o labels.csv", group="Commands", needs_arguments=False)
