"""`lookalike classify`: which of the user's classes are these pictures of?"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from lookalike.app.cli.exits import Exit
from lookalike.app.cli.help import ASK, FIND, OUTPUT, add_verb
from lookalike.app.cli.options import Json, LibraryFolder, OutFile, only_one, open_chosen, remark
from lookalike.app.cli.output import json_bytes, lines, note, shown, write
from lookalike.errors import BadPicture, BadQuery, FetchRefused
from lookalike.figures import percent, score

if TYPE_CHECKING:
    from lookalike.search.classification.classify import Classified
    from lookalike.search.library import Library

AT_ONCE = 64
"""Pictures for which the library is read once."""


def classify(
    queries: Annotated[list[str], typer.Argument(metavar="QUERY...", help="Picture files and http(s) URLs.")],
    by: Annotated[
        str,
        typer.Option(
            "--by",
            metavar="label|object|folder|KEY",
            rich_help_panel=ASK,
            help="Classes: labels, objects, folders (folder:DIR: those right below DIR), or values of a fact.",
        ),
    ] = "label",
    least: Annotated[
        float, typer.Option("--least", metavar="P", rich_help_panel=ASK, help="Name a class only if it is so likely.")
    ] = 0.5,
    where: Annotated[
        str | None,
        typer.Option("--where", metavar="EXPR", rich_help_panel=ASK, help="Classes of pictures that pass this filter."),
    ] = None,
    as_csv: Annotated[
        bool, typer.Option("--csv", rich_help_panel=OUTPUT, help="Print query,class,probability,none,best as CSV.")
    ] = False,
    json: Json = False,
    output: OutFile = None,
    library: LibraryFolder = None,
) -> int:
    """Say which class each picture is of, or none.

    Classes are labels of the library, folders, objects, or values of a fact; each comes with how likely it is.
    """
    from lookalike.app.classes import classify_document

    only_one(csv=as_csv, json=json)
    failed: list[str] = []
    with open_chosen(library) as opened:
        found = list(_classified(opened, queries, failed, by=by, least=least, where=where))
    if found and found[0].probability is None:
        remark("no probability: too few pictures have a class, or all have the same; 20 in two classes would do")
    write(_csv(found) if as_csv else json_bytes(classify_document(found)) if json else lines(map(_line, found)), output)
    if failed:
        return Exit.SOME_FAILED
    return Exit.DONE if any(one.label is not None for one in found) else Exit.NOTHING_FOUND


def _classified(
    library: Library, queries: Sequence[str], failed: list[str], *, by: str, least: float, where: str | None
) -> Iterator[Classified]:
    """Classes of those that can be read; the others are told, and added to `failed`."""
    classifier = library.classifier(by, where, least)
    waiting = iter(queries)
    while batch := list(islice(waiting, AT_ONCE)):
        asked = []
        for query in batch:
            try:
                asked.append(classifier.asked(library.sampled(query)))
            except (BadPicture, BadQuery, FetchRefused) as error:
                failed.append(query)
                note(f"lookalike: {error}" if repr(query) in str(error) else f"lookalike: {shown(query)}: {error}")
        yield from classifier.classified(asked, least)


def _line(one: Classified) -> str:
    """Probability where known, score, query, and its class, or the one that is none."""
    sure = "" if one.probability is None else f"{percent(one.probability):>7}  "
    name, alike = one.scores[0]
    named = shown(name if one.label is not None else f"none of these (most like {name})")
    return f"{sure}{score(alike)}  {shown(one.query)}  {named}"


def _csv(found: Sequence[Classified]) -> bytes:
    told = io.StringIO(newline="")
    writer = csv.writer(told)
    writer.writerow(["query", "class", "probability", "none", "best"])
    for one in found:
        sure = ["" if each is None else score(each, 4) for each in (one.probability, one.none)]
        writer.writerow([one.query, one.label or "", *sure, one.best])
    return told.getvalue().encode("utf-8", "surrogateescape")


def add_to(app: typer.Typer) -> None:
    """Registers the verb."""
    add_verb(
        app,
        classify,
        "lookalike classify new/*.jpg",
        "lookalike classify new/*.jpg --by folder --least 0.9 --csv -o classes.csv",
        group=FIND,
    )
