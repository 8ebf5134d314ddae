"""Facts of an XMP packet [ISO 16684-1:2019], by expat; one with a document type, hence with entities, is refused."""

from __future__ import annotations

import re
from collections import defaultdict
from contextlib import suppress
from datetime import datetime
from typing import Final
from xml.parsers import expat

from lookalike.facts import Facts
from lookalike.pixels.metadata.exif import camera_of
from lookalike.pixels.metadata.words import caption, clean, keywords, rating

_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_DC: Final = "http://purl.org/dc/elements/1.1/"
_XMP: Final = "http://ns.adobe.com/xap/1.0/"
_TIFF: Final = "http://ns.adobe.com/tiff/1.0/"
_EXIF: Final = "http://ns.adobe.com/exif/1.0/"
_LENSES: Final = ("http://cipa.jp/exif/1.0/ LensModel", "http://ns.adobe.com/exif/1.0/aux/ Lens")
_TAKEN: Final = (f"{_EXIF} DateTimeOriginal", "http://ns.adobe.com/photoshop/1.0/ DateCreated")
_ANY_LANGUAGE: Final = "x-default"
_LANGUAGE: Final = "http://www.w3.org/XML/1998/namespace lang"
_WIDE: Final = (b"\xff\xfe", b"\xfe\xff")
_MOST_EVENTS: Final = 200_000
"""Elements of a packet that is read; about a second of work."""
_MOST_DEPTH: Final = 100
_TIME: Final = re.compile(r"(\d{4})(-\d\d)?(-\d\d)?(T\d\d:\d\d)?(:\d\d)?.*")


class NotRead(Exception):
    """It is no XMP, or more than anybody wrote."""


def facts_of_xmp(data: bytes) -> Facts:
    """Facts that the packet tells of the picture itself, not of what it was made of; raises `NotRead`."""
    said = _Properties()
    said.read(data if data.startswith(_WIDE) else data.strip(b"\0 \r\n\t"))
    if not said.has_rdf:
        raise NotRead("it holds no RDF")
    one = said.one
    return Facts(
        taken=next(filter(None, map(_time, map(one, _TAKEN))), None),
        camera=camera_of(clean(one(f"{_TIFF} Make")), clean(one(f"{_TIFF} Model"))),
        lens=next(filter(None, map(clean, map(one, _LENSES))), None),
        title=clean(one(f"{_DC} title")),
        caption=caption(one(f"{_DC} description")),
        keywords=keywords(said.texts[f"{_DC} subject"]),
        rating=rating(one(f"{_XMP} Rating")),
    )


class _Properties:
    """Texts of each property of the top level, by 'namespace name'."""

    def __init__(self) -> None:
        self.texts: dict[str, list[str]] = defaultdict(list)
        self.has_rdf = False
        self._open: list[tuple[str, str | None]] = []  # names, and languages
        self._text: list[str] = []
        self._events = 0

    def read(self, data: bytes) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse
        parser.EntityDeclHandler = self._refuse
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text.append
        try:
            parser.Parse(data, True)
        except expat.ExpatError as error:
            raise NotRead(str(error)) from error

    def one(self, name: str) -> str:
        """The first text, '' where there is none."""
        return next(iter(self.texts.get(name, ())), "")

    def _refuse(self, *_: object) -> None:
        raise NotRead("it declares a document type, which may hold entities without end")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._events += 1
        if self._events > _MOST_EVENTS or len(self._open) > _MOST_DEPTH:
            raise NotRead("it has more elements than a packet has")
        if self._is_description(name):
            for attribute, value in attributes.items():
                self.texts[attribute].append(value)
        self._open.append((name, attributes.get(_LANGUAGE)))
        self.has_rdf = self.has_rdf or name == f"{_RDF} RDF"
        self._text.clear()

    def _end(self, name: str) -> None:
        _, language = self._open.pop()
        text = "".join(self._text)
        self._text.clear()
        at = self._inside()
        if at is None or not text.strip():
            return
        inside = [each for each, _ in self._open[at:]]
        if not inside:  # the property itself
            self.texts[name].append(text)
        elif name == f"{_RDF} li" and len(inside) == 2:  # property, then Alt, Bag or Seq
            of = self.texts[inside[0]]
            of.insert(0 if language == _ANY_LANGUAGE else len(of), text)

    def _is_description(self, name: str) -> bool:
        return name == f"{_RDF} Description" and bool(self._open) and self._open[-1][0] == f"{_RDF} RDF"

    def _inside(self) -> int | None:
        """The place, among what is open, behind the outermost description; None outside of it."""
        names = [name for name, _ in self._open]
        if f"{_RDF} RDF" not in names:
            return None
        at = names.index(f"{_RDF} RDF") + 2
        return at if len(names) >= at and names[at - 1] == f"{_RDF} Description" else None


def _time(text: str) -> str | None:
    """As it is, to the second, without its time zone, since EXIF's times have none; None for no time."""
    found = _TIME.fullmatch(text.strip())
    if found is None or text.startswith("0000"):
        return None
    said = "".join(part or "" for part in found.groups()[: 5 if found[4] else 3])
    with suppress(ValueError):
        datetime.fromisoformat(said + "0001-01-01"[len(said) :] if len(said) < len("2021-01-01") else said)
        return f"{said}:00" if found[4] and not found[5] else said
    return None
