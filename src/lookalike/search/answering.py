"""A ranking turned into answers: which file, what kind of match, and why."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lookalike.protocols import Describer, Store
from lookalike.search.engine import Ranking
from lookalike.search.identical import pixel_digest
from lookalike.search.opening import Opener
from lookalike.search.sample import Sample
from lookalike.types import Answer, Record

NEARLY = 0.9
"""Only a hit that scores so high may have the same pixels, so only its file is opened to see."""
NOTABLE = 0.25
"""A channel that is this far above unrelated pictures is worth a word."""


@dataclass(frozen=True)
class Answering:
    """Answers a question about `samples`."""

    store: Store
    opener: Opener
    samples: Sequence[Sample]
    describers: Mapping[str, Describer]

    def answers(self, ranking: Ranking, groups: Sequence[Sequence[int]], *, collapse: bool) -> list[Answer]:
        """One for each file of the first of each group; the others of the group are folded under it."""
        records: dict[int, list[Record]] = {}
        for record in self.store.records(np.sort(ranking.ids)):
            records.setdefault(record.id, []).append(record)
        answers: list[Answer] = []
        for group in groups:
            members = [answer for at in group for answer in self._of(ranking, at, records.get(int(ranking.ids[at]), []))]
            if collapse and members:
                members = [replace(members[0], also=tuple(members[1:]))]
            answers += members
        return answers

    def _of(self, ranking: Ranking, at: int, records: Sequence[Record]) -> Iterator[Answer]:
        own = {name: float(scores[at]) for name, scores in ranking.channels.items() if not math.isnan(scores[at])}
        score = float(ranking.scores[at])
        same = self._same(records[0], score) if records else None
        for record in records:
            yield Answer(
                record=record,
                score=1.0 if same else score,
                relation="identical" if same else "similar",
                channels=own,
                why=same or self._why(own),
            )

    def _same(self, record: Record, score: float) -> str | None:
        """In which sense the content is identical with a sample, or None."""
        content = record.content
        if any(sample.sha256 == content.sha256 for sample in self.samples):
            return "the same bytes"
        if score < NEARLY:
            return None
        alike = [sample for sample in self.samples if sample.size == content.size]
        picture = self.opener.picture(record, None) if alike else None
        if picture is None:
            return None
        digest = pixel_digest(picture)
        if any(pixel_digest(sample.picture(None)) == digest for sample in alike):
            return "the same pixels in other bytes"
        return None

    def _why(self, own: Mapping[str, float]) -> str:
        notable = {
            name: alike
            for name, score in own.items()
            if (alike := _above(score, self.describers[name].unrelated)) >= NOTABLE
        }
        best = sorted(notable, key=lambda name: -notable[name])
        if not best:
            return "nothing stands out"
        return "alike in " + _listed([f"{self.describers[name].compares} ({name} {own[name]:.2f})" for name in best])


def _above(score: float, unrelated: float) -> float:
    return (score - unrelated) / (1 - unrelated)


def _listed(parts: Sequence[str]) -> str:
    """a, b and c"""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
