"""Results of a search: answers in order, and ways to look at them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, overload

from lookalike.errors import MissingExtra
from lookalike.search.atomic import write_atomically
from lookalike.search.calibration.model import Claim
from lookalike.search.documents import json_text, search_document
from lookalike.search.query.query import Query
from lookalike.search.query.things import Thing, Verdict
from lookalike.types import Answer, Size

if TYPE_CHECKING:
    import pandas

    from lookalike.search.pages.render import Asked, Shown


@dataclass(frozen=True, eq=False)
class Results(Sequence[Answer]):
    """Answers to `query`, best first; `searched` contents were eligible.

    `labels` name the parts of the query as a person knows them. `weights` are those of the channels that answered.
    `claim` says what the answers' probability is about; None where the library is not calibrated for the query.
    `question` is how judgements name it.
    `size` is (w, h) px of the picture, or of the part of it, that was asked about; None of several and of none.
    `things` are those of which the answers are the best views, and `verdict` says which of them it is; None where
    pictures were asked for.
    """

    query: Query
    answers: tuple[Answer, ...]
    searched: int
    seconds: float
    labels: tuple[str, ...]
    weights: Mapping[str, float]
    claim: Claim | None
    size: Size | None
    question: str
    _illustrate: Callable[[Results], tuple[list[Asked], list[Shown]]]
    things: tuple[Thing, ...] | None = None
    verdict: Verdict | None = None

    @overload
    def __getitem__(self, at: int) -> Answer: ...
    @overload
    def __getitem__(self, at: slice) -> Results: ...
    def __getitem__(self, at: int | slice) -> Answer | Results:
        if not isinstance(at, slice):
            return self.answers[at]
        return replace(self, answers=self.answers[at], things=None if self.things is None else self.things[at])

    def __len__(self) -> int:
        return len(self.answers)

    def __repr__(self) -> str:
        best = f", best {self[0].score:.2f} {self[0].path!r}" if self.answers else ""
        return f"<{len(self)} answers of {self.searched}{best}>"

    def to_pandas(self) -> pandas.DataFrame:
        """One row an answer: path, score, relation, probability, why, width, height, and a column for each channel."""
        try:
            import pandas
        except ImportError as error:
            raise MissingExtra("a table needs pandas: pip install 'lookalike[pandas]'") from error
        return pandas.DataFrame(
            {
                "path": answer.record.path,
                "score": answer.score,
                "relation": answer.relation,
                "probability": answer.probability,
                "why": answer.why,
                "width": answer.record.content.size[0],
                "height": answer.record.content.size[1],
                **answer.channels,
            }
            for answer in self
        )

    def to_json(self) -> str:
        """The document of `lookalike search --json`, of schema `lookalike/search/1`; unknown is null."""
        return json_text(search_document(self))

    def to_html(self) -> str:
        """A page that stands alone: thumbnails inside, no script, nothing fetched."""
        from lookalike.search.pages.render import search_page

        asked, shown = self._illustrate(self)
        return search_page(
            asked, shown, searched=self.searched, seconds=self.seconds, where=self.query.where, claim=self.claim
        )

    def save_html(self, path: str | os.PathLike[str]) -> Path:
        """Writes `to_html()` to `path`, whole or not at all."""
        return write_atomically(Path(path), self.to_html().encode("utf-8", "backslashreplace"))

    def _repr_html_(self) -> str:
        from lookalike.search.pages.render import notebook

        asked, shown = self._illustrate(self)
        return notebook(asked, shown)
