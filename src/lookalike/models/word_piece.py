"""Text into pieces of words [Wu et al., Google's neural machine translation system, 2016], as uncased BERT reads it."""

from __future__ import annotations

import gzip
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

UNKNOWN: Final = "[UNK]"
FIRST: Final = "[CLS]"
LAST: Final = "[SEP]"
LONGEST: Final = 100
"""Characters of a word; a longer one is unknown."""
_IDEOGRAPHS: Final = (
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B820, 0x2CEAF),
    (0x2F800, 0x2FA1F),
)


@dataclass(frozen=True, eq=False)
class WordPiece:
    """Pieces by their number in the vocabulary."""

    vocabulary: Mapping[str, int]

    def ids(self, text: str, most: int) -> list[int]:
        """Numbers of the first and last mark and of the pieces between them, `most` in all."""
        pieces = [piece for word in words(text) for piece in self._pieces(word)]
        return [self.vocabulary[piece] for piece in (FIRST, *pieces[: most - 2], LAST)]

    def knows(self, text: str) -> bool:
        """Whether every word of it is made of known pieces."""
        return all(self._pieces(word) != [UNKNOWN] for word in words(text))

    def _pieces(self, word: str) -> list[str]:
        """The longest known piece at each place, from the left; unknown as a whole where one is missing."""
        pieces: list[str] = []
        rest = word if len(word) <= LONGEST else ""
        while rest:
            starts = (("##" if pieces else "") + rest[:end] for end in range(len(rest), 0, -1))
            piece = next((start for start in starts if start in self.vocabulary), None)
            if piece is None:
                return [UNKNOWN]
            rest = rest[len(piece.removeprefix("##") if pieces else piece) :]
            pieces.append(piece)
        return pieces or [UNKNOWN]


def words(text: str) -> list[str]:
    """Words, in small letters without accents; each sign of punctuation and each ideograph is one of its own."""
    return "".join(_spaced(text)).split()


def _spaced(text: str) -> Iterator[str]:
    kept = (char for char in text if not _is_control(char))
    apart = "".join(f" {char} " if _is_ideograph(char) else " " if char.isspace() else char for char in kept)
    for char in unicodedata.normalize("NFD", apart.lower()):
        if unicodedata.category(char) != "Mn":
            yield f" {char} " if _is_punctuation(char) else char


def _is_control(char: str) -> bool:
    return char in "\0\ufffd" or (char not in "\t\n\r" and unicodedata.category(char).startswith("C"))


def _is_ideograph(char: str) -> bool:
    return any(first <= ord(char) <= last for first, last in _IDEOGRAPHS)


def _is_punctuation(char: str) -> bool:
    """Also signs of ASCII that are none to Unicode, as $ and +."""
    return (char.isascii() and char.isprintable() and not char.isalnum() and char != " ") or unicodedata.category(
        char
    ).startswith("P")


@cache
def uncased() -> WordPiece:
    """The 30,522 pieces of uncased BERT [Devlin et al., BERT, NAACL 2019; Apache-2.0], which MiniLM shares."""
    packed = resources.files("lookalike.models").joinpath("minilm_vocabulary.txt.gz").read_bytes()
    pieces = gzip.decompress(packed).decode().splitlines()
    return WordPiece({piece: number for number, piece in enumerate(pieces)})
