"""SuperGlue as a module that learns, and its loss [Sarlin et al., SuperGlue: learning feature matching with graph
neural networks, CVPR 2020]."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from lookalike.models.superglue import DIM, ENCODER, HEADS, LAYERS

NEAR: Final = 3.0
"""px within which two keypoints, each the other's nearest, are one."""
FAR: Final = 5.0
"""px beyond which a keypoint has none in the other picture; between the two nobody knows."""


@dataclass(frozen=True, eq=False)
class Seen:
    """Keypoints of pictures: (b, k, 3) places and scores as the network takes them, and unit rows (b, k, 256)."""

    placed: Tensor
    rows: Tensor


class SuperGlue(nn.Module):  # type: ignore[misc]  # torch has no types here
    """Features of two pictures to the logarithm of an assignment (b, ka + 1, kb + 1): the last ones are of nothing."""

    def __init__(self, seed: int = 0, layers: int = LAYERS, rounds: int = 20) -> None:
        super().__init__()
        self.rounds = rounds
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.kenc = nn.ModuleDict({"encoder": _perceptron(ENCODER)})
            self.gnn = nn.ModuleDict({"layers": nn.ModuleList(_Layer() for _ in range(layers))})
            self.final_proj = nn.Conv1d(DIM, DIM, 1)
        self.bin_score = nn.Parameter(torch.tensor(1.0))

    def forward(self, a: Seen, b: Seen) -> Tensor:
        ours, theirs = (
            (each.rows.transpose(1, 2) + self.kenc["encoder"](each.placed.transpose(1, 2))) for each in (a, b)
        )
        for number, layer in enumerate(self.gnn["layers"]):
            sources = (ours, theirs) if number % 2 == 0 else (theirs, ours)
            ours, theirs = ours + layer(ours, sources[0]), theirs + layer(theirs, sources[1])
        ours, theirs = self.final_proj(ours), self.final_proj(theirs)
        return assignment((ours.transpose(1, 2) @ theirs).float() / math.sqrt(DIM), self.bin_score, self.rounds)

    def weights(self) -> OrderedDict[str, Tensor]:
        """Tensors by the names of the authors' checkpoint."""
        return OrderedDict((name, value.detach().cpu()) for name, value in self.state_dict().items())


class _Layer(nn.Module):  # type: ignore[misc]  # torch has no types here
    """Message to values (b, d, n) of what they learn from others (b, d, m)."""

    def __init__(self) -> None:
        super().__init__()
        projections = nn.ModuleList(nn.Conv1d(DIM, DIM, 1) for _ in range(3))
        self.attn = nn.ModuleDict({"merge": nn.Conv1d(DIM, DIM, 1), "proj": projections})
        self.mlp = _perceptron((2 * DIM, 2 * DIM, DIM))

    def forward(self, values: Tensor, others: Tensor) -> Tensor:
        sources = (values, others, others)
        query, key, value = (
            project(each).unflatten(1, (DIM // HEADS, HEADS))  # (b, numbers of a head, heads, n)
            for project, each in zip(self.attn["proj"], sources, strict=True)
        )
        nearness = torch.einsum("bdhn,bdhm->bhnm", query, key).float() / math.sqrt(DIM // HEADS)
        message = torch.einsum("bhnm,bdhm->bdhn", nearness.softmax(dim=-1).to(value.dtype), value).flatten(1, 2)
        return self.mlp(torch.cat([values, self.attn["merge"](message)], dim=1))


def _perceptron(widths: tuple[int, ...]) -> Any:
    """Layers of one px with norms and what cuts off the negative between them; the last begins with no shift."""
    layers: list[nn.Module] = []
    for inward, out in pairwise(widths):
        layers += [nn.Conv1d(inward, out, 1), nn.BatchNorm1d(out), nn.ReLU()]
    nn.init.zeros_(layers[-3].bias)
    return nn.Sequential(*layers[:-2])


def assignment(similarities: Tensor, bin_score: Tensor, rounds: int) -> Tensor:
    """Logarithm of the optimal transport (b, ka + 1, kb + 1) of (b, ka, kb) similarities and a bin on either side.

    Every keypoint has a mass of 1, each bin that of all keypoints of the other side
    [Sinkhorn & Knopp 1967; Cuturi, Sinkhorn distances, NIPS 2013].
    """
    ka, kb = similarities.shape[1:]
    bins = functional.pad(torch.zeros_like(similarities), (0, 1, 0, 1), value=1.0) * bin_score
    plan = functional.pad(similarities, (0, 1, 0, 1)) + bins
    mass_a, mass_b = (torch.zeros(k + 1, device=plan.device) for k in (ka, kb))
    mass_a[-1], mass_b[-1] = math.log(kb), math.log(ka)
    of_a, of_b = torch.zeros_like(plan[:, :, 0]), torch.zeros_like(plan[:, 0])
    for _ in range(rounds):
        of_a = mass_a - torch.logsumexp(plan + of_b[:, None], dim=2)
        of_b = mass_b - torch.logsumexp(plan + of_a[:, :, None], dim=1)
    return plan + of_a[:, :, None] + of_b[:, None]


@dataclass(frozen=True, eq=False)
class Truth:
    """`same` (b, ka, kb): both are one; `alone_a` (b, ka), `alone_b` (b, kb): what has none in the other picture."""

    same: Tensor
    alone_a: Tensor
    alone_b: Tensor


def truth_of(distances: Tensor) -> Truth:
    """Truth of (b, ka, kb) px between keypoints of a, where b shows them, and keypoints of b; inf where it does not."""
    nearest = distances.argmin(dim=2, keepdim=True)
    mutual = torch.gather(distances.argmin(dim=1), 1, nearest[..., 0]) == torch.arange(
        distances.shape[1], device=distances.device
    )
    near = torch.gather(distances, 2, nearest)[..., 0] <= NEAR
    same = torch.zeros_like(distances, dtype=torch.bool).scatter_(2, nearest, (mutual & near)[..., None])
    return Truth(same, distances.min(dim=2).values > FAR, distances.min(dim=1).values > FAR)


def matching_loss(found: Tensor, truth: Truth) -> Tensor:
    """Mean negative logarithm of what the assignment gives to the truth."""
    terms = [found[:, :-1, :-1][truth.same], found[:, :-1, -1][truth.alone_a], found[:, -1, :-1][truth.alone_b]]
    every = torch.cat(terms)
    return -every.mean() if len(every) else found.sum() * 0
