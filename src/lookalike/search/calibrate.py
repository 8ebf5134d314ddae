"""Questions with known answers, asked of a library through its own engine, for a calibration.

Either copies of its own pictures, a third of which must find nothing, or pictures whose folders are classes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import BadPicture, BadQuery
from lookalike.pixels.augment import EDITS
from lookalike.pixels.isolate import Isolated
from lookalike.protocols import Fuser, Store
from lookalike.search.again import read_again
from lookalike.search.channels import Channel
from lookalike.search.copy_plan import plan_copies
from lookalike.search.copying import Copies, copy_jobs, describe_copies
from lookalike.search.describing import DescribeBytes
from lookalike.search.engine import Engine, Ranking
from lookalike.search.fitting import Judged
from lookalike.search.ingest import Options, Progress
from lookalike.search.reading import Loaded
from lookalike.search.rows import rows_of
from lookalike.search.twins import JUDGE, twins
from lookalike.types import Ids, Record, Vectors

BEST = 20
"""Hits of each question that are judged: what a person looks at."""
MOST = 1000
"""Pictures of classes that are asked about."""
SUSPECT = 0.5
"""A wrong hit that scores so high with a copy may be a twin of the original; then its file is looked at."""


@dataclass(frozen=True)
class Asker:
    """Asks an engine as a search would."""

    store: Store
    engine: Engine
    channels: tuple[Channel, ...]
    fuser: Fuser
    options: Options

    def copies(self, originals: int, seed: int) -> Judged | None:
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
        asked: list[Question] = []
        jobs = copy_jobs(records, plan, tuple(EDITS), seed, self.options.limits)
        describers = [channel.describer for channel in self.channels]
        done = failed = 0
        for outcome in describe_copies(jobs, describers, workers=self.options.workers, limits=self.options.limits):
            if isinstance(outcome, Copies):
                done += 1
                id = id_of[outcome.original.sha256]
                rows = {channel: outcome.rows[channel.name] for channel in self.channels}
                asked += self._of_copies(id, rows, absent)
            else:
                failed += 1
            self.options.on_commit(Progress(len(plan.originals), done, failed))
            if self.options.should_stop():
                return None
        asked.sort(key=lambda question: question.unit)  # workers end in any order
        return judged(self._without_twins(asked, first))

    def classes(self, labels: str, rng: np.random.Generator) -> Judged:
        """Pictures of the library below the folder `labels`, each for the others of its class, its own folder there."""
        root = os.path.realpath(labels)
        label_of: dict[int, str] = {}
        for record in self.store.records():
            if record.path.startswith(root.rstrip("/") + "/"):
                label_of.setdefault(record.id, os.path.relpath(os.path.dirname(record.path), root))  # noqa: PTH120
        names = sorted(set(label_of.values()))
        if len(names) < 2:
            raise BadQuery(
                f"the library has pictures of {len(names)} folder(s) below {root!r}, and classes need two: "
                "name the folder that holds a folder for each class, and index it"
            )
        size = {name: sum(label == name for label in label_of.values()) for name in names}
        ids = np.array(sorted(label_of), np.int64)
        asked = []
        for id in np.sort(rng.permutation(ids)[:MOST]).tolist():
            name = label_of[id]
            ranking = self._rank(self._stored(id))
            known = np.array([hit in label_of and hit != id for hit in ranking.ids.tolist()], bool)
            right = np.array([label_of.get(hit) == name for hit in ranking.ids.tolist()], bool)
            asked.append(
                Question(names.index(name), ranking.ids[known], ranking.scores[known], right[known], size[name] - 1)
            )
        return judged(asked)

    def _of_copies(self, id: int, rows: Mapping[Channel, Vectors], absent: set[int]) -> Iterator[Question]:
        """One for each row."""
        for at in range(len(next(iter(rows.values())))):
            ranking = self._rank({channel: vectors[at : at + 1] for channel, vectors in rows.items()})
            there = np.array([hit not in absent for hit in ranking.ids.tolist()], bool)
            ids = ranking.ids[there]
            yield Question(id, ids, ranking.scores[there], ids == id, int(id not in absent))

    def _rank(self, rows: Mapping[Channel, Vectors]) -> Ranking:
        return self.engine.rank_described(rows, self.fuser, k=2 * BEST)

    def _stored(self, id: int) -> dict[Channel, Vectors]:
        only = np.array([id], np.int64)
        rows = {channel: rows_of(self.store, channel.describer.space, only)[1] for channel in self.channels}
        return {channel: found for channel, found in rows.items() if len(found)}

    def _without_twins(self, asked: Sequence[Question], first: Mapping[int, Record]) -> Iterator[Question]:
        """Hits that are the original in other bytes are neither right nor wrong."""
        suspects: dict[int, set[int]] = {}
        for question in asked:
            near = question.ids[(question.scores >= SUSPECT) & ~question.right]
            suspects.setdefault(question.unit, set()).update(near.tolist())
        wanted = {id for unit, ids in suspects.items() if ids for id in (unit, *ids)}
        seen = self._thumbnails([first[id] for id in sorted(wanted)])
        same: dict[int, Ids] = {}
        for unit, ids in suspects.items():
            there = [id for id in sorted(ids) if id in seen]
            if unit in seen and there:
                alike = twins(seen[unit], np.concatenate([seen[id] for id in there]))[0]
                same[unit] = np.array([there[at] for at in alike], np.int64)
        for question in asked:
            yield question.among(~np.isin(question.ids, same.get(question.unit, np.empty(0, np.int64))))

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
        """Those hits alone."""
        return Question(self.unit, self.ids[kept], self.scores[kept], self.right[kept], self.answers)


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
