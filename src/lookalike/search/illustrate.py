"""Thumbnails and explanations of answers, for pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
        picture = self.opener.picture(answer.record, SIDE)
        if picture is None:
            return Shown(answer, None, {})
        return Shown(answer, thumbnail(picture.pixels, SIDE), self._explanations(answer))

    def _explanations(self, answer: Answer) -> dict[str, Explanation]:
        explanations = {}
        for describer in self.describers:
            if isinstance(describer, Explainer) and answer.relation != "identical":
                hit = self.opener.picture(answer.record, describer.min_side)
                if hit is not None:
                    query = self.samples[0].picture(describer.min_side)
                    explanations[describer.name] = describer.explain(query, hit)
        return explanations
