"""Thumbnails and explanations of answers, for pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lookalike.errors import BadPicture
from lookalike.protocols import Describer, Explainer
from lookalike.search.duplicates.identical import Group
from lookalike.search.pages.render import SIDE, Asked, Shown, ShownGroup, thumbnail
from lookalike.search.query.decoder import PictureDecoder
from lookalike.search.query.source import Sample
from lookalike.types import Answer, Explanation, Record

if TYPE_CHECKING:
    from lookalike.search.results import Results


@dataclass(frozen=True)
class Illustrator:
    """Opens the pictures of a result again; one that is gone has no thumbnail."""

    decoder: PictureDecoder
    samples: Sequence[Sample]
    texts: Sequence[str]
    describers: Mapping[str, Describer]
    views: Mapping[int, Sample]
    """By content, the view of the query that is most like it."""

    def __call__(self, results: Results) -> tuple[list[Asked], list[Shown]]:
        with self.decoder.borrowed():  # a page may be asked for after the library was closed
            asked = [Asked(sample.label, thumbnail(sample.picture(SIDE).pixels)) for sample in self.samples]
            asked += [Asked(text, None) for text in self.texts]
            return asked, [self._shown(answer) for answer in results]

    def _shown(self, answer: Answer) -> Shown:
        hit = self.decoder.sample(answer.record)
        try:
            return Shown(answer, thumbnail(hit.picture(SIDE).pixels), self._explanations(answer, hit))
        except BadPicture:  # gone or changed since it was indexed
            return Shown(answer, None, {})

    def _explanations(self, answer: Answer, hit: Sample) -> dict[str, Explanation]:
        if answer.relation == "identical":
            return {}
        query = self.views.get(answer.record.id)
        if query is None:
            return {}
        return {
            name: describer.explain(query.picture(describer.min_side), hit.picture(describer.min_side))
            for name, describer in self.describers.items()
            if isinstance(describer, Explainer)
        }


def shown_groups(groups: Sequence[Group], decoder: PictureDecoder) -> list[ShownGroup]:
    """The groups with the thumbnails that can be made."""
    with decoder.borrowed():  # a page may be asked for after the library was closed
        return [
            ShownGroup(group.relation, group.weakest, [(one, _thumbnail(one, decoder)) for one in group.members])
            for group in groups
        ]


def _thumbnail(record: Record, decoder: PictureDecoder) -> bytes | None:
    try:
        return thumbnail(decoder.sample(record).picture(SIDE).pixels)
    except BadPicture:
        return None
