"""Ranked pictures brought together into things, and which of these it is that was asked about."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lookalike.protocols import Store
from lookalike.search.classes import BY_FOLDER, Classes, kind_of
from lookalike.search.classification.evidence import NEAREST, Votes
from lookalike.search.classification.judges import Judges
from lookalike.search.classification.model import NONE, RIGHT
from lookalike.search.query.things import VOTE, VOTE_OF_PARTS, Thing, Things, Verdict
from lookalike.search.ranking.aggregate import AGGREGATORS
from lookalike.search.ranking.channels import Channel
from lookalike.search.ranking.engine import Ranking
from lookalike.search.ranking.relation import Evidence
from lookalike.search.ranking.verification import proved_scores
from lookalike.types import Answer, Ids

PICTURES: Final = 100
"""Pictures that are ranked at least; the things of which these are views then answer, with all of their views."""


def pictures_for(things: int) -> int:
    """How many pictures are ranked for so many things."""
    return max(PICTURES, 5 * things)


class Proof(NamedTuple):
    """The score that is proved of a content, and how `likely` it is that it shows the thing asked about.

    Told of scenes alone (docs/decisions/0030), else 0: what a copy is a view of, its looks say well enough.
    """

    score: float
    likely: float


UNPROVED: Final = Proof(0.0, 0.0)


@dataclass(frozen=True, eq=False)
class Gathered:
    """(k,) places, in the ranking that was gathered, of the best view of each thing, the best thing first."""

    places: NDArray[np.int64]
    things: tuple[Thing, ...]
    verdict: Verdict | None


@dataclass(frozen=True)
class Gatherer:
    """Brings the views of a library's things together. `scores` ranks contents by looks, in any order."""

    store: Store
    asked: Things
    channels: Sequence[Channel]
    scores: Callable[[Ids], Ranking]
    judges: Judges | None
    """None where the question is more than one upright picture: no probability was learned for such."""

    def gathered(self, ranking: Ranking, proofs: Mapping[int, Proof], where: str | None, k: int) -> Gathered:
        """The best `k` things of which contents of `ranking`, best first, are views.

        `proofs` are of contents of which something is proved: a thing scores at least as its best proved view.
        Raises `BadQuery` where the library knows no such thing.
        """
        classes = Classes.of(self.store, self.asked.by, where)
        found = _seen_in(classes, ranking.ids)
        vote = self.asked.vote or (VOTE_OF_PARTS if self.judges is None else VOTE)
        votes = Votes(self.store, self.channels, AGGREGATORS.spelled(vote), max(NEAREST, 2 * k))
        looks = votes.scores(self._looks(found.ids), found)[0] if found.names else np.empty(0, np.float32)
        proved = [
            max((proofs.get(id, UNPROVED) for id in found.ids[of].tolist()), default=UNPROVED) for of in found.members
        ]
        scores = np.fmax(looks, np.array([each.score for each in proved], np.float64)).tolist()
        places = _first_places(found, ranking.ids)
        lines = [
            (score, Thing(kind_of(self.asked.by), name, len(of), score), place)
            for score, name, of, place in zip(scores, found.names, found.members, places, strict=True)
        ]
        if self.asked.alone:
            lines += self._alone(ranking, found, proofs)
        lines.sort(key=lambda line: (-line[0], line[2]))
        likely = {name: each.likely for name, each in zip(found.names, proved, strict=True)}
        verdict = self._verdict(votes, classes, found.names, looks, [thing for _, thing, _ in lines], likely)
        shown = np.array([place for *_, place in lines[:k]], np.int64)
        return Gathered(shown, tuple(thing for _, thing, _ in lines[:k]), verdict)

    def _looks(self, ids: Ids) -> NDArray[np.float32]:
        """(1, n) scores by looks of these contents, ascending."""
        ranked = self.scores(ids)
        looks = np.full((1, len(ids)), np.nan, np.float32)
        known = np.isin(ranked.ids, ids)
        looks[0, np.searchsorted(ids, ranked.ids[known])] = ranked.scores[known]
        return looks

    def _alone(self, ranking: Ranking, found: Classes, proofs: Mapping[int, Proof]) -> list[tuple[float, Thing, int]]:
        lines = []
        for place in np.flatnonzero(~np.isin(ranking.ids, found.ids)).tolist():
            score = max(float(ranking.scores[place]), proofs.get(int(ranking.ids[place]), UNPROVED).score)
            lines.append((score, Thing(self.asked.by, None, 1, score), place))
        return lines

    def _verdict(
        self,
        votes: Votes,
        classes: Classes,
        names: Sequence[str],
        looks: NDArray[np.float32],
        things: Sequence[Thing],
        likely: Mapping[str, float],
    ) -> Verdict | None:
        """By the vote, or by a view that is proved to show the thing asked about, where that is likelier.

        Where another proof puts another thing first than the vote, that one, and nothing is known of how likely it is.
        """
        first = next((thing.name for thing in things if thing.name is not None), None)
        if self.asked.least is None or first is None:
            return None
        kind, least, shown = kind_of(self.asked.by), self.asked.least, likely[first]
        judge = None if self.judges is None else self.judges.of(votes, classes)
        right = none = 0.0
        if judge is not None and first == names[int(looks.argmax())]:
            told = judge.probabilities(looks[None], names)[0]
            right, none = float(told[RIGHT]), float(told[NONE])
        elif self.judges is None or not shown:
            return Verdict(kind, first, first, None, None, least)
        if shown > right:
            right, none = shown, 1 - shown
        return Verdict(kind, first if right >= least else None, first, right, none, least)


def proofs_of(ranking: Ranking, evidence: Mapping[int, Evidence], identical: Collection[int]) -> dict[int, Proof]:
    """Proofs of contents of the ranking: those of which geometry found something, and those that are identical."""
    scores = dict(zip(ranking.ids.tolist(), proved_scores(ranking, evidence).tolist(), strict=True))
    proofs = {
        id: Proof(scores[id], one.strength if one.relation == "scene" else 0.0)
        for id, one in evidence.items()
        if id in scores
    }
    return proofs | {id: Proof(1.0, 0.0) for id in identical if id in scores}


def by_thing(answers: Iterable[Sequence[Answer]], gathered: Gathered) -> tuple[list[Answer], tuple[Thing, ...]]:
    """An answer for each thing, that of its best view, with the score and the words of the thing."""
    told, things = [], []
    for of_view, thing in zip(answers, gathered.things, strict=True):
        if of_view:
            told.append(_of_thing(_in_thing(of_view, thing), thing, gathered.verdict))
            things.append(thing)
    return told, tuple(things)


def _in_thing(of_view: Sequence[Answer], thing: Thing) -> Answer:
    """The file that lies in the folder, or below it, where the thing is one."""
    inside = (one for one in of_view if thing.by == BY_FOLDER and one.path.startswith(f"{thing.name}/"))
    return min(inside, key=lambda one: one.path.count("/"), default=of_view[0])


def _of_thing(answer: Answer, thing: Thing, verdict: Verdict | None) -> Answer:
    sure = None if verdict is None or verdict.nearest != thing.name else verdict.probability
    return replace(answer, score=thing.score, probability=sure, why=f"{thing.words}: {answer.why}")


def _seen_in(classes: Classes, ids: Ids) -> Classes:
    """Classes of which one of these contents is a member, with all of their members."""
    seen = np.isin(classes.ids, ids)
    kept = [at for at, members in enumerate(classes.members) if seen[members].any()]
    places = np.unique(np.concatenate([classes.members[at] for at in kept])) if kept else np.empty(0, np.int64)
    members = [np.searchsorted(places, classes.members[at]) for at in kept]
    return Classes(classes.ids[places], [classes.names[at] for at in kept], members)


def _first_places(classes: Classes, ids: Ids) -> list[int]:
    """The first place in `ids` of a member of each class."""
    place_of = {id: place for place, id in reversed(list(enumerate(ids.tolist())))}
    absent = len(ids)
    return [min(place_of.get(id, absent) for id in classes.ids[of].tolist()) for of in classes.members]
