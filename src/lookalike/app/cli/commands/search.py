"""`lookalike search`: pictures like a picture."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lookalike.app.cli.exits import Exit
from lookalike.app.cli.options import (
    By,
    HtmlFile,
    Json,
    JsonLines,
    LibraryFolder,
    NulPaths,
    OutFile,
    Precision,
    open_chosen,
    remark,
    weights,
)
from lookalike.app.cli.output import json_bytes, json_line, lines, note, nul_separated, shown, write
from lookalike.errors import BadPicture, BadQuery, FetchRefused

PIECE = 160
"""px of the longer side of a question up to which local features may be too few to prove what holds it."""

if TYPE_CHECKING:
    from lookalike.search.library import Library
    from lookalike.search.results import Results
    from lookalike.types import Answer, Box


def search(
    queries: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="QUERY...",
            help="A picture file, - for its bytes on stdin, an http(s) URL, or colour:#2a6f97. Several are views of "
            "one thing.",
        ),
    ] = None,
    k: Annotated[int, typer.Option("-k", "--limit", min=1, help="How many answers.")] = 20,
    by: By = None,
    where: Annotated[
        str | None,
        typer.Option(
            "--where", metavar="EXPR", help="Only among pictures that pass, as: width > 1000 and format = png"
        ),
    ] = None,
    crop: Annotated[
        str | None, typer.Option("--crop", metavar="X,Y,W,H", help="Ask about this part of the query, in px.")
    ] = None,
    any_orientation: Annotated[
        bool, typer.Option("--any-orientation", help="Also mirrored and turned by quarters, in all eight ways.")
    ] = False,
    fuse: Annotated[str, typer.Option("--fuse", metavar="NAME", help="How channels make one order: weighted, rrf.")] = (
        "weighted"
    ),
    collapse: Annotated[bool, typer.Option("--collapse", help="Fold nearly identical answers into one.")] = False,
    precision: Precision = None,
    verify: Annotated[
        int | None,
        typer.Option(
            "--verify",
            min=0,
            metavar="N",
            help="Prove by geometry what N of the best are [default: 50, 0 of --no-local].",
        ),
    ] = None,
    each: Annotated[bool, typer.Option("--each", help="Every QUERY is a question of its own.")] = False,
    queries_from: Annotated[
        str | None, typer.Option("--from", metavar="FILE", help="With --each: more queries, one a line; - for stdin.")
    ] = None,
    html: HtmlFile = None,
    library: LibraryFolder = None,
    json: Json = False,
    jsonl: JsonLines = False,
    print0: NulPaths = False,
    output: OutFile = None,
) -> int:
    """Find the pictures most like a picture, best first.

    The score is 1 for the same picture and 0 for unrelated ones, whatever the question.
    """
    asked = _Asked(
        k,
        by=weights(by),
        where=where,
        crop=_box(crop),
        fuse=fuse,
        collapse=collapse,
        precision=precision,
        verify=verify,
        orientations=any_orientation,
    )
    with open_chosen(library) as opened:
        if each:
            if html is not None or json or print0:
                raise BadQuery("--each answers with one line a question: use it with --jsonl")
            return _search_each(opened, asked, _all_queries(queries, queries_from), output)
        if queries_from is not None:
            raise BadQuery("--from goes with --each")
        results = asked.of(opened, *_sources(queries or []))
        if html is not None:
            results.save_html(html)
        write(_rendered(results, json=json, jsonl=jsonl, print0=print0), output)
        if results.searched == 0:
            remark("there is no picture to search in: the library is empty, or none passes the filter")
        elif _may_be_a_piece(results):
            remark(
                "none is proven to hold so small a picture; if it is a piece of one, `lookalike locate "
                f"{shown(results.labels[0])} -l` looks for it window by window"
            )
    return Exit.DONE if results else Exit.NOTHING_FOUND


def _may_be_a_piece(results: Results) -> bool:
    """Whether the question is too small to have many local features, and no answer has been proven by them."""
    size = results.size
    return (
        size is not None
        and max(size) <= PIECE
        and results.query.crop is None
        and all(one.relation == "similar" for one in results)
    )


@dataclass(frozen=True)
class _Asked:
    """All of a question but its pictures."""

    k: int
    by: Mapping[str, float] | None
    where: str | None
    crop: Box | None
    fuse: str
    collapse: bool
    precision: float | None
    verify: int | None
    orientations: bool

    def of(self, library: Library, *sources: str | bytes) -> Results:
        return library.search(
            *sources,
            k=self.k,
            by=self.by,
            where=self.where,
            crop=self.crop,
            fuse=self.fuse,
            collapse=self.collapse,
            precision=self.precision,
            verify=self.verify,
            orientations=self.orientations,
        )


def _search_each(library: Library, asked: _Asked, queries: Iterable[str], output: Path | None) -> int:
    """One line a question, as soon as it is answered; a query that gives no picture says so in its line."""
    from lookalike.app.documents import question_line

    kept: list[bytes] = []
    found, failed = False, False
    for query in queries:
        try:
            results = asked.of(library, *_sources([query]))
        except (BadPicture, BadQuery, FetchRefused) as error:
            failed = True
            note(f"lookalike: {error}" if repr(query) in str(error) else f"lookalike: {shown(query)}: {error}")
            line = json_line({"query": query, "error": str(error), "hits": []})
        else:
            found = found or len(results) > 0
            line = json_line(question_line(query, results))
        if output is None:
            write(line)
        else:
            kept.append(line)
    if output is not None:
        write(b"".join(kept), output)
    if failed:
        return Exit.SOME_FAILED
    return Exit.DONE if found else Exit.NOTHING_FOUND


def _all_queries(queries: list[str] | None, queries_from: str | None) -> Iterator[str]:
    yield from queries or []
    if queries_from == "-":
        yield from _unended(sys.stdin.buffer)
    elif queries_from is not None:
        try:
            with open(queries_from, "rb") as file:
                yield from _unended(file)
        except OSError as error:
            raise BadQuery(f"cannot read queries from {queries_from!r}: {error.strerror}") from error


def _unended(stream: Iterable[bytes]) -> Iterator[str]:
    for line in stream:
        if name := line.rstrip(b"\r\n"):
            yield name.decode("utf-8", "surrogateescape")


def _sources(queries: list[str]) -> list[str | bytes]:
    return [sys.stdin.buffer.read() if query == "-" else query for query in queries]


def _box(crop: str | None) -> Box | None:
    if crop is None:
        return None
    try:
        x, y, width, height = (float(number) for number in crop.split(","))
    except ValueError as error:
        raise BadQuery(f"--crop takes X,Y,W,H in px, as in --crop 10,20,300,200, not {crop!r}") from error
    return x, y, width, height


def _rendered(results: Results, *, json: bool, jsonl: bool, print0: bool) -> bytes:
    from lookalike.app.documents import hit_lines, search_document

    if json:
        return json_bytes(search_document(results))
    if jsonl:
        return b"".join(json_line(hit) for hit in hit_lines(results))
    if print0:
        return nul_separated(answer.record.path for answer in results)
    return lines(_line(rank, answer) for rank, answer in enumerate(results, start=1))


def _line(rank: int, answer: Answer) -> str:
    more = f"  (and {len(answer.also)} nearly identical)" if answer.also else ""
    sure = "" if answer.probability is None else f"{answer.probability:6.1%}  "
    return f"{rank:3}  {answer.score:.3f}  {sure}{answer.relation:9}  {shown(answer.record.path)}  {answer.why}{more}"


def add_to(app: typer.Typer) -> None:
    """Registers the verb."""
    app.command(no_args_is_help=True)(search)
