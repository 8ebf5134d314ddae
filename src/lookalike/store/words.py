"""Words of a picture as tokens: of its names, its folders, its labels and its facts. Every store keeps the same."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Final, Literal, TypeAlias, get_args

from lookalike.facts import Facts
from lookalike.types import Record

Field: TypeAlias = Literal["name", "folders", "labels", "caption", "camera"]
FIELDS: tuple[Field, ...] = get_args(Field)
WEIGHTS: Mapping[Field, float] = {"name": 4.0, "folders": 2.0, "labels": 6.0, "caption": 4.0, "camera": 1.0}
"""By how many a word in a field counts for."""
K1: Final = 1.2
B: Final = 0.75
"""Constants of BM25 [Robertson & Zaragoza, The probabilistic relevance framework, 2009], those of SQLite's FTS5."""
LEAST_IDF: Final = 1e-6
"""Weight of a word that half of the pictures or more have, as in FTS5."""

_MARKS: Final = (
    "\\u0591-\\u05c7\\u0610-\\u061a\\u064b-\\u0670\\u06d6-\\u06ed\\u0900-\\u0963\\u0966-\\u0dff"
    "\\u0e30-\\u0eff\\u0f71-\\u109f\\u17b6-\\u17d3"
)
"""Signs that are parts of words though they are no letters: vowels of Hebrew, Arabic, Devanagari and their kin."""
_LETTER: Final = rf"(?:[^\W_]|[{_MARKS}])"
_RUN: Final = re.compile(rf"{_LETTER}+(?:['’]{_LETTER}+)*")
_PARTS: Final = re.compile(r"\d+|[^\d]+")
_ACCENTS: Final = re.compile("[\u0300-\u036f]")
_WITHOUT_SPACES: Final = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af\u0e00-\u0e7f]")
"""Letters of scripts that part no words: Japanese, Chinese, Korean, Thai. Each is a token."""


def document(records: Sequence[Record]) -> dict[Field, list[str]]:
    """Tokens of a content by field, given all of its files."""
    paths = [os.path.split(record.path) for record in records]
    facts = records[0].facts
    for record in records[1:]:
        facts = facts.over(record.facts)
    return {
        "name": _of_all(os.path.splitext(name)[0] for _, name in paths),  # noqa: PTH122  a name of any bytes
        "folders": _of_all({folder for folder, _ in paths}),
        "labels": _of_all([*map(str, records[0].labels), records[0].object]),
        "caption": _of_all([facts.title or "", facts.caption or "", *(facts.keywords or ())]),
        "camera": _of_all([facts.camera or "", facts.lens or "", *_of_time(facts)]),
    }


def tokens(text: str) -> list[str]:
    """The finest parts of `text` in order, then what they are parts of: iPhone12 is i, phone, 12, iphone, iphone12."""
    return [*_tokens(text)]


@lru_cache(1024)
def _tokens(text: str) -> tuple[str, ...]:
    """Tokens of `text`, remembered: thousands of pictures share their folders."""
    runs = [match[0] for match in _RUN.finditer(_plain(text))]
    fine = [part for run in runs for part in _fine(run)]
    return (*fine, *(whole for run in runs for whole in _wholes(run)))


def phrase(text: str) -> list[str]:
    """Tokens that stand side by side in what holds these words."""
    return [part for match in _RUN.finditer(_plain(text)) for part in _fine(match[0])]


def word(text: str) -> list[str]:
    """Token of a word, and several where it is of several, as in well-known."""
    runs = [match[0] for match in _RUN.finditer(_plain(text))]
    return [token for run in runs for token in ([_folded(run)] if _is_spaced(run) else _fine(run))]


def _of_all(texts: Iterable[str]) -> list[str]:
    return [token for text in texts for token in tokens(text)]


def _of_time(facts: Facts) -> list[str]:
    """Year, and the month in English."""
    if facts.taken is None:
        return []
    year, month = facts.taken[:4], facts.taken[5:7]
    return [year, *([date(2000, int(month), 1).strftime("%B")] if month else [])]


def _plain(text: str) -> str:
    """Without accents, compatible letters as one: ﬁ is fi, é is e, ² is 2."""
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFKD", text)))


def _folded(run: str) -> str:
    return run.casefold().replace("'", "").replace("’", "")


def _is_spaced(run: str) -> bool:
    return _WITHOUT_SPACES.search(run) is None


def _fine(run: str) -> Iterator[str]:
    for part in _PARTS.findall(run.replace("'", "").replace("’", "")):
        if _is_spaced(part):
            yield from (each.casefold() for each in _humps(part))
        else:
            yield from part


def _humps(part: str) -> list[str]:
    """XMLFile is XML and File, redApple red and Apple."""
    starts = [
        at
        for at in range(1, len(part))
        if part[at].isupper() and (not part[at - 1].isupper() or part[at + 1 : at + 2].islower())
    ]
    return [part[start:end] for start, end in zip([0, *starts], [*starts, len(part)], strict=True)]


def _wholes(run: str) -> list[str]:
    """Parts of letters that fall apart, and the run where it does."""
    plain = run.replace("'", "").replace("’", "")
    parts = _PARTS.findall(plain)
    broken = [part.casefold() for part in parts if _is_spaced(part) and len(_humps(part)) > 1]
    return [*broken, *([plain.casefold()] if len(parts) > 1 and _is_spaced(plain) else [])]
