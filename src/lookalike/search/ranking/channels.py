"""Channels: a describer, what the store holds of it, and how much it counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from lookalike.describe import DESCRIBERS
from lookalike.describe.adapted import Adapted
from lookalike.describe.convnet import ConvNet
from lookalike.describe.pca import PrincipalComponents
from lookalike.errors import BadQuery, SpaceMismatch
from lookalike.index.similarity import similarity
from lookalike.protocols import Describer, Store
from lookalike.registry import spelling
from lookalike.search.components import by_name
from lookalike.search.query.parts import Part, Pictures
from lookalike.types import Ids, Vectors

DEFAULT_WEIGHTS: Mapping[str, float] = Pictures.default_weights
SHARPNESS: Final[Mapping[str, float]] = {"histogram": 3.0, "phash": 3.0}
"""By describer, the power of its similarity that counts beside others: the middle of its scale says little.

Any power from 2 to 4 does nearly as well (docs/decisions/0049).
"""


@dataclass(frozen=True)
class Channel:
    """One way of comparing, and its share in the score.

    `called` is its name where that of the describer does not tell it from others, see `by_name`.
    """

    describer: Describer
    weight: float
    called: str = ""
    unrelated: float | None = None
    """Similarity at which the score begins; None: that of two unrelated pictures."""
    sharpness: float = 1.0
    """Power of the similarity that counts: more leaves what is half alike with less."""

    @property
    def name(self) -> str:
        return self.called or self.describer.name

    def describe(self, part: Part) -> Vectors | None:
        """(views, d) rows; None where the channel has nothing to say about the part and abstains."""
        return part.rows(self.describer)

    @property
    def floor(self) -> np.float32:
        """Similarity at which the score begins."""
        return np.float32(self.describer.unrelated if self.unrelated is None else self.unrelated)

    def alike(self, scores: NDArray[np.float32]) -> NDArray[np.float32]:
        """Similarities on the scale that channels share: 0 as of unrelated pictures, 1 as of one with itself."""
        alike = np.clip((scores - self.floor) / (1 - self.floor), 0, 1)
        return np.asarray(alike if self.sharpness == 1 else alike**self.sharpness, np.float32)

    def similarities(self, store: Store, queries: Vectors, ids: Ids) -> NDArray[np.float32]:
        """(views, len(ids)) exact similarities to the vectors in the store; NaN where there is none."""
        scores = np.full((len(queries), len(ids)), np.nan, np.float32)
        for found, vectors in store.vectors(self.describer.space, ids):
            scores[:, np.searchsorted(ids, found)] = similarity(self.describer.space, queries, vectors)
        return scores


def channels_of(
    describers: Sequence[Describer],
    by: Mapping[str, float] | None = None,
    defaults: Mapping[str, float] = DEFAULT_WEIGHTS,
) -> list[Channel]:
    """Channels that `by` names with its weights, else all with those of `defaults`."""
    known = by_name(describers)
    if not known:
        raise SpaceMismatch(
            "the library has no vectors that this version can compare; run `lookalike index PATH` to make some"
        )
    weights = (
        _defaults(known, defaults) if by is None else {_meant(words, known): weight for words, weight in by.items()}
    )
    for name, weight in weights.items():
        if not 0 <= weight < float("inf"):
            raise BadQuery(f"the weight of {name!r} must be 0 or more, not {weight}")
    if not any(weights.values()):
        raise BadQuery("every channel has weight 0: give one of them more")
    return mixed([Channel(known[name], weight, name) for name, weight in weights.items()])


def mixed(channels: Sequence[Channel]) -> list[Channel]:
    """Channels as they count together, each as sharp as `SHARPNESS` says; one that counts alone is as it is."""
    if sum(channel.weight > 0 for channel in channels) < 2:
        return list(channels)
    return [replace(channel, sharpness=SHARPNESS.get(channel.describer.name, 1.0)) for channel in channels]


def _defaults(known: Mapping[str, Describer], defaults: Mapping[str, float]) -> dict[str, float]:
    """Default weights by name; where none has one, all count alike.

    What was adapted takes its share of `convnet`. Components of its vectors, where it is not there, stand in for it.
    """
    weights = {name: defaults.get(name, 0.0) for name in known}
    stands_in = [
        name for name, each in known.items() if isinstance(each, PrincipalComponents) and each.of == ConvNet.name
    ]
    if stands_in and ConvNet.name not in known:
        weights |= dict.fromkeys(stands_in, defaults.get(ConvNet.name, 0.0) / len(stands_in))
    plain = weights.get(ConvNet.name, 0.0)
    for name, describer in known.items():
        if isinstance(describer, Adapted) and plain:
            weights |= {name: plain * describer.share, ConvNet.name: plain * (1 - describer.share)}
    return weights if any(weights.values()) else dict.fromkeys(weights, 1.0)


def _meant(words: str, known: Mapping[str, Describer]) -> str:
    """The name among `known` of NAME or NAME:FIELD=VALUE; raises where none is that, or NAME may be several."""
    if words in known:
        return words
    wanted = DESCRIBERS.spelled(words)
    same = [name for name, describer in known.items() if spelling(describer) == spelling(wanted)]
    if same:
        return same[0]
    several = [name for name, describer in known.items() if describer.name == words]
    if several:
        raise BadQuery(f"the library has {words!r} with several settings: name one of {', '.join(sorted(several))}")
    raise SpaceMismatch(
        f"the library has no {words!r} vectors, only {', '.join(sorted(known))}; "
        f"add them with `lookalike index PATH --describer {words}`"
    )


class Scored(Protocol):
    """A channel as far as its scores go: of vectors, or with scores of its own."""

    @property
    def name(self) -> str: ...
    @property
    def weight(self) -> float: ...
    def alike(self, scores: NDArray[np.float32]) -> NDArray[np.float32]: ...


AnyChannel = TypeVar("AnyChannel", bound=Scored)


def mean_alike(own: Mapping[AnyChannel, NDArray[np.float32]]) -> NDArray[np.float32]:
    """Weighted mean of the channels' similarities on their common scale, in [0, 1].

    A channel that is NaN abstains: its weight is shared among those that answer. Where none answers it is 0.
    """
    first = next(iter(own.values()))
    sums, weights = np.zeros(first.shape, np.float32), np.zeros(first.shape, np.float32)
    for channel, scores in own.items():
        answers = np.float32(channel.weight) * ~np.isnan(scores)
        sums += answers * channel.alike(np.nan_to_num(scores))
        weights += answers
    return np.asarray(sums / np.where(weights > 0, weights, 1), np.float32)
