"""A ranking turned into answers: which file, what kind of match, and why."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lookalike.errors import BadPicture
from lookalike.pixels.turn import UPRIGHT
from lookalike.protocols import Describer, Store
from lookalike.search.query.decoder import PictureDecoder
from lookalike.search.query.source import Sample
from lookalike.search.ranking.engine import Ranking
from lookalike.search.ranking.explanation import likeness, proof, sameness, seen_as
from lookalike.search.ranking.relation import Evidence
from lookalike.search.ranking.verification import proved_score
from lookalike.types import Answer, Record, Relation

NEARLY = 0.9
"""Only a hit that scores so high may have the same pixels, so only then is its file opened to see."""


@dataclass(frozen=True)
class Same:
    """That a content is what was asked about: as it is, or turned."""

    relation: Relation
    why: str


@dataclass(frozen=True)
class Answering:
    """Answers a question about `samples`, the views of what is asked about."""

    store: Store
    decoder: PictureDecoder
    samples: Sequence[Sample]
    describers: Mapping[str, Describer]
    evidence: Mapping[int, Evidence]

    def answers(self, ranking: Ranking) -> list[list[Answer]]:
        """For each position of the ranking an answer for each file of that content."""
        records: dict[int, list[Record]] = {id: [] for id in ranking.ids.tolist()}
        for record in self.store.records(np.sort(ranking.ids)):
            records[record.id].append(record)
        return [list(self._of(ranking, at, records[id])) for at, id in enumerate(ranking.ids.tolist())]

    def _of(self, ranking: Ranking, at: int, records: Sequence[Record]) -> Iterator[Answer]:
        own = {name: float(scores[at]) for name, scores in ranking.channels.items() if not math.isnan(scores[at])}
        score = float(ranking.scores[at])
        same = self._same(records[0], score) if records else None
        evidence = None if same else self.evidence.get(int(ranking.ids[at]))
        likely = seen_as(likeness(own, self.describers), self.samples[int(ranking.views[at])].orientation)
        for record in records:
            yield Answer(
                record=record,
                score=1.0 if same else proved_score(score, evidence),
                relation=same.relation if same else evidence.relation if evidence else "similar",
                channels=own,
                why=same.why if same else proof(evidence.why, likely) if evidence else likely,
                box=evidence.box if evidence else None,
                query_box=evidence.query_box if evidence else None,
                transform=evidence.transform if evidence else None,
            )

    def _same(self, record: Record, score: float) -> Same | None:
        """In which sense the content is one of the samples, or None."""
        hit = self.decoder.sample(record)
        alike = (s for s in self.samples if score >= NEARLY or s.sha256 == hit.sha256)
        try:
            return next((same for sample in alike if (same := _same(sample, hit))), None)
        except BadPicture:  # the file is not as it was indexed: it cannot be said
            return None


def _same(sample: Sample, hit: Sample) -> Same | None:
    same = sameness(sample, hit)
    if same is None:
        return None
    upright = sample.orientation == UPRIGHT
    return Same("identical", same) if upright else Same("copy", seen_as(same, sample.orientation))


def folded(answers: Sequence[Sequence[Answer]], groups: Sequence[Sequence[int]]) -> list[Answer]:
    """The first answer of each group of positions, the others folded under it."""
    together = ([answer for at in group for answer in answers[at]] for group in groups)
    return [replace(members[0], also=tuple(members[1:])) for members in together if members]
