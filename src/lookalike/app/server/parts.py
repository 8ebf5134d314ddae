"""Parts of a question with weights, as a form says them: `2:text:wooden`, `-0.5:id:...`, `picture:2`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from lookalike.app.server.fields import Upload
from lookalike.errors import BadQuery
from lookalike.search.query.weighted import Weighted

_PART: Final = re.compile(
    r"(?P<minus>-?)\s*(?:(?P<weight>[^:\s-][^:\s]*):)??(?P<kind>id|url|text|words|colour|picture):(?P<value>.+)",
    re.DOTALL,
)


@dataclass(frozen=True)
class Opener:
    """How the pictures of parts are opened: of the library by id, by URL, and those that came with the request."""

    of_library: Callable[[str], Upload]
    fetched: Callable[[str], Upload]
    uploads: Sequence[Upload]

    def part(self, word: str) -> Weighted:
        """Raises `BadQuery` where the word is no part, or its weight no number above 0."""
        found = _PART.fullmatch(word)
        if found is None:
            raise BadQuery(
                f"a part is written [-][WEIGHT:]KIND:VALUE, as 2:text:wooden or -0.5:id:..., not {word[:80]!r}; kinds: "
                "id, url, text, words, colour, and picture:N for the Nth picture that was sent"
            )
        weight = _weight(found["weight"]) * (-1 if found["minus"] else 1)
        kind, value = found["kind"], found["value"].strip()
        if kind in ("text", "words", "colour"):
            return Weighted(f"{kind}:{value}", weight)
        picture = self._picture(kind, value)
        return Weighted(picture.data, weight, label=picture.name)

    def _picture(self, kind: str, value: str) -> Upload:
        if kind == "id":
            return self.of_library(value)
        if kind == "url":
            return self.fetched(value)
        if not value.isdecimal() or len(value) > 3 or not 1 <= int(value) <= len(self.uploads):
            raise BadQuery(
                f"picture:N is the Nth picture that was sent, of {len(self.uploads)}, not picture:{value[:20]}"
            )
        return self.uploads[int(value) - 1]


def named(words: Sequence[str], uploads: int) -> set[int]:
    """Places, from 0, of the uploaded pictures that parts name: these are no views of one thing."""
    found = (_PART.fullmatch(word) for word in words)
    numbers = [match["value"].strip() for match in found if match and match["kind"] == "picture"]
    return {int(number) - 1 for number in numbers if number.isdecimal() and 0 < int(number[:4]) <= uploads}


def _weight(text: str | None) -> float:
    try:
        value = 1.0 if text is None else float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise BadQuery(f"the weight of a part is a number above 0, not {str(text)[:40]!r}")
    return value
