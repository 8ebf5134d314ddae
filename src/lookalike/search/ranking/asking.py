"""A question as the engine takes it: rows of each part in the channels that can read it, and what each part counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lookalike.errors import BadQuery
from lookalike.protocols import Describer, Store
from lookalike.search.query.asked import Asked, AskedPart
from lookalike.search.ranking.channels import DEFAULT_WEIGHTS, Channel, channels_of
from lookalike.search.ranking.engine import AGAINST, UNJUDGED, Weights
from lookalike.search.ranking.feedback import Judged, with_judged
from lookalike.search.ranking.mixing import Described, Rows, in_proportion, moved, said, summed
from lookalike.search.ranking.worded import Worded
from lookalike.types import Answer, Ids, Vectors


@dataclass(frozen=True, eq=False)
class Question:
    """Parts that answers should be like, those of words, and those that answers should not be like."""

    plus: Sequence[Described]
    worded: Sequence[Worded]
    minus: Sequence[Described]
    judged: Judged

    @classmethod
    def of(
        cls,
        asked: Asked,
        store: Store,
        describers: Sequence[Describer],
        by: Mapping[str, float] | None,
        judged: Judged = UNJUDGED,
        looks: Mapping[str, float] = DEFAULT_WEIGHTS,
    ) -> Question:
        """Described, pictures by default with weights of `looks`.

        Raises `BadQuery` for a part that no channel can read, and for words that are none.
        """
        counts = [*(each.weight for each in asked.plus), *(words.weight for words in asked.words)]
        plus, minus = in_proportion(counts, [each.weight for each in asked.minus])
        pairs = zip(asked.words, plus[len(asked.plus) :], strict=True)
        return cls(
            summed(_described(asked.plus, plus[: len(asked.plus)], describers, by, looks)),
            [Worded.of(store, words.text, weight, words.label) for words, weight in pairs],
            _described(asked.minus, minus, describers, by, looks),
            judged,
        )

    @property
    def weights(self) -> Weights:
        """Weights of its parts; words have theirs."""
        return Weights(tuple(part.weight for part in self.plus), tuple(part.weight for part in self.minus))

    @property
    def rows(self) -> list[Rows]:
        """Rows of the parts that answers should be like."""
        return [part.rows for part in self.plus]

    def moved(self, store: Store, ids: Ids) -> dict[int, dict[str, float]]:
        """By content and by label, by how much each part raised or lowered its score."""
        shares = moved(self.plus, self.worded, self.minus, store, np.union1d(ids, self.judged.all), AGAINST)
        if not self.judged:
            return shares
        ascending = np.array(sorted(shares), np.int64)
        asked = np.clip([sum(shares[id].values()) for id in ascending.tolist()], 0, 1).astype(np.float32)
        found = self.judged.scores(store, ascending, asked)
        return {id: with_judged(shares[id], found, at, self.judged) for at, id in enumerate(ascending.tolist())}


def with_parts(answers: Sequence[Answer], question: Question, store: Store) -> list[Answer]:
    """Answers that say which part of the question moved them."""
    shares = question.moved(store, np.array([answer.record.id for answer in answers], np.int64))
    return [
        replace(answer, parts=shares[answer.record.id], why=f"{answer.why}; {said(shares[answer.record.id])}")
        for answer in answers
    ]


def _described(
    parts: Sequence[AskedPart],
    weights: Sequence[float],
    describers: Sequence[Describer],
    by: Mapping[str, float] | None,
    looks: Mapping[str, float],
) -> list[Described]:
    defaults = (looks if each.kind == "picture" else each.part.default_weights for each in parts)
    return [
        Described(each.label, each.kind, _rows(each, channels_of(describers, by, default)), weight)
        for each, weight, default in zip(parts, weights, defaults, strict=True)
    ]


def _rows(asked: AskedPart, channels: Sequence[Channel]) -> dict[Channel, Vectors]:
    """Rows of the channels that can read the part; raises `BadQuery` where none that counts can."""
    part = asked.part
    scaled = (replace(channel, unrelated=part.unrelated) for channel in channels)
    described = {channel: channel.describe(part) for channel in scaled}
    rows = {channel: found for channel, found in described.items() if found is not None}
    if not any(channel.weight > 0 for channel in rows):
        raise BadQuery(part.unread)
    return rows
