"""Search: from a query to results, one pipeline.

Candidates, exact scores, identity, geometry, relation; only then order, cut and fold.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Final

from lookalike.finders import Finder, SetIndex
from lookalike.protocols import Describer, Fuser, Store
from lookalike.search.calibration.model import Calibration
from lookalike.search.calibration.thresholds import calibration_of, threshold_for, with_probability
from lookalike.search.classification.gather import Gatherer, by_thing, pictures_for, proofs_of
from lookalike.search.classification.judges import Judges
from lookalike.search.components import extractor_of
from lookalike.search.file_state import with_file_states
from lookalike.search.judgements import ids_of, judged_contents
from lookalike.search.pages.illustrate import Illustrator
from lookalike.search.query.asked import Asked, asked
from lookalike.search.query.decoder import PictureDecoder
from lookalike.search.query.parts import Colours
from lookalike.search.query.query import Query
from lookalike.search.query.source import Sample, Source, sample
from lookalike.search.query.texts import labelled
from lookalike.search.query.things import Things
from lookalike.search.ranking.answers import Answering, folded, same_as
from lookalike.search.ranking.asking import Question, with_parts
from lookalike.search.ranking.channels import DEFAULT_WEIGHTS, channels_of
from lookalike.search.ranking.engine import UNJUDGED, Engine, Ranking
from lookalike.search.ranking.feedback import Judged
from lookalike.search.ranking.files import Files
from lookalike.search.ranking.fuse import FUSERS
from lookalike.search.ranking.pipeline import VERIFIED, rank_and_verify
from lookalike.search.ranking.reading import with_words
from lookalike.search.ranking.rerank import RERANKERS
from lookalike.search.ranking.verification import GeometricVerifier, verifier_of, with_proof
from lookalike.search.results import Results
from lookalike.search.tuning.profile import profile_of
from lookalike.types import Answer, Box, Ids, Space

if TYPE_CHECKING:
    from lookalike.search.ranking.thorough import SecondLook

_ALL: Final = 1 << 30


@dataclass(frozen=True)
class Search:
    """Answers queries from one store and its indexes."""

    store: Store
    index: Callable[[Space], Finder]
    set_index: Callable[[Space], SetIndex]
    decoder: PictureDecoder
    describers: Sequence[Describer]
    judges: Judges = field(default_factory=Judges)

    def answer(self, query: Query) -> Results:
        """Answers, best first: relations are known before they are ordered and cut."""
        started = time.perf_counter()
        second = self._second_look() if query.thorough else None
        self.decoder.start()  # the worker comes up while models load
        for channel in channels_of(self.describers, query.by) if query.views else ():
            channel.describer.describe([])
        asks = asked(query, partial(self._opened, box=query.crop), partial(sample, decode=self.decoder.decode))
        profile = None if query.profile is None else profile_of(self.store, query.profile, self.describers)
        looks = DEFAULT_WEIGHTS if profile is None else profile.weights
        rerank = query.rerank or (None if profile is None else profile.rerank)
        judged = self._judged(query, looks)
        extractor = extractor_of(self.store)
        most = _verified(query, asks, keeps_features=extractor is not None)
        verifier = verifier_of(self.store, extractor if most else None, self.set_index, self.decoder.sample)
        among = None if query.where is None else self.store.ids(query.where)
        samples = asks.samples if most else ()  # as they are: SIFT turns with the picture
        seen = verifier.pictures(samples)
        with ThreadPoolExecutor(2, "votes") as beside:
            voting = beside.submit(verifier.votes_of, samples, seen, among, beside)
            question = Question.of(asks, self.store, self.describers, query.by, judged, looks)
            views, voted = voting.result()
        calibration = None if query.thorough else self._calibration(asks, question, verifier, most)
        threshold = 0.0 if query.precision is None else threshold_for(query.precision, calibration)

        engine = Engine(self.store, self.index)
        fuser = FUSERS.make(query.fuse)
        found = rank_and_verify(
            engine,
            verifier,
            question.rows,
            views,
            voted,
            fuser,
            k=_ranked(query),
            verify=most,
            minus=[part.rows for part in question.minus],
            among=among,
            worded=question.worded,
            weights=question.weights,
            judged=judged,
            rerank=None if rerank is None else RERANKERS.spelled(rerank),
        )
        files = Files(self.store)
        same = same_as(asks.views, found.ranking, self.store, files, self.decoder)
        identical = [id for id, one in same.items() if one.relation == "identical"]
        evidence = found.evidence
        ranking = with_proof(found.ranking, evidence, _ALL, identical)
        if second is not None:
            evidence = second.look(asks.samples, [id for id in ranking.ids.tolist() if id not in identical], evidence)
            ranking = with_proof(found.ranking, evidence, _ALL, identical)
        named = {channel.name: channel.describer for part in question.rows for channel in part}
        gathered = None
        if query.things is not None:
            proofs = proofs_of(ranking, evidence, identical)
            gatherer = self._gatherer(query.things, query, question, asks, engine, fuser, among)
            gathered = gatherer.gathered(ranking, proofs, query.where, query.k)
            ranking, calibration = ranking[gathered.places], None
        answering = Answering(asks.views, named, evidence, same, question.worded)
        answers = partial(answering.answers, ranking, files)
        alike = list(question.rows[0]) if question.plus else channels_of(self.describers, query.by)
        listed = folded(answers, engine.fold(ranking, alike)) if query.collapse else _flat(answers, len(ranking))
        told = list(islice((answer for answer in listed if answer.score >= threshold), query.k))
        told, things = (told, None) if gathered is None else by_thing(map(answers, range(len(ranking))), gathered)
        explained = with_words(told, asks.texts, question.rows, self.store, alone=_is_text_alone(asks))
        if asks.is_mixed or judged:
            explained = with_parts(explained, question, self.store)
        return Results(
            query,
            tuple(with_file_states(with_probability(explained, calibration))),
            self.store.count_contents() if among is None else len(among),
            time.perf_counter() - started,
            labels=_labels(query, asks),
            weights={
                **{channel.name: channel.weight for part in question.rows for channel in part},
                **{part.name: part.weight for part in question.worded},
            },
            claim=None if calibration is None else calibration.claim,
            size=asks.samples[0].size if len(asks.samples) == 1 else None,
            question=asks.key,
            things=things,
            verdict=None if gathered is None else gathered.verdict,
            _illustrate=self._illustrator(asks, named, ranking),
        )

    def _opened(self, source: Source, box: Box | None) -> Sample:
        """A picture that answers should be like, with all that tells whether it is one of the library's."""
        decoder = self.decoder
        return sample(source, decode=decoder.decode, tell=decoder.fingerprint, frames=decoder.frames, box=box)

    def _judged(self, query: Query, looks: Mapping[str, float]) -> Judged:
        """Answers that were judged, by the looks of pictures; raises `BadQuery` for what is not in the library."""
        if not (query.like or query.unlike):
            return UNJUDGED
        liked, unliked = judged_contents(self.store, query.like, query.unlike)
        channels = [channel for channel in channels_of(self.describers, query.by, looks) if channel.weight > 0]
        return Judged(ids_of(self.store, liked), ids_of(self.store, unliked), channels)

    def _second_look(self) -> SecondLook:
        """Raises `WeightsError` where its networks are not here."""
        from lookalike.search.ranking.thorough import SecondLook  # most questions need no networks of local features

        return SecondLook.ready(self.store, self.decoder.sample)

    def _calibration(
        self, asks: Asked, question: Question, verifier: GeometricVerifier, verify: int
    ) -> Calibration | None:
        """Calibration of the score of one picture by these channels; None where it is not known."""
        if asks.is_mixed or question.judged or len(asks.views) != 1:
            return None
        channels = list(question.rows[0])
        if verify == 0:
            return calibration_of(self.store, channels)
        if verifier.index is None or verify != VERIFIED:
            return None
        return calibration_of(self.store, channels, verifier.index.space)

    def _gatherer(
        self,
        things: Things,
        query: Query,
        question: Question,
        asks: Asked,
        engine: Engine,
        fuser: Fuser,
        among: Ids | None,
    ) -> Gatherer:
        """Brings views together; probabilities are known of a question that is one picture as it is."""

        def scores(ids: Ids) -> Ranking:
            return engine.rank(
                question.rows,
                fuser,
                k=1,
                minus=[part.rows for part in question.minus],
                among=among,
                others=ids,
                worded=question.worded,
                weights=question.weights,
                judged=question.judged,
            )

        channels = list(question.rows[0]) if question.plus else channels_of(self.describers, query.by)
        plain = len(asks.views) == 1 and not asks.is_mixed and not question.judged
        return Gatherer(self.store, things, channels, scores, self.judges if plain else None)

    def _illustrator(self, asks: Asked, named: Mapping[str, Describer], ranking: Ranking) -> Illustrator:
        palettes = [each.part.text for each in asks.plus if isinstance(each.part, Colours)]
        drawn = [sample(text, decode=self.decoder.decode) for text in palettes]
        views = asks.views or tuple(drawn[:1])
        pairs = zip(ranking.ids.tolist(), ranking.views.tolist(), strict=True) if views else ()
        shown = {id: views[view] for id, view in pairs}
        return Illustrator(self.decoder, [*asks.samples, *drawn], tuple(map(labelled, asks.texts)), named, shown)


def _labels(query: Query, asks: Asked) -> tuple[str, ...]:
    """Names of the parts that answers should be like: of pictures as they were given, of others as they are written."""
    plain = (*(one.label for one in asks.samples[: len(query.views)]), *map(labelled, query.texts))
    return (*plain, *query.colours, *query.words, *(part.spelled for part in query.parts if part.weight > 0))


def _is_text_alone(asks: Asked) -> bool:
    return all(each.kind == "text" for each in asks.plus)


def _ranked(query: Query) -> int:
    """How many pictures are ranked: as many as are told, and enough to find the things of which they are views."""
    return query.k if query.things is None else pictures_for(query.k)


def _verified(query: Query, asks: Asked, *, keeps_features: bool) -> int:
    """How many candidates geometry verifies."""
    if not asks.samples:
        return 0
    return query.verify if query.verify is not None else VERIFIED if keeps_features else 0


def _flat(answers: Callable[[int], Sequence[Answer]], count: int) -> Iterator[Answer]:
    return (answer for at in range(count) for answer in answers(at))
