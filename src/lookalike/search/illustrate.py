"""Thumbnails and explanations of answers, for pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lookalike.errors import BadPicture
from lookalike.protocols import Describer, Explainer
from lookalike.search.opening import Opener
from lookalike.search.page import Asked, Shown, thumbnail
from lookalike.search.results import Results
from lookalike.search.sample import Sample
from lookalike.types import Answer, Explanation

SIDE = 240
"""Of a thumbnail, in px."""


@dataclass(frozen=True)
class Illustrator:
    """Opens the pictures of a result again; one that is gone has no thumbnail."""

    opener: Opener
    samples: Sequence[Sample]
    describers: Sequence[Describer]

    def __call__(self, results: Results) -> tuple[list[Asked], list[Shown]]:
        asked = [Asked(sample.label, thumbnail(sample.picture(SIDE).pixels, SIDE)) for sample in self.samples]
        return asked, [self._shown(answer) for answer in results]

    def _shown(self, answer: Answer) -> Shown:
        hit = self.opener.sample(answer.record)
        try:
            return Shown(answer, thumbnail(hit.picture(SIDE).pixels, SIDE), self._explanations(answer, hit))
        except BadPicture:  # gone or changed since it was indexed
            return Shown(answer, None, {})

    def _explanations(self, answer: Answer, hit: Sample) -> dict[str, Explanation]:
        if answer.relation == "identical":
            return {}
        query = self.samples[0]
        return {
            describer.name: describer.explain(query.picture(describer.min_side), hit.picture(describer.min_side))
            for describer in self.describers
            if isinstance(describer, Explainer)
        }
