"""Questions with known answers, asked of a library through its own engine, for a calibration.

Copies of its own pictures, a third of which must find nothing, pictures of classes, or those whose answers were judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import BadPicture, BadQuery
from lookalike.pixels.augment import EDITS
from lookalike.pixels.worker_pool import Isolated
from lookalike.protocols import Fuser, Store
from lookalike.search.calibration.copy_plan import plan_copies
from lookalike.search.calibration.edited_copies import Copies, copy_jobs, describe_copies
from lookalike.search.calibration.fit import Judged
from lookalike.search.calibration.near_duplicates import JUDGE, twins
from lookalike.search.classes import Classes
from lookalike.search.ingest.options import Options, Progress
from lookalike.search.ingest.read import Loaded
from lookalike.search.ingest.reread import read_again
from lookalike.search.ingest.worker import DescribeBytes
from lookalike.search.judgements import judged_pictures
from lookalike.search.ranking.channels import Channel
from lookalike.search.ranking.engine import Engine
from lookalike.search.ranking.pipeline import VERIFIED, rank_and_verify
from lookalike.search.ranking.relation import Seen
from lookalike.search.ranking.verification import GeometricVerifier, View, proved_scores, with_proof
from lookalike.search.stored_vectors import rows_of
from lookalike.types import Ids, Record, Vectors

BEST = 20
"""Hits of each question that are judged: what a person looks at."""
MOST = 1000
"""Pictures of classes that are asked about."""
JUDGED = 1000
"""Hits among which those are looked for that were judged."""
LEAST = 4
"""Questions with judged answers that are needed."""
SUSPECT = 0.5
"""A wrong hit that scores so high with a copy may be a twin of the original; then its file is looked at."""


Judge: TypeAlias = Callable[[Ids], tuple[NDArray[np.bool_], NDArray[np.bool_]]]


@dataclass(frozen=True)
class Asker:
    """Asks a library as a search would, by looks alone and, where it keeps local features, with proof."""

    store: Store
    engine: Engine
    prover: GeometricVerifier
    channels: tuple[Channel, ...]
    fuser: Fuser
    options: Options

    def copies(self, originals: int, seed: int) -> Worth | None:
        """Edited copies of `originals` pictures and of half as many whose own picture counts as not being there.

        None when `options.should_stop` ended it.
        """
        first: dict[int, Record] = {}
        for record in self.store.records():
            first.setdefault(record.id, record)
        records = list(first.values())
        plan = plan_copies(len(records), originals, np.random.default_rng(seed))
        absent = {records[at].id for at in plan.absent.tolist()}
        id_of = {record.content.sha256: record.id for record in records}
        asked: list[Asked] = []
        jobs = copy_jobs(records, plan, tuple(EDITS), seed, self.options.limits)
        outcomes = describe_copies(
            jobs,
            [channel.describer for channel in self.channels],
            workers=self.options.workers,
            limits=self.options.limits,
            extractor=self.prover.classifier.asking if self.prover.index is not None else None,
        )
        done = failed = 0
        for outcome in outcomes:
            if isinstance(outcome, Copies):
                done += 1
                asked += self._of_copies(id_of[outcome.original.sha256], outcome, absent)
            else:
                failed += 1
            self.options.on_commit(Progress(len(plan.originals), done, failed))
            if self.options.should_stop():
                return None
        asked.sort(key=lambda each: each.looks.unit)  # workers end in any order
        backdrops = zip(plan.originals.tolist(), plan.backdrops.tolist(), strict=True)
        backdrop_of = {records[original].id: records[backdrop].id for original, backdrop in backdrops}
        twins_of = self._twins([question for each in asked for question in each], first, backdrop_of)
        return self._worth([each.without(twins_of[each.looks.unit]) for each in asked])

    def classes(self, by: str, rng: np.random.Generator) -> Worth:
        """Pictures of the library's classes, each for the others of its class; raises `BadQuery` for fewer than two."""
        classes = Classes.of(self.store, by)
        if len(classes.names) < 2:
            raise BadQuery(
                f"the library has pictures of {len(classes.names)} class(es) by {by}, and two are needed: label or "
                "index more, or name the folder that holds a folder for each class"
            )
        of: dict[int, set[int]] = {id: set() for id in classes.ids.tolist()}
        for number, members in enumerate(classes.members):
            for id in classes.ids[members].tolist():
                of[id].add(number)
        asked = []
        for id in np.sort(rng.permutation(classes.ids)[:MOST]).tolist():
            own = set().union(*(classes.ids[classes.members[number]].tolist() for number in of[id])) - {id}

            def judge(found: Ids, id: int = id, own: set[int] = own) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
                hits = found.tolist()
                return np.array([hit in of and hit != id for hit in hits], bool), np.isin(found, list(own))

            asked.append(self._asked(self._stored(id), self._seen(id), judge, min(of[id]), len(own)))
        return self._worth(asked)

    def judgements(self) -> Worth:
        """Pictures of the library whose answers were judged, each for the liked ones; others count for nothing.

        Raises `BadQuery` where there are fewer than four such questions.
        """
        questions = judged_pictures(self.store)
        if len(questions) < LEAST:
            raise BadQuery(
                f"answers to {len(questions)} picture(s) of the library were judged, and {LEAST} are needed: "
                "`lookalike search PICTURE --like PATH --unlike PATH` keeps judgements"
            )
        asked = []
        for unit, (id, judged) in enumerate(sorted(questions.items())):

            def judge(found: Ids, judged: Mapping[int, bool] = judged) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
                told = [judged.get(hit) for hit in found.tolist()]
                return np.array([liked is not None for liked in told], bool), np.array(
                    [liked is True for liked in told]
                )

            rows = self._stored(id)
            asked.append(self._asked(rows, self._seen(id), judge, unit, sum(judged.values()), most=JUDGED))
        return self._worth(asked)

    def _of_copies(self, id: int, copies: Copies, absent: set[int]) -> Iterator[Asked]:
        """One for each copy."""

        def judge(found: Ids) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
            return np.array([hit not in absent for hit in found.tolist()], bool), found == id

        for at in range(len(copies.transforms)):
            rows = {channel: copies.rows[channel.describer.space][at : at + 1] for channel in self.channels}
            views = [View(Seen.of(picture), features) for picture, features in copies.views[at : at + 1]]
            yield self._asked(rows, views, judge, id, int(id not in absent))

    def _asked(
        self,
        rows: Mapping[Channel, Vectors],
        views: Sequence[View],
        judge: Judge,
        unit: int,
        answers: int,
        *,
        most: int = 2 * BEST,
    ) -> Asked:
        """The `most` best hits of a search; `judge` says of ids which count, and which are right."""
        verify = VERIFIED if views else 0
        voted = self.prover.voted(views)
        found = rank_and_verify(self.engine, self.prover, [rows], views, voted, self.fuser, k=most, verify=verify)
        looks = found.ranking[np.arange(min(most, len(found.ranking)))]
        proved = with_proof(found.ranking, found.evidence, most)
        scores = looks.scores, proved_scores(proved, found.evidence)
        questions = []
        for ranking, score in zip((looks, proved), scores, strict=True):
            known, right = judge(ranking.ids)
            questions.append(Question(unit, ranking.ids, score, right, answers).among(known))
        return Asked(*questions)

    def _worth(self, asked: Sequence[Asked]) -> Worth:
        looks = judged([each.looks for each in asked])
        proves = self.prover.index is not None
        return Worth(looks, judged([each.proved for each in asked]) if proves else None)

    def _stored(self, id: int) -> dict[Channel, Vectors]:
        only = np.array([id], np.int64)
        rows = {channel: rows_of(self.store, channel.describer.space, only)[1] for channel in self.channels}
        return {channel: found for channel, found in rows.items() if len(found)}

    def _seen(self, id: int) -> list[View]:
        """Its picture and stored features; none where the library has not both."""
        if self.prover.index is None:
            return []
        only = np.array([id], np.int64)
        try:
            seen = self.prover.open_hit(next(self.store.records(only)))
            size = seen.picture(self.prover.classifier.min_side).size
        except BadPicture:
            return []
        return [
            View(Seen(seen.picture, size), features) for _, features in self.store.local(self.prover.index.space, only)
        ]

    def _twins(
        self, asked: Sequence[Question], first: Mapping[int, Record], backdrop_of: Mapping[int, int]
    ) -> Mapping[int, Ids]:
        """By unit the hits that are neither right nor wrong.

        The original in other bytes, and proved copies of it or of what a collage pasted it into.
        """
        suspects: dict[int, set[int]] = {}
        for question in asked:
            near = question.ids[(question.scores >= SUSPECT) & ~question.right]
            suspects.setdefault(question.unit, set()).update(near.tolist())
        wanted = {id for unit, ids in suspects.items() if ids for id in (unit, *ids)}
        seen = self._thumbnails([first[id] for id in sorted(wanted)])
        same: dict[int, Ids] = {unit: np.empty(0, np.int64) for unit in suspects}
        for unit, ids in suspects.items():
            there = [id for id in sorted(ids) if id in seen]
            if unit in seen and there:
                alike = twins(seen[unit], np.concatenate([seen[id] for id in there]))[0]
                copies = self._copies_of(unit, ids) | self._copies_of(backdrop_of[unit], ids)
                same[unit] = np.array(sorted({there[at] for at in alike} | copies), np.int64)
        return same

    def _copies_of(self, id: int, others: set[int]) -> set[int]:
        """Contents among the others that geometry calls copies of it; none in a library without local features."""
        views = self._seen(id)
        proved = {other: self.prover.prove(views, [other]).evidence.get(other) for other in others} if views else {}
        return {other for other, found in proved.items() if found is not None and found.relation in ("copy", "part")}

    def _thumbnails(self, records: Sequence[Record]) -> dict[int, Vectors]:
        """(1, d) by id, of the files that can be read as they were indexed."""
        limits = self.options.limits
        ids: dict[str, int] = {}

        def jobs() -> Iterator[Loaded]:
            for id, loaded in read_again(records, limits.bytes):
                ids[loaded.sha256] = id
                yield loaded

        with Isolated(DescribeBytes((JUDGE,), limits), workers=self.options.workers, limits=limits) as pool:
            return {
                ids[job.sha256]: reply.arrays[0] for job, reply in pool.run(jobs()) if not isinstance(reply, BadPicture)
            }


@dataclass(frozen=True, eq=False)
class Question:
    """(k,) hits of one question, which of them are right, and how many right ones there are.

    `unit` is what it was made of: questions of one unit are no independent witnesses.
    """

    unit: int
    ids: Ids
    scores: NDArray[np.float32]
    right: NDArray[np.bool_]
    answers: int

    def among(self, kept: NDArray[np.bool_]) -> Question:
        """The question with those hits alone."""
        return Question(self.unit, self.ids[kept], self.scores[kept], self.right[kept], self.answers)


class Asked(NamedTuple):
    """One question, answered by looks alone, and with proof."""

    looks: Question
    proved: Question

    def without(self, ids: Ids) -> Asked:
        """These hits count neither as right nor as wrong."""
        return Asked(*(question.among(~np.isin(question.ids, ids)) for question in self))


@dataclass(frozen=True, eq=False)
class Worth:
    """Judged scores of looks alone, and of those that a search shows where it can prove."""

    looks: Judged
    proved: Judged | None


def judged(asked: Iterator[Question] | Sequence[Question]) -> Judged:
    """The best hits of all questions in one list."""
    questions = [question.among(np.arange(len(question.ids)) < BEST) for question in asked]
    counts = [len(question.ids) for question in questions]
    if not questions or not sum(counts):
        raise BadQuery("no question found anything, so there is nothing to calibrate on: index more pictures")
    units = np.unique([question.unit for question in questions], return_inverse=True)[1]
    return Judged(
        np.concatenate([question.scores for question in questions]).astype(np.float64),
        np.concatenate([question.right for question in questions]),
        np.repeat(units, counts).astype(np.int64),
        np.repeat([question.answers == 0 for question in questions], counts),
        len(questions),
        sum(question.answers for question in questions),
        sum(question.answers == 0 for question in questions),
    )
