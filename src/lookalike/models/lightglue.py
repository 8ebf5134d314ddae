"""LightGlue [Lindenberger, Sarlin & Pollefeys, LightGlue: local feature matching at light speed, ICCV 2023] in numpy.

Names of tensors are those of the authors' checkpoints, of both generations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lookalike.models.attention import LayerNorm, Linear, Rows, attended, gelu, sigmoid
from lookalike.models.tensor_reader import Taking

NEVER: Final = 1.0
"""Confidence that is never reached: no early end, nothing left out."""


@dataclass(frozen=True)
class Layout:
    """Layout of the networks for features of one kind: sizes, and how the authors use them."""

    dim: int
    """Numbers in a feature's row."""
    width: int = 256
    layers: int = 9
    heads: int = 4
    enough: float = 0.95
    """Share of the features that are sure of their partner, or to have none, with which it ends early."""
    unmatched: float = 0.99
    """How sure it is that a feature has no partner before the feature is left out."""
    unused: tuple[str, ...] = ()
    """Beginnings and ends of names of tensors that matching does without."""


LAYOUTS: Final[Mapping[str, Layout]] = {
    "aliked": Layout(128),
    "disk": Layout(128, unused=(".r",)),
    "superpoint": Layout(256, unused=(".r",)),
    "xfeat": Layout(64, width=96, layers=6, heads=1, enough=NEVER, unmatched=0.95, unused=("extractor.",)),
}
"""By the name of the extractor; XFeat's is LighterGlue [Potje et al., 2024], whose checkpoint holds XFeat too."""


@dataclass(frozen=True, eq=False)
class Points:
    """Features of one picture: (n, width) states, (n, width / heads / 2) turns of pairs of numbers, (n,) which."""

    states: Rows
    turns: NDArray[np.complex64]
    which: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.which)

    def __getitem__(self, rows: NDArray[np.bool_]) -> Points:
        return Points(self.states[rows], self.turns[rows], self.which[rows])

    def now(self, states: Rows) -> Points:
        return Points(states, self.turns, self.which)

    def turned(self, rows: Rows, heads: int) -> Rows:
        """Pairs of numbers as points of the plane, turned by how far the keypoint lies along their direction.

        [Su et al., RoFormer: enhanced transformer with rotary position embedding, 2021]
        """
        pairs = np.ascontiguousarray(rows).view(np.complex64).reshape(len(rows), heads, -1)
        return (pairs * self.turns[:, None]).reshape(len(rows), -1).view(np.float32)


@dataclass(frozen=True, eq=False)
class Update:
    """Layers that turn a message into a change of a state."""

    hidden: Linear
    norm: LayerNorm
    out: Linear

    @classmethod
    def taken(cls, taking: Taking, name: str, width: int) -> Update:
        hidden = Linear.taken(taking, f"{name}.0", 2 * width, 2 * width)
        norm = LayerNorm.taken(taking, f"{name}.1", 2 * width)
        return cls(hidden, norm, Linear.taken(taking, f"{name}.3", width, 2 * width))

    def __call__(self, states: Rows, message: Rows) -> Rows:
        return states + self.out(gelu(self.norm(self.hidden(np.concatenate([states, message], axis=1)))))


@dataclass(frozen=True, eq=False)
class Within:
    """Attention among the features of one picture."""

    parts: tuple[Linear, Linear, Linear]
    """Queries, keys, values."""
    message: Linear
    update: Update
    heads: int

    @classmethod
    def taken(cls, taking: Taking, name: str, width: int, heads: int) -> Within:
        whole = Linear.taken(taking, f"{name}.Wqkv", 3 * width, width)  # the three of each number side by side
        query, key, value = (whole[np.arange(part, 3 * width, 3)] for part in range(3))
        message = Linear.taken(taking, f"{name}.out_proj", width, width)
        return cls((query, key, value), message, Update.taken(taking, f"{name}.ffn", width), heads)

    def __call__(self, points: Points) -> Points:
        queries, keys, values = (part(points.states) for part in self.parts)
        queries, keys = points.turned(queries, self.heads), points.turned(keys, self.heads)
        seen = attended(queries, keys, values, self.heads)
        return points.now(self.update(points.states, self.message(seen)))


@dataclass(frozen=True, eq=False)
class Between:
    """Attention of the features of both pictures to each other."""

    key: Linear
    value: Linear
    message: Linear
    update: Update
    heads: int

    @classmethod
    def taken(cls, taking: Taking, name: str, width: int, heads: int) -> Between:
        key, value, message = (
            Linear.taken(taking, f"{name}.{part}", width, width) for part in ("to_qk", "to_v", "to_out")
        )
        return cls(key, value, message, Update.taken(taking, f"{name}.ffn", width), heads)

    def __call__(self, a: Points, b: Points) -> tuple[Points, Points]:
        keys_a, keys_b = self.key(a.states), self.key(b.states)
        seen_a = attended(keys_a, keys_b, self.value(b.states), self.heads)
        seen_b = attended(keys_b, keys_a, self.value(a.states), self.heads)
        return (
            a.now(self.update(a.states, self.message(seen_a))),
            b.now(self.update(b.states, self.message(seen_b))),
        )


@dataclass(frozen=True, eq=False)
class Ending:
    """Reading of the states after a layer: who has a partner, and how sure that is."""

    matchable: Linear
    projection: Linear
    confidence: Linear | None
    """None after the last."""
    least: float
    """The confidence with which a feature counts as sure."""

    @classmethod
    def taken(cls, taking: Taking, number: int, width: int, layers: int) -> Ending:
        matchable = Linear.taken(taking, f"log_assignment.{number}.matchability", 1, width)
        projection = Linear.taken(taking, f"log_assignment.{number}.final_proj", width, width)
        name, is_last = f"token_confidence.{number}.token.0", number == layers - 1
        confidence = None if is_last else Linear.taken(taking, name, 1, width)
        return cls(matchable, projection, confidence, 0.8 + 0.1 * exp(-4 * number / layers))

    def unsure(self, points: Points) -> NDArray[np.bool_]:
        """(n,) which may still change their mind."""
        assert self.confidence is not None
        return np.asarray(sigmoid(self.confidence(points.states)[:, 0]) <= self.least)

    def matchability(self, points: Points) -> NDArray[np.float32]:
        """(n,) probability of each to have a partner."""
        return sigmoid(self.matchable(points.states)[:, 0])

    def assignment(self, a: Points, b: Points) -> NDArray[np.float32]:
        """(n, m) probability of each pair: of both to have a partner, and each to choose the other."""
        ours, theirs = self.projection(a.states), self.projection(b.states)
        alike = ours @ theirs.T * np.float32(ours.shape[1] ** -0.5)
        chosen = _share(alike, 1) * _share(alike, 0)
        return np.asarray(chosen * self.matchability(a)[:, None] * self.matchability(b))


@dataclass(frozen=True, eq=False)
class LightGlue:
    """The network; it ends when enough features are sure, and leaves out those that surely have no partner."""

    entry: Linear | None
    directions: NDArray[np.float32]
    """(width / heads / 2, 2), along which places turn the states."""
    layers: tuple[tuple[Within, Between, Ending], ...]
    heads: int

    @classmethod
    def of(cls, tensors: Mapping[str, NDArray[Any]], layout: Layout) -> LightGlue:
        """Raises `WeightsError` where they are not, one and all, those of such a network."""
        width, heads = layout.width, layout.heads
        taking = Taking(_named_anew(tensors, layout), "LightGlue")
        entry = None if layout.dim == width else Linear.taken(taking, "input_proj", width, layout.dim)
        directions = taking.take("posenc.Wr.weight", width // heads // 2, 2)
        layers = tuple(
            (
                Within.taken(taking, f"transformers.{number}.self_attn", width, heads),
                Between.taken(taking, f"transformers.{number}.cross_attn", width, heads),
                Ending.taken(taking, number, width, layout.layers),
            )
            for number in range(layout.layers)
        )
        taking.finish()
        return cls(entry, directions, layers, heads)

    def assignment(
        self, a: tuple[Rows, Rows], b: tuple[Rows, Rows], *, enough: float, unmatched: float
    ) -> NDArray[np.float32]:
        """(ka, kb) in [0, 1]; of each picture (k, 2) `placed` keypoints and their rows (k, dim), one or more.

        `enough` and `unmatched` as in `Layout`; a feature that was left out has zeros.
        """
        ours, theirs = self._points(*a), self._points(*b)
        whole = np.zeros((len(ours), len(theirs)), np.float32)
        for within, between, ending in self.layers:
            ours, theirs = between(within(ours), within(theirs))
            if ending.confidence is None:
                break
            unsure = [ending.unsure(points) & (enough < NEVER) for points in (ours, theirs)]
            if 1 - sum(int(each.sum()) for each in unsure) / sum(whole.shape) > enough:
                break
            if unmatched < NEVER:
                ours, theirs = (
                    points[each | (ending.matchability(points) > 1 - unmatched)]
                    for points, each in zip((ours, theirs), unsure, strict=True)
                )
            if not len(ours) or not len(theirs):
                return whole
        whole[np.ix_(ours.which, theirs.which)] = ending.assignment(ours, theirs)
        return whole

    def _points(self, places: Rows, rows: Rows) -> Points:
        states = rows if self.entry is None else self.entry(rows)
        turns = np.exp(1j * (places @ self.directions.T)).astype(np.complex64)
        return Points(states, turns, np.arange(len(rows)))


def placed(xy: NDArray[np.float32], size: tuple[int, int]) -> Rows:
    """(k, 2) as the network sees them: the middle of the picture is 0, half of its longer side 1."""
    half = np.array(size, np.float32) / 2
    return np.asarray((xy - half) / half.max(), np.float32)


def _share(values: NDArray[np.float32], axis: int) -> NDArray[np.float32]:
    """[softmax]"""
    powers = np.exp(values - values.max(axis=axis, keepdims=True))
    return np.asarray(powers / powers.sum(axis=axis, keepdims=True))


def _named_anew(tensors: Mapping[str, NDArray[Any]], layout: Layout) -> dict[str, NDArray[Any]]:
    """Without what is unused; names of the first generation, self_attn.0 for transformers.0.self_attn, as of today."""
    named = {}
    for name, tensor in tensors.items():
        if name.startswith(layout.unused) or name.endswith(layout.unused) or name == "confidence_thresholds":
            continue
        kind, _, rest = name.removeprefix("matcher.").partition(".")
        number, _, part = rest.partition(".")
        is_old = kind in ("self_attn", "cross_attn")
        named[f"transformers.{number}.{kind}.{part}" if is_old else f"{kind}.{rest}"] = tensor
    return named
