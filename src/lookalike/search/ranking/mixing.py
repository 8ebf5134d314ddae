"""Parts of a question put together: in one space their rows add as vectors, across spaces calibrated scores do.

The weighted sum of rows is the query of Rocchio, Relevance feedback in information retrieval (SMART, 1971), without
its minus: what answers should not be like lowers scores (`engine.AGAINST`), and nothing rises for being far from it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from lookalike.protocols import Store
from lookalike.search.ranking.channels import Channel, mean_alike
from lookalike.search.ranking.worded import Worded
from lookalike.types import Ids, Vectors

Rows: TypeAlias = Mapping[Channel, Vectors]
"""(views, d) rows of one part of a query, of each channel that can read it."""


@dataclass(frozen=True, eq=False)
class Described:
    """A part of a question as the channels see it: (views, d) rows of each, and how much it counts.

    `pieces` of one that was added up are the parts that it is made of, by label: their weights, and rows that add up to
    its own.
    """

    label: str
    kind: str
    rows: Rows
    weight: float = 1.0
    pieces: Mapping[str, tuple[float, Rows]] = field(default_factory=dict)

    def contributions(self, store: Store, ids: Ids) -> dict[str, NDArray[np.float32]]:
        """(n,) by label, the likeness that each of its pieces brings to these contents, ascending."""
        own = {channel: channel.similarities(store, rows, ids) for channel, rows in self.rows.items()}
        if not self.pieces:
            return {self.label: mean_alike(own).max(axis=0)}
        total = sum(weight for weight, _ in self.pieces.values())
        answering = sum(np.float32(channel.weight) * ~np.isnan(scores[0]) for channel, scores in own.items())
        found: dict[str, NDArray[np.float32]] = {}
        for label, (weight, rows) in self.pieces.items():
            sums = np.zeros(len(ids), np.float32)
            for channel, piece in rows.items():
                raw = channel.similarities(store, piece, ids)[0]
                floor = channel.floor
                sums += np.float32(channel.weight) * np.nan_to_num((raw - floor * weight / total) / (1 - floor))
            found[label] = np.asarray(sums / np.where(answering > 0, answering, 1), np.float32)
        return found


def in_proportion(plus: Sequence[float], minus: Sequence[float]) -> tuple[list[float], list[float]]:
    """Weights with 1 as the mean of those of the plus parts."""
    mean = sum(plus) / len(plus) if plus else 1.0
    return [weight / mean for weight in plus], [weight / mean for weight in minus]


def summed(parts: Sequence[Described]) -> list[Described]:
    """Parts of one kind as one, in the channels whose rows are directions; what else they say beside it.

    A part of several views stays as it is, since the best of these counts.
    """
    together: dict[object, list[Described]] = defaultdict(list)
    for part in parts:
        single = all(len(rows) == 1 for rows in part.rows.values())
        together[(part.kind, frozenset(part.rows)) if single else id(part)].append(part)
    return [each for some in together.values() for each in (some if len(some) == 1 else _added(some))]


def _added(parts: Sequence[Described]) -> list[Described]:
    channels = list(parts[0].rows)
    directions = [channel for channel in channels if channel.describer.space.metric == "cosine"]
    total = sum(channel.weight for channel in channels)
    share = sum(channel.weight for channel in directions) / total
    if share == 0:
        return list(parts)
    weight = sum(part.weight for part in parts)
    sums = {channel: sum(np.float32(part.weight) * part.rows[channel] for part in parts) for channel in directions}
    lengths = {channel: max(float(np.linalg.norm(row)), 1e-12) for channel, row in sums.items()}
    pieces = {
        label: (part.weight, {channel: part.weight / lengths[channel] * part.rows[channel] for channel in directions})
        for label, part in zip(_distinct([part.label for part in parts]), parts, strict=True)
    }
    unit = {channel: np.asarray(row / lengths[channel], np.float32) for channel, row in sums.items()}
    whole = Described(" + ".join(part.label for part in parts), parts[0].kind, unit, weight * share, pieces)
    others = {channel for channel in channels if channel not in unit}
    if share == 1 or not others:
        return [whole]
    beside = [
        Described(label, part.kind, {channel: part.rows[channel] for channel in others}, part.weight * (1 - share))
        for label, part in zip(pieces, parts, strict=True)
    ]
    return [whole, *beside]


def _distinct(labels: Sequence[str]) -> list[str]:
    """Labels with a number behind those that stand twice."""
    return [
        label if label not in labels[:at] else f"{label} ({labels[:at].count(label) + 1})"
        for at, label in enumerate(labels)
    ]


def moved(
    plus: Sequence[Described],
    worded: Sequence[Worded],
    minus: Sequence[Described],
    store: Store,
    ids: Ids,
    against: float,
) -> dict[int, dict[str, float]]:
    """By content, and by label of a part, by how much that part raised or lowered the content's score."""
    ascending = np.unique(ids)
    total = sum(part.weight for part in plus) + sum(part.weight for part in worded)
    sums: dict[str, NDArray[np.float32]] = {}
    for part in plus:
        for label, scores in part.contributions(store, ascending).items():
            sums[label] = (
                sums.get(label, np.zeros(len(ascending), np.float32)) + np.float32(part.weight / total) * scores
            )
    for words in worded:
        sums[words.label] = np.float32(words.weight / total) * np.nan_to_num(words.similarities(ascending)[0])
    if minus:
        near = np.stack([part.weight * part.contributions(store, ascending)[part.label] for part in minus])
        most = near.argmax(axis=0)
        for at, label in enumerate(_distinct([part.label for part in minus])):
            # Only the part that counts most does, see `Engine.rank`.
            sums[label] = np.float32(-against) * np.where(most == at, near[at], np.float32(0))
    return {
        id: {label: round(float(scores[at]), 6) + 0.0 for label, scores in sums.items()}
        for at, id in enumerate(ascending.tolist())
    }


def said(shares: Mapping[str, float]) -> str:
    """A clause that names the parts that moved an answer, the strongest first."""
    strong = sorted((label for label in shares if abs(shares[label]) >= 0.005), key=lambda label: -abs(shares[label]))
    if not strong:
        return "no part of the question moved it"
    return "moved by " + ", ".join(f"{label} ({shares[label]:+.2f})" for label in strong[:4])
