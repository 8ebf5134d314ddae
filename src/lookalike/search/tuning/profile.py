"""Weights of channels, and perhaps a re-ranker, that were better than the default on a library's own pictures."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

from lookalike.errors import BadQuery, SpaceMismatch, UnknownName
from lookalike.protocols import Describer, Store
from lookalike.search.components import by_name

Estimate: TypeAlias = tuple[float, float, float]
"""A value, and the ends of its 95 % interval."""
LONGEST = 64
"""Characters of a name."""


@dataclass(frozen=True)
class Profile:
    """Weights by channel, with the digest of the space of each; `rerank` is NAME or NAME:FIELD=VALUE, or None.

    `gain` in MAP@R over `default` is of pictures whose class taught nothing; `source` says what it was learned from.
    """

    weights: Mapping[str, float]
    digests: Mapping[str, str]
    rerank: str | None
    source: str
    questions: int
    default: float
    gain: Estimate

    def checked(self, name: str, describers: Sequence[Describer]) -> Profile:
        """The profile; raises `SpaceMismatch` where a channel that it names is not there as it was."""
        known = by_name(describers)
        for channel, digest in self.digests.items():
            if channel not in known:
                raise SpaceMismatch(
                    f"the profile {name!r} counts on {channel!r}, which the library has no vectors of now: run "
                    f"`lookalike index PATH --describer {channel}`, or `lookalike tune` again"
                )
            if known[channel].space.digest != digest:
                raise SpaceMismatch(
                    f"the profile {name!r} was learned with another version of {channel!r}: run `lookalike tune` again"
                )
        return self

    def to_json(self, before: str | None = None) -> str:
        """As `of_json` reads it; `before` is the text of the one that it takes the place of."""
        return json.dumps(asdict(self) | ({} if before is None else {"before": json.loads(before)}))

    @classmethod
    def of_json(cls, text: str) -> Profile:
        """As `to_json` wrote it."""
        values: dict[str, Any] = json.loads(text)
        values.pop("before", None)
        return cls(**{**values, "gain": tuple(values["gain"])})


def profile_of(store: Store, name: str, describers: Sequence[Describer]) -> Profile:
    """The profile of that name; raises `UnknownName` where there is none, and `SpaceMismatch` as `checked`."""
    known = store.lessons.profiles()
    if name not in known:
        if not known:
            raise BadQuery(f"the library has no profile {name!r}, and no other: `lookalike tune` learns one")
        raise UnknownName("profile", name, known)
    return Profile.of_json(known[name]).checked(name, describers)


def check_name(name: str) -> None:
    """Raises `BadQuery` for what is no name."""
    if not 0 < len(name) <= LONGEST or not name.replace("-", "").replace("_", "").isalnum():
        raise BadQuery(f"a profile has a name of letters, digits, - and _, {LONGEST} at most, not {name[:80]!r}")


def keep(store: Store, name: str, profile: Profile) -> None:
    """Keeps it in place of one of that name, which `revert` brings back. In a transaction of the caller's."""
    store.lessons.put_profile(name, profile.to_json(store.lessons.profiles().get(name)))


def revert(store: Store, name: str) -> bool:
    """Brings back the profile before, and says whether there was one; else there is none of that name any more.

    In a transaction of the caller's. Raises `UnknownName`.
    """
    known = store.lessons.profiles()
    if name not in known:
        raise UnknownName("profile", name, known)
    before = json.loads(known[name]).get("before")
    store.lessons.put_profile(name, None if before is None else json.dumps(before))
    return before is not None
