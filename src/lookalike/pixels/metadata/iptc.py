"""Facts of IPTC data sets [IPTC-NAA Information Interchange Model 4.2]."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Final

from lookalike.facts import Facts
from lookalike.pixels.metadata.words import MOST_KEYWORDS, caption, clean, keywords

_TITLE, _KEYWORD, _DATE, _TIME, _CAPTION = (2, 5), (2, 25), (2, 55), (2, 60), (2, 120)
_MOST_SETS: Final = 4 * MOST_KEYWORDS


def facts_of_iptc(data: bytes) -> Facts:
    """Facts that the data sets tell."""
    found: dict[tuple[int, int], list[str]] = defaultdict(list)
    for number, (key, value) in enumerate(_data_sets(data)):
        if number == _MOST_SETS:
            break
        found[key].append(_text(value))
    said = {key: " ".join(values[:1]) for key, values in found.items()}
    return Facts(
        taken=_time(said.get(_DATE, ""), said.get(_TIME, "")),
        title=clean(said.get(_TITLE, "")),
        caption=caption(said.get(_CAPTION, "")),
        keywords=keywords(found[_KEYWORD]),
    )


def _data_sets(data: bytes) -> Iterator[tuple[tuple[int, int], bytes]]:
    """((record, number), value) of each whole one; an extended one, of 32 kB or more, ends them."""
    at = 0
    while at + 5 <= len(data) and data[at] == 0x1C:
        size = int.from_bytes(data[at + 3 : at + 5], "big")
        if size >= 0x8000 or at + 5 + size > len(data):
            return
        yield (data[at + 1], data[at + 2]), data[at + 5 : at + 5 + size]
        at += 5 + size


def _text(value: bytes) -> str:
    """UTF-8, as most write whether they say so or not, else Latin-1."""
    with suppress(UnicodeDecodeError):
        return value.decode("utf-8")
    return value.decode("latin-1")


def _time(day: str, time: str) -> str | None:
    """CCYYMMDD and HHMMSS as ISO 8601; the day alone where there is no time."""
    with suppress(ValueError):
        return datetime.strptime(day + time[:6], "%Y%m%d%H%M%S").isoformat()
    with suppress(ValueError):
        return datetime.strptime(day, "%Y%m%d").date().isoformat()
    return None
