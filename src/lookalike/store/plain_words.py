"""Words of pictures looked for one picture after another: slow, with nothing to keep in step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from lookalike.store.words import FIELDS, K1, LEAST_IDF, WEIGHTS, B, Field, document
from lookalike.types import Hits, Record


@dataclass(frozen=True)
class Held:
    """How often a content holds a phrase, by weight of the field, and how many tokens it has in all."""

    id: int
    times: float
    length: int

    @classmethod
    def of(
        cls, id: int, length: int, fields: Mapping[Field, Sequence[str]], phrase: Sequence[str], *, prefix: bool
    ) -> Held:
        """Counted in the tokens of its fields."""
        times = sum(WEIGHTS[field] * _times(fields[field], phrase, prefix=prefix) for field in FIELDS)
        return cls(id, times, length)


@dataclass(frozen=True)
class PlainWords:
    """`WordKeeper` on records, which come by id."""

    records: Callable[[], Iterable[Record]]

    def holding(self, phrase: Sequence[str], *, prefix: bool = False) -> Hits:
        """Contents that hold these tokens side by side, by BM25; with `prefix` the last one may go on."""
        held = []
        for id, records in groupby(self.records(), lambda record: record.id):
            fields = document(list(records))
            held.append(Held.of(id, sum(map(len, fields.values())), fields, phrase, prefix=prefix))
        return ranked(held, len(held), sum(each.length for each in held))


def ranked(held: Sequence[Held], contents: int, words: int) -> Hits:
    """Contents that hold it at all, best first, by BM25 among so many contents with so many words in all."""
    holding = [each for each in held if each.times]
    times, lengths = np.array([(each.times, each.length) for each in holding], np.float64).reshape(-1, 2).T
    long = 1 - B + B * lengths / max(words / max(contents, 1), 1e-9)
    scores = idf_of(len(holding), contents) * times * (K1 + 1) / (times + K1 * long)
    return Hits.ranked(np.array([each.id for each in holding], np.int64), scores.astype(np.float32))


def idf_of(holding: int, of: int) -> float:
    """Weight of a word that so many of the contents hold."""
    return max(float(np.log((of - holding + 0.5) / (holding + 0.5))), LEAST_IDF)


def _times(tokens: Sequence[str], phrase: Sequence[str], *, prefix: bool) -> int:
    *first, last = phrase
    windows = (list(tokens[at : at + len(phrase)]) for at in range(len(tokens) - len(phrase) + 1))
    return sum(
        window[:-1] == first and (window[-1].startswith(last) if prefix else window[-1] == last) for window in windows
    )
