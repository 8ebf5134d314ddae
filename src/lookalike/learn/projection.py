"""Projection heads learned from edited copies, by InfoNCE with entropy regularisation."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray

from lookalike.learn.closed_form import LinearMap, principal
from lookalike.learn.losses.sscd import Sscd
from lookalike.learn.networks import hidden_head, linear_head
from lookalike.learn.own_copies import OwnCopies, Part
from lookalike.learn.sampler import ClassesTimesPictures
from lookalike.learn.train import Examples, Recipe, Training, describe

DIM: Final = 256
RECIPE: Final = Recipe(
    Sscd(), sampler=ClassesTimesPictures(32, 4), iterations=400, rate=1e-3, judge_every=50, patience=3
)
STOPPING: Final = 5
"""One original in so many ends the training."""
Rows = NDArray[np.float32]


def projection(own: OwnCopies, part: Part, *, hidden: bool, seed: int, recipe: Recipe = RECIPE) -> Any:
    """Module (n, d) -> (n, k), linear or with one hidden layer, learned from originals and copies of `part`."""
    stop = part.originals[::STOPPING]
    learn = np.setdiff1d(part.originals, stop)
    examples, left_out = (_examples(own, Part(each, part.edits)) for each in (learn, stop))
    rows = examples.inputs.numpy()
    dim = min(DIM, principal(rows, DIM).matrix.shape[1])
    network = hidden_head(rows, dim, seed) if hidden else linear_head(rows, dim)
    return Training(network, recipe, examples, left_out).run()


def linear_map(network: Any) -> LinearMap:
    """A linear head `x @ W + b` as `(x - mean) @ W`."""
    matrix = network.weight.detach().numpy().T.astype(np.float32)
    mean, *_ = np.linalg.lstsq(matrix.T, -network.bias.detach().numpy(), rcond=None)
    return LinearMap(np.asarray(mean, np.float32), np.ascontiguousarray(matrix))


def mapped(network: Any, rows: Rows) -> Rows:
    """(n, k) unit rows."""
    return np.asarray(describe(network, torch.from_numpy(np.ascontiguousarray(rows, np.float32))).numpy(), np.float32)


def _examples(own: OwnCopies, part: Part) -> Examples:
    """Each original and its copies of one label."""
    views = own.classes(part)
    rows = np.asarray(views.reshape(-1, views.shape[2]), np.float32)
    return Examples(torch.from_numpy(rows), np.repeat(part.originals, views.shape[1]))
