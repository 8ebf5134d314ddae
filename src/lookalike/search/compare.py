"""Two pictures, compared by every describer there is."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lookalike.describe import DESCRIBERS
from lookalike.errors import BadQuery
from lookalike.index.similarity import similarity
from lookalike.match.drawing.proof import SIDE as PROOF_SIDE
from lookalike.match.drawing.proof import proof as drawn_proof
from lookalike.pixels.limits import Limits
from lookalike.protocols import Describer, Explainer
from lookalike.search.atomic import write_atomically
from lookalike.search.components import describer_of
from lookalike.search.duplicates.hard_links import HARD_LINKS, are_hard_links
from lookalike.search.ingest.fit_describers import must_learn
from lookalike.search.pages.render import SIDE
from lookalike.search.query.decoder import PictureDecoder
from lookalike.search.query.parts import Pictures
from lookalike.search.query.source import Sample, Source, sample
from lookalike.search.ranking.channels import channels_of, mean_alike
from lookalike.search.ranking.explanation import agreeing, likeness, proof, sameness
from lookalike.search.ranking.plain import colour_likeness, colours_in_words, plain_colour
from lookalike.search.ranking.relation import Evidence, RelationClassifier, Seen
from lookalike.search.ranking.verification import proved_score
from lookalike.types import Difference, Explanation, Identical, Pixels, Relation


@dataclass(frozen=True, eq=False)
class Comparison:
    """Relation of two pictures: the score of a search, each channel's own similarity, and what each has to say.

    `agreeing` names the channels that are notably above unrelated pictures, the strongest first.
    """

    a: Sample
    b: Sample
    relation: Relation
    score: float
    channels: Mapping[str, float]
    explanations: Mapping[str, Explanation]
    why: str
    evidence: Evidence | None = None
    identical: Identical | None = None
    agreeing: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<{self.relation} {self.score:.2f} {self.a.label!r} {self.b.label!r}>"

    def _repr_html_(self) -> str:
        from lookalike.search.pages.render import comparison_notebook

        return comparison_notebook(self)

    def proof(self) -> Pixels | None:
        """(h, w, 3): A laid over B, and the outline of A in B, as the geometry says; None where there is none."""
        if self.evidence is None:
            return None
        first, second = (view.picture(PROOF_SIDE) for view in (self.a, self.b))
        return drawn_proof(first, second, np.array(self.evidence.transform))

    @property
    def differs(self) -> tuple[Difference, ...] | None:
        """Places that do not agree, in A (`query_box`) and in B (`box`); None where nothing aligns the two."""
        if self.identical is not None:
            return ()
        return None if self.evidence is None else self.evidence.differs

    def difference(self) -> Pixels | None:
        """(h, w, 3): both pictures, paled, with the places that differ in frames; None where nothing aligns them."""
        if self.differs is None:
            return None
        from lookalike.match.drawing.difference import draw_difference

        return draw_difference(self.a.picture(None), self.b.picture(None), self.differs)

    def save_difference(self, path: str | os.PathLike[str]) -> Path:
        """Writes `difference()` as PNG; raises `BadQuery` where nothing aligns the two."""
        from lookalike.pixels.png import png

        sheet = self.difference()
        if sheet is None:
            raise BadQuery(
                "they show one thing from two sides, and pixels of two sides cannot be laid over each other"
                if self.relation == "scene"
                else "nothing aligns the two pictures, so no places can be said to differ"
            )
        return write_atomically(Path(path), png(sheet))

    def save_html(self, path: str | os.PathLike[str]) -> Path:
        """Writes a page that stands alone, with both pictures and every explanation, whole or not at all."""
        from lookalike.search.pages.render import comparison_page

        return write_atomically(Path(path), comparison_page(self).encode("utf-8", "backslashreplace"))


def compare(
    a: Source, b: Source, *, describers: Sequence[str | Describer] = (), limits: Limits = Limits()
) -> Comparison:
    """Comparison of `a` and `b` in the channels of `describers`; without any, in all that need not learn.

    A describer is NAME, NAME:FIELD=VALUE or an object. Raises `BadPicture` and `BadQuery` as a search does.
    """
    components = [describer_of(each) for each in describers or DESCRIBERS]
    if not describers:
        components = [component for component in components if not must_learn(component)]
    decoder = PictureDecoder(limits)
    try:
        first, second = (
            sample(each, decode=decoder.decode, tell=decoder.fingerprint, frames=decoder.frames) for each in (a, b)
        )
        for view in (first, second):
            for side in (SIDE, PROOF_SIDE, None):  # for a page, which may be asked for when the worker is gone
                view.picture(side)
        return _compare(first, second, components, why_same=HARD_LINKS if are_hard_links(a, b) else None)
    finally:
        decoder.close()


def _compare(a: Sample, b: Sample, describers: Sequence[Describer], *, why_same: str | None = None) -> Comparison:
    channels = channels_of(describers)
    own = {
        channel: similarity(channel.describer.space, of_a, of_b)[0]  # (1,)
        for channel in channels
        for of_a, of_b in [(channel.describe(Pictures([a])), channel.describe(Pictures([b])))]
        if of_a is not None and of_b is not None
    }
    known = {channel.name: channel.describer for channel in own}
    scores = {channel.name: float(score[0]) for channel, score in own.items()}
    same = sameness(a, b)
    evidence = None if same else _related(a, b)
    proved = evidence if evidence is not None and evidence.is_proof else None
    relation: Relation = "identical" if same else proved.relation if proved else "similar"
    plain = [plain_colour(view.picture(SIDE)) for view in (a, b)]
    if plain[0] is not None and plain[1] is not None:
        alike, likely = colour_likeness(plain[0], plain[1]), colours_in_words(plain[0], plain[1])
    else:
        alike, likely = float(mean_alike(own)[0]) if own else 0.0, likeness(scores, known)
    return Comparison(
        a,
        b,
        relation=relation,
        score=1.0 if same else proved_score(alike, evidence),
        channels=scores,
        explanations={
            name: describer.explain(a.picture(describer.min_side), b.picture(describer.min_side))
            for name, describer in known.items()
            if isinstance(describer, Explainer)
        },
        why=why_same or f"the same {same}" if same else (proof(evidence.why, likely) if evidence else likely),
        evidence=proved,
        identical=same,
        agreeing=tuple(agreeing(scores, known)),
    )


def _related(a: Sample, b: Sample) -> Evidence | None:
    classifier = RelationClassifier()
    asked = classifier.ask(a.picture(classifier.min_side))
    return classifier.relate(Seen(a.picture, a.size, a.frames), asked, Seen(b.picture, b.size, b.frames))
