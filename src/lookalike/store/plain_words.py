"""Words of pictures looked for one picture after another: slow, with nothing to keep in step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from lookalike.store.words import FIELDS, K1, LEAST_IDF, WEIGHTS, B, document
from lookalike.types import Hits, Record


@dataclass(frozen=True)
class PlainWords:
    """`WordKeeper` on records, which come by id."""

    records: Callable[[], Iterable[Record]]

    def holding(self, phrase: Sequence[str], *, prefix: bool = False) -> Hits:
        """Contents that hold these tokens side by side, by BM25; with `prefix` the last one may go on."""
        lengths, found = [], {}
        for id, records in groupby(self.records(), lambda record: record.id):
            fields = document(list(records))
            lengths.append(sum(map(len, fields.values())))
            count = sum(WEIGHTS[field] * _times(fields[field], phrase, prefix=prefix) for field in FIELDS)
            if count:
                found[id] = (count, lengths[-1])
        idf = idf_of(len(found), len(lengths))
        counts = np.array(list(found.values()), np.float64).reshape(-1, 2)
        long = 1 - B + B * counts[:, 1] / max(float(np.mean(lengths or [1])), 1e-9)
        scores = idf * counts[:, 0] * (K1 + 1) / (counts[:, 0] + K1 * long)
        return Hits.ranked(np.array(list(found), np.int64), scores.astype(np.float32))


def idf_of(holding: int, of: int) -> float:
    """Weight of a word that so many of the contents hold."""
    return max(float(np.log((of - holding + 0.5) / (holding + 0.5))), LEAST_IDF)


def _times(tokens: Sequence[str], phrase: Sequence[str], *, prefix: bool) -> int:
    *first, last = phrase
    windows = (tokens[at : at + len(phrase)] for at in range(len(tokens) - len(phrase) + 1))
    return sum(
        window[:-1] == first and (window[-1].startswith(last) if prefix else window[-1] == last) for window in windows
    )
