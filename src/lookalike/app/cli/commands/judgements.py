"""`lookalike judgements`: what was liked, and not, of the answers to questions."""

from __future__ import annotations

from typing import Annotated

import typer

from lookalike.app.cli.exits import Exit
from lookalike.app.cli.help import Verbs, add_verb
from lookalike.app.cli.lists import Written
from lookalike.app.cli.options import Json, LibraryFolder, OutFile, open_chosen
from lookalike.app.cli.output import json_bytes, lines, shown, write
from lookalike.errors import BadQuery
from lookalike.figures import counted

app = typer.Typer(cls=Verbs, help="Look at, export or forget which answers you liked.", no_args_is_help=True)


def list_(library: LibraryFolder = None, json: Json = False, output: OutFile = None) -> int:
    """List the questions of which answers were judged, and how many were liked and not."""
    from lookalike.app.documents import document

    with open_chosen(library) as opened:
        found = opened.judgements.questions()
    rows = [{"question": each.asked, "liked": each.liked, "unliked": each.unliked} for each in found]
    told = (f"{each.liked:6} liked {each.unliked:6} not  {shown(each.asked)}" for each in found)
    write(json_bytes(document("judgements", questions=rows)) if json else lines(told), output)
    return Exit.DONE if found else Exit.NOTHING_FOUND


def export(
    format: Written = "csv",
    library: LibraryFolder = None,
    output: OutFile = None,
) -> int:
    """Write every judgement as a list: the question, the picture, and like or unlike."""
    from lookalike.search.judgements import written

    with open_chosen(library) as opened:
        rows = opened.judgements.rows()
    write(written(rows, format), output)
    return Exit.DONE if rows else Exit.NOTHING_FOUND


def forget(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="PATH...", help="Judgements of these pictures, and of questions with them."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All judgements.")] = False,
    library: LibraryFolder = None,
    json: Json = False,
) -> int:
    """Drop judgements. Profiles that were learned from them stay."""
    from lookalike.app.documents import document

    if bool(paths) == everything:
        raise BadQuery("which judgements? Name pictures, or --all")
    with open_chosen(library) as opened:
        gone = opened.judgements.forget(paths or None)
    write(
        json_bytes(document("judgements", forgotten=gone))
        if json
        else lines([f"{counted(gone, 'judgement')} forgotten"])
    )
    return Exit.DONE if gone else Exit.NOTHING_FOUND


add_verb(app, list_, "lookalike judgements list", group="Commands", name="list", needs_arguments=False)
add_verb(app, export, "lookalike judgements export -o judged.csv", group="Commands", needs_arguments=False)
add_verb(app, forget, "lookalike judgements forget a.jpg", group="Commands")
