"""Classes of many pictures at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import BadQuery
from lookalike.protocols import Describer, Store
from lookalike.search.classes import Classes
from lookalike.search.classification.evidence import Votes, similarities_to
from lookalike.search.classification.judges import Judges
from lookalike.search.classification.model import NONE, RIGHT, Judge
from lookalike.search.query.parts import Pictures
from lookalike.search.query.source import Sample
from lookalike.search.query.things import LEAST, VOTE
from lookalike.search.ranking.aggregate import AGGREGATORS
from lookalike.search.ranking.channels import Channel, channels_of
from lookalike.types import Ids, Vectors


@dataclass(frozen=True)
class Classified:
    """The class of one picture: the best one, how likely it is right, and how likely it is none of these that is.

    `label` is None where `probability` is too low. Probabilities are None where nothing could be learned of them.
    `best` is the path of the view of the best class that is most alike, `scores` are those of the best classes, the
    best first.
    """

    query: str
    label: str | None
    probability: float | None
    none: float | None
    best: str
    scores: tuple[tuple[str, float], ...]


@dataclass(frozen=True, eq=False)
class Asked:
    """A picture that is asked about, and its row of each channel that can read it."""

    label: str
    rows: Mapping[Channel, Vectors]


@dataclass(frozen=True)
class Classifier:
    """Classes of a library, and what tells them apart. Its similarities are those of looks: nothing is proved."""

    votes: Votes
    classes: Classes
    judge: Judge | None

    @classmethod
    def of(
        cls, store: Store, describers: Sequence[Describer], by: str, where: str | None, judges: Judges
    ) -> Classifier:
        """Learned from pictures of the store that pass `where` and have a class by label, folder, object or a KEY."""
        classes = Classes.of(store, by, where)
        votes = Votes(store, channels_of(describers), AGGREGATORS.make(VOTE))
        return cls(votes, classes, judges.of(votes, classes))

    def asked(self, sample: Sample) -> Asked:
        """The picture, described; raises `BadPicture` and `BadQuery` where it cannot be."""
        part = Pictures([sample])
        described = {channel: channel.describe(part) for channel in self.votes.channels}
        rows = {channel: row for channel, row in described.items() if row is not None}
        if not any(channel.weight > 0 for channel in rows):
            raise BadQuery(part.unread)
        return Asked(sample.label, rows)

    def classified(self, asked: Sequence[Asked], least: float = LEAST, k: int = 5) -> list[Classified]:
        """The class of each picture, where it is at least so likely; the scores of the best `k`."""
        if not asked:
            return []
        similarities = self._similarities(asked)
        scores = self.votes.scores(similarities, self.classes)
        told = None if self.judge is None else self.judge.probabilities(scores, self.classes.names)
        nearest = self.nearest(np.nan_to_num(similarities, nan=-1), scores.argmax(axis=1))
        paths = {record.id: record.path for record in self.votes.store.records(np.unique(nearest))}
        return [
            self._one(one.label, scores[at], None if told is None else told[at], paths[int(nearest[at])], least, k)
            for at, one in enumerate(asked)
        ]

    def nearest(self, similarities: NDArray[np.float32], first: NDArray[np.int64]) -> Ids:
        """(q,) the member of the first class of each that is most alike."""
        members = [self.classes.members[of] for of in first.tolist()]
        places = [each[row[each].argmax()] for each, row in zip(members, similarities, strict=True)]
        return self.classes.ids[np.array(places, np.int64)]

    def _one(
        self,
        label: str,
        scores: NDArray[np.float32],
        told: NDArray[np.float64] | None,
        best: str,
        least: float,
        k: int,
    ) -> Classified:
        order = np.argsort(-scores, kind="stable")[:k]
        ranked = tuple((self.classes.names[each], float(scores[each])) for each in order)
        if told is None:
            return Classified(label, ranked[0][0], None, None, best, ranked)
        named = ranked[0][0] if told[RIGHT] >= least else None
        return Classified(label, named, float(told[RIGHT]), float(told[NONE]), best, ranked)

    def _similarities(self, asked: Sequence[Asked]) -> NDArray[np.float32]:
        """(q, n), the library read once for all pictures that the same channels can read."""
        found = np.empty((len(asked), len(self.classes.ids)), np.float32)
        for channels in {tuple(one.rows) for one in asked}:
            places = [at for at, one in enumerate(asked) if tuple(one.rows) == channels]
            rows = {channel: np.concatenate([asked[at].rows[channel] for at in places]) for channel in channels}
            found[places] = similarities_to(self.votes.store, rows, self.classes.ids)
        return found
