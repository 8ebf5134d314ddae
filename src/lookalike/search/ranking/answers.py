"""Ranked contents turned into answers: which file, which relation, and why."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lookalike.errors import BadPicture
from lookalike.pixels.turn import UPRIGHT
from lookalike.protocols import Describer, Store
from lookalike.search.query.decoder import PictureDecoder
from lookalike.search.query.source import Sample
from lookalike.search.ranking.engine import Ranking
from lookalike.search.ranking.explanation import UNALIKE, likeness, proof, sameness, seen_as
from lookalike.search.ranking.files import Files
from lookalike.search.ranking.relation import Evidence
from lookalike.search.ranking.verification import proved_score
from lookalike.search.ranking.worded import Worded
from lookalike.types import Answer, Identical, Record, Relation

NEARLY = 0.9
"""Only a hit that scores so high may have the same pixels, so only then is its file opened to see."""


@dataclass(frozen=True)
class Same:
    """A content that is the query itself: as it is, or turned."""

    relation: Relation
    why: str
    identical: Identical | None


def same_as(
    samples: Sequence[Sample], ranking: Ranking, store: Store, files: Files, decoder: PictureDecoder
) -> dict[int, Same]:
    """Ranked contents that are one of `samples`, by their bytes or by their pixels."""
    known = store.contents({sample.sha256 for sample in samples if sample.sha256 is not None})
    same_bytes = {id for id, _ in known.values()}
    scores = zip(ranking.ids.tolist(), ranking.scores.tolist(), strict=True)
    likely = {id: score for id, score in scores if score >= NEARLY or id in same_bytes}
    found = {}
    for id, records in files.read(likely).items():
        same = _same(samples, decoder.sample(records[0]), likely[id]) if records else None
        if same is not None:
            found[id] = same
    return found


@dataclass(frozen=True)
class Answering:
    """Answers to a query whose pictures are `samples`."""

    samples: Sequence[Sample]
    describers: Mapping[str, Describer]
    evidence: Mapping[int, Evidence]
    same: Mapping[int, Same]
    worded: Sequence[Worded] = ()

    def answers(self, ranking: Ranking, files: Files, at: int) -> list[Answer]:
        """An answer for each of the `files` of the content at a place of `ranking`."""
        return list(self._of(ranking, at, files.of(int(ranking.ids[at]), ranking.ids)))

    def _of(self, ranking: Ranking, at: int, records: Sequence[Record]) -> Iterator[Answer]:
        own = {name: float(scores[at]) for name, scores in ranking.channels.items() if not math.isnan(scores[at])}
        score, id = float(ranking.scores[at]), int(ranking.ids[at])
        same = self.same.get(id)
        evidence = None if same else self.evidence.get(id)
        proved = evidence if evidence is not None and evidence.is_proof else None
        frame = None if same or ranking.frames is None or ranking.frames[at] < 0 else int(ranking.frames[at]) + 1
        likely = likeness({name: own[name] for name in own if name in self.describers}, self.describers)
        if self.samples:
            likely = seen_as(likely, self.samples[int(ranking.views[at])].orientation)
        if frame is not None and likely != UNALIKE:
            likely += f", frame {frame} of {records[0].content.frames}" if records else ""
        said = [why for part in self.worded if (why := part.why(id)) is not None]
        likely = "; ".join([*said, *([] if said and likely == UNALIKE else [likely])])
        for record in records:
            yield Answer(
                record=record,
                score=1.0 if same else proved_score(score, evidence),
                relation=same.relation if same else proved.relation if proved else "similar",
                channels=own,
                why=same.why if same else proof(evidence.why, likely) if evidence else likely,
                box=proved.box if proved else None,
                query_box=proved.query_box if proved else None,
                transform=proved.transform if proved else None,
                coverage=(1.0, 1.0) if same else proved.coverage if proved else None,
                edits=() if same else proved.edits if proved else None,
                differs=() if same else proved.differs if proved else None,
                identical=same.identical if same else None,
                frame=frame,
            )


def _same(samples: Sequence[Sample], hit: Sample, score: float) -> Same | None:
    """In which sense `hit` is one of `samples`, or None; also None where its file is not as it was indexed."""
    alike = (sample for sample in samples if score >= NEARLY or sample.sha256 == hit.sha256)
    try:
        return next((same for sample in alike if (same := _same_as(sample, hit))), None)
    except BadPicture:
        return None


def _same_as(sample: Sample, hit: Sample) -> Same | None:
    same = sameness(sample, hit)
    if same is None:
        return None
    why = f"the same {same}"
    if sample.orientation == UPRIGHT:
        return Same("identical", why, same)
    return Same("copy", seen_as(why, sample.orientation), None)


def folded(answers: Callable[[int], Sequence[Answer]], groups: Sequence[Sequence[int]]) -> Iterator[Answer]:
    """The first of the `answers` at each group of positions, the others folded under it."""
    together = ([answer for at in group for answer in answers(at)] for group in groups)
    return (replace(members[0], also=tuple(members[1:])) for members in together if members)
