"""Two pictures, compared by every describer there is."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lookalike.describe import DESCRIBERS
from lookalike.index.similarity import similarity
from lookalike.pixels.limits import Limits
from lookalike.protocols import Describer, Explainer
from lookalike.search.atomic import write_atomically
from lookalike.search.channels import channels_of
from lookalike.search.engine import mean_alike
from lookalike.search.learn import must_learn
from lookalike.search.opening import Opener
from lookalike.search.page import SIDE
from lookalike.search.proving import proved_score
from lookalike.search.relate import Evidence, Relater
from lookalike.search.sample import Sample, Source, sample
from lookalike.search.why import likeness, proof, sameness
from lookalike.types import Explanation, Relation


@dataclass(frozen=True, eq=False)
class Comparison:
    """How two pictures relate: the score of a search, each channel's own similarity, and what each has to say."""

    a: Sample
    b: Sample
    relation: Relation
    score: float
    channels: Mapping[str, float]
    explanations: Mapping[str, Explanation]
    why: str
    evidence: Evidence | None = None

    def save_html(self, path: str | os.PathLike[str]) -> Path:
        """Both pictures and every explanation, on a page that stands alone."""
        from lookalike.search.page import comparison_page

        return write_atomically(Path(path), comparison_page(self).encode("utf-8", "backslashreplace"))


def compare(a: Source, b: Source, *, describers: Sequence[str] = (), limits: Limits = Limits()) -> Comparison:
    """`a` and `b` in the channels of `describers`, NAME or NAME:FIELD=VALUE; without any, all that need not learn."""
    components = [DESCRIBERS.spelled(words) for words in describers or DESCRIBERS]
    if not describers:
        components = [component for component in components if not must_learn(component)]
    opener = Opener(limits)
    try:
        first, second = sample(a, decode=opener.decode), sample(b, decode=opener.decode)
        for view in (first, second):
            view.picture(SIDE)  # for a page, which may be asked for when the worker is gone
        return _compare(first, second, components)
    finally:
        opener.close()


def _compare(a: Sample, b: Sample, describers: Sequence[Describer]) -> Comparison:
    channels = channels_of(describers)
    own = {
        channel: similarity(channel.describer.space, channel.describe([a]), channel.describe([b]))[0]  # (1,)
        for channel in channels
    }
    known = {channel.name: channel.describer for channel in channels}
    scores = {channel.name: float(score[0]) for channel, score in own.items()}
    same = sameness(a, b)
    evidence = None if same else _related(a, b)
    relation: Relation = "identical" if same else evidence.relation if evidence else "similar"
    likely = likeness(scores, known)
    return Comparison(
        a,
        b,
        relation=relation,
        score=1.0 if same else proved_score(float(mean_alike(own)[0]), evidence),
        channels=scores,
        explanations={
            name: describer.explain(a.picture(describer.min_side), b.picture(describer.min_side))
            for name, describer in known.items()
            if isinstance(describer, Explainer)
        },
        why=same or (proof(evidence.why, likely) if evidence else likely),
        evidence=evidence,
    )


def _related(a: Sample, b: Sample) -> Evidence | None:
    relater = Relater()
    first, second = (sample.picture(relater.min_side) for sample in (a, b))
    return relater.relate(first, relater.ask(first), second)
