"""Search: from a query to results, one pipeline.

Candidates, exact scores, identity, geometry, relation; only then order, cut and fold.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from lookalike.errors import BadQuery
from lookalike.protocols import Describer, Index, SetIndex, Store
from lookalike.search.calibration.model import Calibration
from lookalike.search.calibration.thresholds import calibration_of, threshold_for, with_probability
from lookalike.search.classification.gather import Gatherer, by_thing, pictures_for, proofs_of
from lookalike.search.classification.judges import Judges
from lookalike.search.components import extractor_of
from lookalike.search.file_state import with_file_states
from lookalike.search.pages.illustrate import Illustrator
from lookalike.search.query.decoder import PictureDecoder
from lookalike.search.query.parts import Colours, Part, Pictures, Text
from lookalike.search.query.query import Query, sorted_by_kind
from lookalike.search.query.source import Sample, sample
from lookalike.search.query.texts import labelled
from lookalike.search.query.things import Things
from lookalike.search.query.words import words_apart
from lookalike.search.ranking.answers import Answering, Contents, folded
from lookalike.search.ranking.channels import Channel, channels_of
from lookalike.search.ranking.engine import Engine, Ranking, Rows
from lookalike.search.ranking.fuse import FUSERS
from lookalike.search.ranking.pipeline import VERIFIED, rank_and_verify
from lookalike.search.ranking.reading import with_words
from lookalike.search.ranking.verification import GeometricVerifier, verifier_of, with_proof
from lookalike.search.ranking.worded import Worded
from lookalike.search.results import Results
from lookalike.types import Answer, Space, Vectors

_ALL: Final = 1 << 30


@dataclass(frozen=True)
class Search:
    """Answers queries from one store and its indexes."""

    store: Store
    index: Callable[[Space], Index]
    set_index: Callable[[Space], SetIndex]
    decoder: PictureDecoder
    describers: Sequence[Describer]
    judges: Judges = field(default_factory=Judges)

    def answer(self, query: Query) -> Results:
        """Answers, best first: relations are known before they are ordered and cut."""
        started = time.perf_counter()
        self.decoder.start()  # the worker comes up while models load
        for channel in channels_of(self.describers, query.by) if query.views else ():
            channel.describer.describe([])
        asked = [
            sample(
                view,
                decode=self.decoder.decode,
                tell=self.decoder.fingerprint,
                frames=self.decoder.frames,
                box=query.crop,
            )
            for view in query.views
        ]
        samples = [view for one in asked for view in one.orientations()] if query.orientations else asked
        parts = _parts(samples, query.texts, query.colours)
        rows, minus = (
            [_rows(part, channels_of(self.describers, query.by, part.default_weights)) for part in each]
            for each in (parts, self._minus(query))
        )
        worded = [Worded.of(self.store, text) for text in query.words]
        extractor = extractor_of(self.store)
        most = _verified(query, keeps_features=extractor is not None)
        verifier = verifier_of(self.store, extractor if most else None, self.set_index, self.decoder.sample)
        views = verifier.views(asked) if most else []  # as it is: SIFT turns with the picture
        calibration = (
            self._calibration(parts, rows, verifier, most) if len(samples) == 1 and not (minus or worded) else None
        )
        threshold = 0.0 if query.precision is None else threshold_for(query.precision, calibration)
        among = None if query.where is None else self.store.ids(query.where)

        engine = Engine(self.store, self.index)
        fuser = FUSERS.make(query.fuse)
        found = rank_and_verify(
            engine, verifier, rows, views, fuser, k=_ranked(query), verify=most, minus=minus, among=among, worded=worded
        )
        contents = Contents.of(self.store, found.ranking)
        same = contents.same_as(samples, self.decoder)
        identical = [id for id, one in same.items() if one.relation == "identical"]
        ranking = with_proof(found.ranking, found.evidence, _ALL, identical)
        named = {channel.name: channel.describer for part in rows for channel in part}
        gathered = None
        if query.things is not None:
            plain = len(parts) == len(samples) == 1 and not (minus or worded)
            score = partial(engine.rank, rows, fuser, k=1, minus=minus, among=among, worded=worded)
            gatherer = self._gatherer(query, query.things, rows, score, plain=plain)
            gathered = gatherer.gathered(ranking, proofs_of(ranking, found.evidence, identical), query.where, query.k)
            ranking, calibration = ranking[gathered.places], None
        answering = Answering(samples, named, found.evidence, same, worded)
        answers = answering.answers(Contents(ranking, contents.records))
        alike = list(rows[0]) if rows else channels_of(self.describers, query.by)
        listed = folded(answers, engine.fold(ranking, alike)) if query.collapse else _flat(answers)
        told = [answer for answer in listed if answer.score >= threshold][: query.k]
        told, things = (told, None) if gathered is None else by_thing(answers, gathered)
        explained = with_words(told, query.texts, rows, self.store, alone=not (samples or query.colours))
        return Results(
            query,
            tuple(with_file_states(with_probability(explained, calibration))),
            len(self.store.ids()) if among is None else len(among),
            time.perf_counter() - started,
            labels=(*(one.label for one in asked), *map(labelled, query.texts), *query.colours, *query.words),
            weights={
                **{channel.name: channel.weight for part in rows for channel in part},
                **{part.name: part.weight for part in worded},
            },
            claim=None if calibration is None else calibration.claim,
            size=asked[0].size if len(asked) == 1 else None,
            things=things,
            verdict=None if gathered is None else gathered.verdict,
            _illustrate=self._illustrator(asked, samples, query, named, ranking),
        )

    def _minus(self, query: Query) -> list[Part]:
        """Parts of the query that answers should not be like."""
        if words_apart(query.minus)[0]:
            raise BadQuery("words are not taken away: leave such pictures out with --where 'not label = ...'")
        views, texts, colours = sorted_by_kind(query.minus)
        return _parts([sample(view, decode=self.decoder.decode) for view in views], texts, colours)

    def _calibration(
        self, parts: Sequence[Part], rows: Sequence[Rows], verifier: GeometricVerifier, verify: int
    ) -> Calibration | None:
        """Calibration of the score of one picture by these channels; None where it is not known."""
        if len(parts) != 1 or not isinstance(parts[0], Pictures):
            return None
        if verify == 0:
            return calibration_of(self.store, list(rows[0]))
        if verifier.index is None or verify != VERIFIED:
            return None
        return calibration_of(self.store, list(rows[0]), verifier.index.space)

    def _gatherer(
        self, query: Query, things: Things, rows: Sequence[Rows], score: Callable[..., Ranking], *, plain: bool
    ) -> Gatherer:
        """Brings views together; `plain`: the question is one picture as it is, of which probabilities are known."""
        channels = list(rows[0]) if rows else channels_of(self.describers, query.by)
        judges = self.judges if plain else None
        return Gatherer(self.store, things, channels, lambda ids: score(others=ids), judges)

    def _illustrator(
        self,
        asked: Sequence[Sample],
        samples: Sequence[Sample],
        query: Query,
        named: Mapping[str, Describer],
        ranking: Ranking,
    ) -> Illustrator:
        drawn = [sample(text, decode=self.decoder.decode) for text in query.colours]
        views = samples or drawn[:1]
        pairs = zip(ranking.ids.tolist(), ranking.views.tolist(), strict=True) if views else ()
        shown = {id: views[view] for id, view in pairs}
        return Illustrator(self.decoder, [*asked, *drawn], tuple(map(labelled, query.texts)), named, shown)


def _parts(samples: Sequence[Sample], texts: Sequence[str], colours: Sequence[str]) -> list[Part]:
    pictures: list[Part] = [Pictures(samples)] if samples else []
    return [*pictures, *map(Text, texts), *map(Colours, colours)]


def _rows(part: Part, channels: Sequence[Channel]) -> dict[Channel, Vectors]:
    """Rows of the channels that can read the part; raises `BadQuery` where none that counts can."""
    scaled = (replace(channel, unrelated=part.unrelated) for channel in channels)
    described = {channel: channel.describe(part) for channel in scaled}
    rows = {channel: found for channel, found in described.items() if found is not None}
    if not any(channel.weight > 0 for channel in rows):
        raise BadQuery(part.unread)
    return rows


def _ranked(query: Query) -> int:
    """How many pictures are ranked: as many as are told, and enough to find the things of which they are views."""
    return query.k if query.things is None else pictures_for(query.k)


def _verified(query: Query, *, keeps_features: bool) -> int:
    """How many candidates geometry verifies."""
    if not query.views:
        return 0
    return query.verify if query.verify is not None else VERIFIED if keeps_features else 0


def _flat(answers: Sequence[Sequence[Answer]]) -> list[Answer]:
    return [answer for of_content in answers for answer in of_content]
