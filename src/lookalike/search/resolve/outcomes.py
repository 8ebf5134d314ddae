"""Outcomes: exactly one for each file of a group, with the reason in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from lookalike.types import Relation

Action = Literal["list", "trash", "move", "hardlink", "symlink"]
ACTIONS: Final[tuple[Action, ...]] = get_args(Action)
Fate = Literal["kept", "superfluous", "trashed", "moved", "linked", "restored", "skipped"]
"""`superfluous`: what an action would be done to, of a list; `restored`: undone."""
DONE: Final[Mapping[Action, Fate]] = {
    "list": "superfluous",
    "trash": "trashed",
    "move": "moved",
    "hardlink": "linked",
    "symlink": "linked",
}
ByDesign = Literal[
    "relation",
    "unproved",
    "shows_more",
    "hidden",
    "colours",
    "edited",
    "framed",
    "pair",
    "burst",
    "hard_link",
    "stands",
    "other_bytes",
    "set_aside",
    "no_file",
]
Failing = Literal[
    "unknown",
    "gone",
    "changed",
    "link",
    "kept",
    "owner",
    "read_only",
    "other_drive",
    "name_taken",
    "trash",
    "permission",
    "io",
    "stopped",
]
Refusal = ByDesign | Failing
"""Why a file is left as it is."""
BY_DESIGN: Final[frozenset[str]] = frozenset(get_args(ByDesign))
"""Reasons that are no failure: the file is worth keeping, or nothing would be gained."""


class Refused(Exception):
    """A file may not be acted upon; `reason` and `words` say why."""

    def __init__(self, reason: Refusal, words: str) -> None:
        super().__init__(words)
        self.reason: Refusal = reason
        self.words = words


@dataclass(frozen=True)
class Outcome:
    """One file, what became of it, and why in words. `to` is where it is now, or what stands for it.

    `bytes` is the space that its going frees: in the trash, once that is emptied.
    """

    path: str
    fate: Fate
    why: str
    reason: Refusal | None = None
    to: str | None = None
    bytes: int = 0

    @classmethod
    def skipped(cls, path: str, refused: Refused) -> Outcome:
        """A file that was left as it is."""
        return cls(path, "skipped", refused.words, refused.reason)

    @property
    def failed(self) -> bool:
        """Whether it should have been acted upon, and could not."""
        return self.reason is not None and self.reason not in BY_DESIGN


@dataclass(frozen=True)
class Resolved:
    """A group, with an outcome for each of its files, the kept one first. Of what was undone, a run: no `relation`."""

    relation: Relation | None
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True)
class Resolution:
    """All groups, and what became of their files. `run` is the number of the run; None where nothing was touched.

    `recovered` counts acts of a run that was killed, which this one brought to an end first.
    """

    action: Action | Literal["undo"]
    rules: tuple[str, ...]
    groups: tuple[Resolved, ...]
    run: int | None = None
    recovered: int = 0
    interrupted: bool = False

    @property
    def outcomes(self) -> list[Outcome]:
        """Outcomes of all files."""
        return [outcome for group in self.groups for outcome in group.outcomes]

    @property
    def counts(self) -> dict[Fate, int]:
        """Number of files by what became of them."""
        return dict(Counter(outcome.fate for outcome in self.outcomes))

    @property
    def freed(self) -> int:
        """Bytes that all take no longer, or would not."""
        return sum(outcome.bytes for outcome in self.outcomes)

    @property
    def failed(self) -> bool:
        """Whether some file should have been acted upon, and could not."""
        return any(outcome.failed for outcome in self.outcomes)


def of_all(paths: Iterable[str], refused: Refused) -> list[Outcome]:
    """Outcomes of files that are all left as they are for one reason."""
    return [Outcome.skipped(path, refused) for path in paths]
