"""Answers by thing in place of pictures: one line an object, a label or a folder, voted by all of its views."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lookalike.errors import BadQuery

LEAST: Final = 0.5
"""Probability below which none of the things is named."""
VOTE: Final = "span"
"""How the views of a thing make one score of one picture, unless told otherwise (docs/decisions/0037)."""
VOTE_OF_PARTS: Final = "power_mean"
"""How they do of any other question, whose scores are no cosines of one vector: a mixture would be off the scale."""


@dataclass(frozen=True)
class Things:
    """How answers are brought together: `by` object, label, folder, or the KEY of a fact, one answer each.

    The best view of a thing is shown, and its score is made of those of all of its views by `vote`, a row of
    `search/ranking/aggregate` as NAME or NAME:FIELD=VALUE; None stands for the default. With `alone`, pictures that are
    views of nothing answer for themselves. With `least`, the first thing is named where it is at least so likely, else
    none; None names nothing.
    """

    by: str = "object"
    vote: str | None = None
    least: float | None = LEAST
    alone: bool = False

    def __post_init__(self) -> None:
        if not self.by:
            raise BadQuery("answers go by object, by label, by folder, or by the KEY of a fact")
        if self.least is not None:
            check_least(self.least)

    @classmethod
    def asked(
        cls, group_by: str | None = None, as_: str | None = None, least: float | None = None, vote: str | None = None
    ) -> Things | None:
        """Things by the words of the command line and of the service; None where pictures are asked for."""
        if as_ not in (None, "pictures", "objects"):
            raise BadQuery(f"answers come as pictures or as objects, not as {as_!r}")
        if group_by is not None and as_ is not None:
            raise BadQuery("--group-by object is --as objects with a verdict and nothing else: choose one of the two")
        if group_by is None and as_ != "objects":
            if least is not None or vote is not None:
                raise BadQuery("--least and --vote are about things: add --group-by object, label or folder")
            return None
        if group_by is None:
            return cls(least=least, alone=True, vote=vote)
        return cls(group_by, least=LEAST if least is None else least, vote=vote)


@dataclass(frozen=True)
class Thing:
    """An object, a label, a folder, or a value of a fact, with the number of its views; a picture alone has no name."""

    by: str
    name: str | None
    views: int
    score: float

    @property
    def words(self) -> str:
        """Words for people."""
        if self.name is None:
            return f"a view of no {self.by}"
        name = self.name.rpartition("/")[2] if self.by == "folder" else self.name  # where it lies is nobody's business
        return f"{self.by} {name}, {self.views} view{'s' * (self.views != 1)}"


@dataclass(frozen=True)
class Verdict:
    """Name of the thing that was asked about; None where the most alike one, `nearest`, is less likely than `least`.

    `probability` is that `nearest` is right, `none` that no thing of the library is: learned from its own pictures, and
    None where that could not be learned, or the question is more than a picture, or a proof outdid the vote.
    """

    by: str
    name: str | None
    nearest: str
    probability: float | None
    none: float | None
    least: float


def check_least(least: float) -> None:
    """Raises `BadQuery` for what is no probability."""
    if not 0 <= least <= 1:
        raise BadQuery(f"the least probability is 0 to 1, e.g. 0.9, not {least:g}")
