"""Parts of a question as they are typed, and judgements that are kept with the answers."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from lookalike.app.cli.options import remark
from lookalike.errors import BadQuery, LibraryBusy

if TYPE_CHECKING:
    from lookalike.search.library import Library
    from lookalike.search.query.weighted import Weighted
    from lookalike.search.results import Results

Part: TypeAlias = "str | bytes | Weighted"


def parts_of(queries: Sequence[str]) -> tuple[list[Part], list[Part]]:
    """Queries, and those that results should not be like, as docs/questions.md says."""
    from lookalike.search.query.grammar import signed

    plus, minus = signed(queries)
    if len(queries) == 2 and queries[0] == "-" and sys.stdin.isatty():
        raise BadQuery(
            "the - that comes first may be a picture on stdin, where there is none, or what follows is all minus: "
            "name at least one picture, text or colour that results should be like, before the -"
        )
    parts = sources_of([*plus, *minus])
    return parts[: len(plus)], parts[len(plus) :]


def sources_of(queries: Sequence[str]) -> list[Part]:
    """Queries with their weights, the picture on stdin read."""
    from lookalike.search.query.grammar import read
    from lookalike.search.query.weighted import Weighted

    words = [read(query) for query in queries]
    if sum(word.source == "-" for word in words) > 1:
        raise BadQuery("stdin holds one picture: name the other one by its path")
    parts: list[Part] = []
    for query, word in zip(queries, words, strict=True):
        if word.source != "-":
            parts.append(word.part if word.is_weighted else query)
        else:
            data = sys.stdin.buffer.read()
            parts.append(Weighted(data, word.weight, label="-") if word.is_weighted else data)
    return parts


def keep_judgements(library: Library, results: Results) -> None:
    """Keeps what was liked, and not; a library that cannot be written to now has answered all the same."""
    query = results.query
    if not (query.like or query.unlike):
        return
    try:
        library.judgements.keep(results.question, query.like, query.unlike)
    except (LibraryBusy, OSError) as error:
        remark(f"the judgements count for this search and were not kept: {error}")


def nothing_searched(where: str | None) -> str:
    """Why no picture was searched, and what helps."""
    if where is None:
        return "no picture was searched: the library is empty; `lookalike index PATH` fills it"
    known = "; `lookalike label list` tells the labels that you gave" if "label" in where else ""
    return f"no picture was searched: none of the library passes --where {where!r}{known}"
