"""Facts that files tell of pictures, and labels that people give them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any, Final

from lookalike.errors import BadQuery

MOST_LETTERS: Final = 200
"""Letters of a label, and of the value of one."""
_KEY: Final = re.compile(r"[\w-]+")
_QUANTITY: Final = re.compile(r"([+-]?\d{1,15}(?:\.\d{1,15})?)\s*([^\W\d_]{1,12}|[%°€$£])?")
_WITH_A_COMMA: Final = re.compile(r"[+-]?\d+,\d+\s*[^\W\d_]{0,12}")
_UNITS: Final = {
    **{"mg": ("mg", 1), "g": ("mg", 10**3), "kg": ("mg", 10**6), "t": ("mg", 10**9)},
    **{"mm": ("mm", 1), "cm": ("mm", 10), "m": ("mm", 10**3), "km": ("mm", 10**6)},
    **{"ml": ("ml", 1), "cl": ("ml", 10), "dl": ("ml", 10**2), "l": ("ml", 10**3)},
}
"""Units that compare with each other: the least of their kind, and how many of it one is."""


@dataclass(frozen=True)
class Judgement:
    """A person's word on an answer: whether the content of that sha256 is what `question` asked for.

    A question is the parts that it was made of, sorted, a line each: the sha256 of a picture's bytes, or the text.
    """

    question: str
    sha256: str
    liked: bool


@dataclass(frozen=True)
class Facts:
    """Facts that a file tells of its picture, or a sidecar beside it; unknown is None.

    `taken` is ISO 8601 local time, or the first part of it (2021, 2021-05). `orientation` is 1 to 8 as in EXIF: pixels
    are upright already. `rating` is 0 to 5, -1 for what was rejected.
    """

    taken: str | None = None
    camera: str | None = None
    lens: str | None = None
    orientation: int | None = None
    title: str | None = None
    caption: str | None = None
    keywords: tuple[str, ...] | None = None
    rating: int | None = None

    def over(self, others: Facts) -> Facts:
        """These, and `others` where one of these is unknown."""
        if others == UNKNOWN:
            return self
        unknown = [each.name for each in fields(self) if getattr(self, each.name) is None]
        return replace(self, **{name: getattr(others, name) for name in unknown})

    @classmethod
    def of(cls, known: Mapping[str, Any]) -> Facts:
        """Facts that `known` gave."""
        keywords = known.get("keywords")
        return cls(**{**known, "keywords": None if keywords is None else tuple(keywords)})

    def known(self) -> dict[str, str | int | list[str]]:
        """Facts by name, without the unknown, as JSON holds them."""
        found = {each.name: getattr(self, each.name) for each in fields(self)}
        return {
            name: list(fact) if isinstance(fact, tuple) else fact for name, fact in found.items() if fact is not None
        }


UNKNOWN: Final = Facts()


@dataclass(frozen=True)
class Place:
    """Where on earth a picture was taken: degrees north and east, metres above the sea.

    It is told to nobody who does not ask for it.
    """

    latitude: float
    longitude: float
    altitude: float | None = None


@dataclass(frozen=True)
class Quantity:
    """A number and its unit: the least of its kind, as mg for kg, or as it was written, in small letters."""

    number: float
    unit: str = ""


@dataclass(frozen=True)
class Label:
    """A word that somebody gave a picture, or a `name` with a `value`, as price=3.50 or weight=450g."""

    name: str
    value: str = ""

    @classmethod
    def of(cls, text: str) -> Label:
        """The label that NAME or KEY=VALUE writes; raises `BadQuery` for what cannot be one."""
        plain = unicodedata.normalize("NFC", text).strip()
        if not plain or not plain.isprintable() or len(plain) > MOST_LETTERS:
            raise BadQuery(f"a label is 1 to {MOST_LETTERS} letters on one line, not {text[:50]!r}")
        try:
            plain.encode()
        except UnicodeEncodeError as error:
            raise BadQuery(f"the label {text[:50]!r} holds bytes that are no letters") from error
        name, sign, value = (part.strip() for part in plain.partition("="))
        if not sign:
            return cls(name)
        if _KEY.fullmatch(name) is None or not value:
            raise BadQuery(f"a fact is KEY=VALUE, its key of letters, digits, - and _, not {text[:50]!r}")
        if _WITH_A_COMMA.fullmatch(value):
            raise BadQuery(f"write the number in {text[:50]!r} with a point: {plain.replace(',', '.')}")
        return cls(name.lower(), value)

    def __str__(self) -> str:
        return f"{self.name}={self.value}" if self.value else self.name

    @property
    def quantity(self) -> Quantity | None:
        """Value as a number with its unit; None where it is none."""
        return quantity_of(self.value)


def quantity_of(text: str) -> Quantity | None:
    """The number and unit that `text` writes, as 450g, 1.5 kg, 3.50 or 20%; None where it writes none."""
    found = _QUANTITY.fullmatch(text.strip())
    if found is None:
        return None
    written = found[2] or ""
    unit, times = _UNITS.get(written, (written.lower(), 1))
    return Quantity(float(Decimal(found[1]) * times), unit)
