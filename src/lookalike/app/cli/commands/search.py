"""`lookalike search`: pictures like a picture."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lookalike.app.cli.columns import COLOURS, coloured, near, reason, styled
from lookalike.app.cli.commands.search_parts import Part, keep_judgements, nothing_searched, parts_of, sources_of
from lookalike.app.cli.exits import Exit, name_of
from lookalike.app.cli.help import ASK, COMPARE, FIND, OUTPUT, add_verb
from lookalike.app.cli.options import (
    By,
    HtmlFile,
    Json,
    JsonLines,
    LibraryFolder,
    Long,
    NulPaths,
    OutFile,
    Precision,
    only_one,
    open_chosen,
    remark,
    weights,
)
from lookalike.app.cli.output import json_bytes, json_line, lines, note, nul_separated, shown, write
from lookalike.app.cli.things import As, GroupBy, Least, Vote, thing_lines
from lookalike.errors import BadPicture, BadQuery, FetchRefused
from lookalike.figures import counted, percent, score

SHOWN = 100
"""Characters of a query that a message repeats."""
PIECE = 160
"""px of the longer side of a question up to which local features may be too few to prove what holds it."""

if TYPE_CHECKING:
    from lookalike.search.library import Library
    from lookalike.search.query.things import Things
    from lookalike.search.results import Results
    from lookalike.types import Box


def search(
    queries: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="QUERY...",
            help="A picture file, - for its bytes on stdin, an http(s) URL, text:WORDS, or colour:#2a6f97. Several "
            "pictures are views of one thing; 2:QUERY counts twice, and is a part of its own; after a - between two "
            "queries comes what results should not be like.",
        ),
    ] = None,
    crop: Annotated[
        str | None,
        typer.Option(
            "--crop", metavar="X,Y,W,H", rich_help_panel=ASK, help="Search for this part of the query, in pixels."
        ),
    ] = None,
    any_orientation: Annotated[
        bool,
        typer.Option(
            "--any-orientation", rich_help_panel=ASK, help="Also try the query mirrored and turned, in all eight ways."
        ),
    ] = False,
    where: Annotated[
        str | None,
        typer.Option(
            "--where",
            metavar="EXPR",
            rich_help_panel=ASK,
            help="Search only pictures that pass this filter, e.g. 'width > 1000 and format = png'.",
        ),
    ] = None,
    like: Annotated[
        list[str] | None,
        typer.Option(
            "--like",
            metavar="PATH",
            rich_help_panel=ASK,
            help="An answer that you like; it is kept. Repeat it for more.",
        ),
    ] = None,
    unlike: Annotated[
        list[str] | None,
        typer.Option(
            "--unlike", metavar="PATH", rich_help_panel=ASK, help="An answer that you do not want; it is kept."
        ),
    ] = None,
    lang: Annotated[
        str | None,
        typer.Option(
            "--lang", metavar="CODE", rich_help_panel=ASK, help="The language of text:... [default: en, English]."
        ),
    ] = None,
    each: Annotated[
        bool, typer.Option("--each", rich_help_panel=ASK, help="Treat each QUERY as a separate question.")
    ] = False,
    queries_from: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="FILE",
            rich_help_panel=ASK,
            help="With --each: read queries from this file, one a line, or from stdin with -.",
        ),
    ] = None,
    by: By = None,
    profile: Annotated[
        str | None,
        typer.Option("--profile", metavar="NAME", rich_help_panel=COMPARE, help="Compare as `lookalike tune` learned."),
    ] = None,
    rerank: Annotated[
        str | None,
        typer.Option(
            "--rerank",
            metavar="NAME[:FIELD=VALUE]",
            rich_help_panel=COMPARE,
            help="Order the best candidates anew by how alike they are to each other, e.g. k_reciprocal.",
        ),
    ] = None,
    fuse: Annotated[
        str,
        typer.Option(
            "--fuse",
            metavar="NAME",
            rich_help_panel=COMPARE,
            help="How channels are combined into one ranking: weighted or rrf.",
        ),
    ] = "weighted",
    verify: Annotated[
        int | None,
        typer.Option(
            "--verify",
            min=0,
            metavar="N",
            rich_help_panel=COMPARE,
            help="Verify the N best candidates by local features and geometry [default: 50; 0 without local features].",
        ),
    ] = None,
    thorough: Annotated[
        bool,
        typer.Option(
            "--thorough",
            rich_help_panel=COMPARE,
            help="Look again at the best candidates by networks: another season, light or viewpoint. Takes seconds.",
        ),
    ] = False,
    precision: Precision = None,
    k: Annotated[
        int, typer.Option("-k", "--limit", min=1, metavar="K", rich_help_panel=OUTPUT, help="Show at most K results.")
    ] = 20,
    collapse: Annotated[
        bool, typer.Option("--collapse", rich_help_panel=OUTPUT, help="Show near-identical results as one.")
    ] = False,
    as_: As = None,
    group_by: GroupBy = None,
    least: Least = None,
    vote: Vote = None,
    long: Long = False,
    json: Json = False,
    jsonl: JsonLines = False,
    print0: NulPaths = False,
    html: HtmlFile = None,
    output: OutFile = None,
    library: LibraryFolder = None,
) -> int:
    """Find the pictures most like a picture, best first.

    The score is 1 for the same picture and 0 for an unrelated one. It is comparable between queries.
    """
    only_one(json=json, jsonl=jsonl, print0=print0, long=long)
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
        lang=lang,
        profile=profile,
        rerank=rerank,
        thorough=thorough,
        like=like or (),
        unlike=unlike or (),
        things=_things(group_by, as_, least, vote),
    )
    with open_chosen(library) as opened:
        if each:
            if like or unlike:
                raise BadQuery(
                    "judgements are about the answers to one question: leave out --each, or --like and --unlike"
                )
            if html is not None or json or print0 or long:
                raise BadQuery("--each prints one JSON line for each query: leave out --html, --json, -0 and --long")
            return _search_each(opened, asked, _all_queries(queries, queries_from), output)
        if queries_from is not None:
            raise BadQuery("--from needs --each")
        plus, minus = parts_of(queries or [])
        results = asked.of(opened, *plus, minus=minus)
        keep_judgements(opened, results)
        if html is not None:
            results.save_html(html)
        if json or jsonl or print0:
            write(_data(results, json=json, jsonl=jsonl), output)
        else:
            write(lines(_long(results) if long else _short(results, colour=coloured(output))), output)
        _remark_on(results)
    return Exit.DONE if results else Exit.NOTHING_FOUND


def _remark_on(results: Results) -> None:
    if results.searched == 0:
        remark(nothing_searched(results.query.where))
    elif _may_be_a_piece(results):
        remark(
            "no picture is verified to hold so small a query; if it is a piece of one, search for it window by window: "
            f"lookalike locate {shown(results.labels[0])} -l"
        )
    if lost := sum(answer.file != "unchanged" for answer in results):
        remark(
            f"{counted(lost, 'file')} of these {'is' if lost == 1 else 'are'} gone or changed: "
            "run `lookalike index` on the folder again"
        )


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
    lang: str | None
    profile: str | None
    rerank: str | None
    thorough: bool
    like: Sequence[str]
    unlike: Sequence[str]
    things: Things | None

    def of(self, library: Library, *sources: Part, minus: Sequence[Part] = ()) -> Results:
        return library.search(
            *sources,
            minus=minus,
            k=self.k,
            by=self.by,
            where=self.where,
            crop=self.crop,
            fuse=self.fuse,
            collapse=self.collapse,
            precision=self.precision,
            verify=self.verify,
            orientations=self.orientations,
            lang=self.lang,
            profile=self.profile,
            rerank=self.rerank,
            thorough=self.thorough,
            like=self.like,
            unlike=self.unlike,
            things=self.things,
        )


def _search_each(library: Library, asked: _Asked, queries: Iterable[str], output: Path | None) -> int:
    """One line a question, as soon as it is answered; a query that gives no picture says so in its line."""
    from lookalike.app.documents import failed_question_line, question_line

    kept: list[bytes] = []
    found, failed = False, False
    for query in queries:
        try:
            results = asked.of(library, *sources_of([query]))
        except (BadPicture, BadQuery, FetchRefused) as error:
            failed = True
            note(f"lookalike: {error}" if repr(query) in str(error) else f"lookalike: {shown(query[:SHOWN])}: {error}")
            line = json_line(failed_question_line(query, name_of(error), str(error)))
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
    if queries_from == "-" and "-" in (queries or []):
        raise BadQuery("stdin holds either one picture or the queries: leave out QUERY - or --from -")
    yield from queries or []
    if queries_from == "-":
        yield from _unended(sys.stdin.buffer)
    elif queries_from is not None:
        try:
            with open(queries_from, "rb") as file:
                yield from _unended(file)
        except OSError as error:
            raise BadQuery(f"cannot read queries from {queries_from!r}: {error.strerror}", path=queries_from) from error


def _unended(stream: Iterable[bytes]) -> Iterator[str]:
    """The lines that are not empty; a file named - is written ./-, since stdin is read here already."""
    for line in stream:
        if name := line.rstrip(b"\r\n"):
            yield "./-" if name == b"-" else name.decode("utf-8", "surrogateescape")


def _box(crop: str | None) -> Box | None:
    if crop is None:
        return None
    try:
        x, y, width, height = (float(number) for number in crop.split(","))
    except ValueError as error:
        raise BadQuery(f"--crop takes X,Y,W,H in pixels, e.g. --crop 10,20,300,200, not {crop!r}") from error
    return x, y, width, height


def _data(results: Results, *, json: bool, jsonl: bool) -> bytes:
    from lookalike.app.documents import hit_lines, search_document

    if json:
        return json_bytes(search_document(results))
    if jsonl:
        return b"".join(json_line(hit) for hit in hit_lines(results))
    return nul_separated(answer.record.path for answer in results)


def _things(group_by: str | None, as_: str | None, least: float | None, vote: str | None) -> Things | None:
    from lookalike.search.query.things import Things

    return Things.asked(group_by, as_, least, vote)


def _short(results: Results, *, colour: bool) -> Iterator[str]:
    """Two lines for each answer: rank, score, probability where known, relation and near path; below them, why."""
    if results.things is not None:
        yield from thing_lines(results, colour=colour)
        return
    for rank, answer in enumerate(results, start=1):
        sure = "" if answer.probability is None else f"{percent(answer.probability):>7}  "
        relation = styled(f"{answer.relation:9}", COLOURS.get(answer.relation), colour=colour)
        more = f"  and {counted(len(answer.also), 'near-identical file')}" if answer.also else ""
        yield f"{rank:3}  {score(answer.score)}  {sure}{relation}  {near(answer.record.path)}{more}"
        yield from reason(answer.why, 5, colour=colour)


def _long(results: Results) -> Iterator[str]:
    for rank, answer in enumerate(results, start=1):
        more = f"  (and {counted(len(answer.also), 'near-identical file')})" if answer.also else ""
        sure = "" if answer.probability is None else f"{percent(answer.probability):>7}  "
        path = shown(answer.record.path)
        yield f"{rank:3}  {score(answer.score)}  {sure}{answer.relation:9}  {path}  {answer.why}{more}"


def add_to(app: typer.Typer) -> None:
    """Registers the verb."""
    add_verb(
        app,
        search,
        "lookalike search holiday.jpg --html result.html",
        "lookalike search holiday.jpg --crop 100,80,300,200 --where 'width > 1000'",
        "lookalike search beach.jpg - people.jpg",
        'lookalike search 2:chair.jpg "text:wooden" - armchair.jpg colour:teal',
        'lookalike search "text:a dog in the snow"',
        "lookalike search new.jpg --group-by object --least 0.9",
        "lookalike search --each --from queries.txt --jsonl",
        group=FIND,
    )
