"""Which file of a group is kept: rules, of which the first that tells two apart decides."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from lookalike.errors import BadQuery, UnknownName
from lookalike.figures import counted, file_size
from lookalike.protocols import Store
from lookalike.search.duplicates.scope import folders_known, lies_in
from lookalike.store.matching import local_time
from lookalike.types import Record

DEFAULT: Final = ("reference", "whole", "pixels", "format", "exif", "quality", "oldest", "shortest")
_LOSSLESS: Final = frozenset(("png", "tiff", "bmp", "ppm"))
_OF_CAMERAS: Final = frozenset(("heic", "jpeg", "tiff"))


@dataclass(frozen=True)
class Facts:
    """Facts about the files of a group: those of the `reference`, and by content how many files it stands for."""

    reference: frozenset[str]
    stands_for: Mapping[int, int]


@dataclass(frozen=True)
class Rule:
    """Keeps the file of the smallest `key`; `words` say what is so good about it."""

    name: str
    key: Callable[[Record, Facts], tuple[float, ...]]
    words: Callable[[Record], str]


def rules_of(names: Sequence[str], store: Store) -> list[Rule]:
    """Rules by name, and behind them those of the default, which decide what these leave open.

    Raises `UnknownName`, or `BadQuery` for a folder that the library does not know.
    """
    return [_rule(name, store) for name in dict.fromkeys((*names, *DEFAULT))]


def chosen(files: Sequence[Record], rules: Sequence[Rule], facts: Facts) -> tuple[Record, str]:
    """The file to keep, and why in words; of equal ones the first by path."""
    left, why = sorted(files, key=lambda record: os.fsencode(record.path)), ""
    for rule in rules:
        best = min(rule.key(record, facts) for record in left)
        kept = [record for record in left if rule.key(record, facts) == best]
        if len(kept) < len(left):
            left, why = kept, rule.words(kept[0])
        if len(left) == 1:
            break
    return left[0], why if len(left) == 1 else f"{why}, then the first by path" if why else "the first by path"


def _rule(name: str, store: Store) -> Rule:
    kind, colon, folder = name.partition(":")
    if kind == "folder":
        if not colon or not folder:
            raise BadQuery("the rule 'folder' needs one: write folder:DIR, as in --keep folder:~/Pictures")
        within = folders_known(store, [os.path.expanduser(folder)])
        return Rule(name, lambda record, _: (not lies_in(record.path, within),), lambda _: f"in {within[0]}")
    if name not in RULES:
        raise UnknownName("rule", name, [*RULES, "folder:DIR"])
    return RULES[name]


def _original(record: Record) -> int:
    """How likely it is what a camera or a screen wrote first: what came of it later ranks behind."""
    content = record.content
    if content.taken is not None and content.format in _OF_CAMERAS:
        return 0 if content.format != "jpeg" else 1
    if content.format in _LOSSLESS:
        return 2
    return 3 if content.format in _OF_CAMERAS else 4


def _pixels(record: Record) -> int:
    return record.content.size[0] * record.content.size[1]


RULES: Final[Mapping[str, Rule]] = {
    rule.name: rule
    for rule in (
        Rule(
            "reference",
            lambda record, facts: (record.path not in facts.reference,),
            lambda _: "in a reference folder",
        ),
        Rule(
            "whole",
            lambda record, facts: (-facts.stands_for.get(record.id, 0),),
            lambda _: "shows what most of the others show",
        ),
        Rule(
            "pixels",
            lambda record, _: (-_pixels(record),),
            lambda record: "most pixels: {} x {}".format(*record.content.size),
        ),
        Rule(
            "format",
            lambda record, _: (_original(record),),
            lambda record: f"original format: {record.content.format}",
        ),
        Rule(
            "exif",
            lambda record, _: (record.content.taken is None,),
            lambda record: f"its EXIF says when it was taken: {(record.content.taken or '')[:10]}",
        ),
        Rule(
            "quality",
            lambda record, _: (record.content.format not in _LOSSLESS, -record.content.bytes / _pixels(record)),
            lambda record: f"least compressed: {file_size(record.content.bytes)} of {record.content.format}",
        ),
        Rule(
            "oldest",
            lambda record, _: (record.stamp.mtime_ns,),
            lambda record: f"oldest: {local_time(record.stamp.mtime_ns).replace('T', ' ')}",
        ),
        Rule(
            "shortest",
            lambda record, _: (len(os.fsencode(record.path)),),
            lambda record: f"shortest path: {counted(len(os.fsencode(record.path)), 'byte')}",
        ),
    )
}
