"""Clauses on how answers relate to the words of a question, by the channel that reads best."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol, runtime_checkable

import numpy as np

from lookalike.protocols import Store, TextDescriber
from lookalike.search.ranking.mixing import Rows
from lookalike.types import Answer, Ids, Vectors


@runtime_checkable
class TextExplainer(TextDescriber, Protocol):
    """Optional second face of a text describer."""

    def explain_text(self, text: str, rows: Vectors) -> list[str]:
        """For each of (n, d) rows of pictures a clause on its relation to the text."""


def with_words(
    answers: Sequence[Answer], texts: Sequence[str], parts: Sequence[Rows], store: Store, *, alone: bool
) -> list[Answer]:
    """Answers whose `why` says what they have to do with each text; `alone`: and nothing else."""
    reader = _best_reader(parts)
    if reader is None or not texts:
        return list(answers)
    clauses = [_by_content(answers, text, reader, store) for text in texts]
    return [_told(answer, [of_text[answer.record.id] for of_text in clauses], alone=alone) for answer in answers]


def _best_reader(parts: Sequence[Rows]) -> TextExplainer | None:
    """The channel that counts most of those that answered a text."""
    readers = {
        channel: channel.describer for rows in parts for channel in rows if isinstance(channel.describer, TextExplainer)
    }
    return max(readers.items(), key=lambda pair: pair[0].weight, default=(None, None))[1]


def _by_content(answers: Sequence[Answer], text: str, reader: TextExplainer, store: Store) -> Mapping[int, str]:
    """The clause on each content that has a row; an empty one on others."""
    ids = np.unique(np.array([answer.record.id for answer in answers], np.int64))
    return dict.fromkeys(ids.tolist(), "") | dict(_clauses(ids, text, reader, store))


def _clauses(ids: Ids, text: str, reader: TextExplainer, store: Store) -> Iterator[tuple[int, str]]:
    for found, rows in store.vectors(reader.space, ids):
        yield from zip(found.tolist(), reader.explain_text(text, rows), strict=True)


def _told(answer: Answer, clauses: Sequence[str], *, alone: bool) -> Answer:
    worded = "; ".join(filter(None, clauses))
    if not worded:
        return answer
    return replace(answer, why=worded if alone else f"{answer.why}; {worded}")
