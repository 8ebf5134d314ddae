"""The network against itself written with PyTorch's operators, and what it makes of other checkpoints."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch.nn import functional

from lookalike.errors import WeightsError
from lookalike.models.superglue import SuperGlue, placed

Tensors = dict[str, NDArray[np.float32]]
SIZE = (640, 480)


def features(k: int, seed: int) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Places, scores, unit rows."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(k, 256))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rng.uniform((0, 0), SIZE, (k, 2)).astype(np.float32), rng.random(k).astype(np.float32), rows.astype("f4")


def by_torch(tensors: Tensors, a: tuple[np.ndarray, ...], b: tuple[np.ndarray, ...]) -> NDArray[np.float32]:
    """(ka, kb), with channels before places, and heads as the paper's authors lay them out."""
    state = {name: torch.from_numpy(np.asarray(tensor)) for name, tensor in tensors.items()}

    def convolved(value: torch.Tensor, name: str) -> torch.Tensor:
        return functional.conv1d(value, state[f"{name}.weight"], state[f"{name}.bias"])

    def normed(value: torch.Tensor, name: str) -> torch.Tensor:
        parts = (state[f"{name}.{part}"] for part in ("running_mean", "running_var", "weight", "bias"))
        return functional.relu(functional.batch_norm(value, *parts))

    def encoded(xy: np.ndarray, scores: np.ndarray, rows: np.ndarray) -> torch.Tensor:
        middle = np.array(SIZE) / 2
        value = torch.from_numpy(np.column_stack([(xy - middle) / (0.7 * 640), scores]).astype(np.float32).T)[None]
        for at in (0, 3, 6, 9):
            value = normed(convolved(value, f"kenc.encoder.{at}"), f"kenc.encoder.{at + 1}")
        return torch.from_numpy(rows.T)[None] + convolved(value, "kenc.encoder.12")

    def passed(layer: str, value: torch.Tensor, source: torch.Tensor) -> torch.Tensor:
        query, key, values = (
            convolved(each, f"{layer}.attn.proj.{at}").view(1, 64, 4, -1)
            for at, each in enumerate((value, source, source))
        )
        share = torch.softmax(torch.einsum("bdhn,bdhm->bhnm", query, key) / 8, dim=-1)
        seen = torch.einsum("bhnm,bdhm->bdhn", share, values).reshape(1, 256, -1)
        message = convolved(seen, f"{layer}.attn.merge")
        hidden = normed(convolved(torch.cat([value, message], dim=1), f"{layer}.mlp.0"), f"{layer}.mlp.1")
        return value + convolved(hidden, f"{layer}.mlp.3")

    ours, theirs = encoded(*a), encoded(*b)
    for number in range(18):
        layer = f"gnn.layers.{number}"
        sources = (theirs, ours) if number % 2 else (ours, theirs)
        ours, theirs = passed(layer, ours, sources[0]), passed(layer, theirs, sources[1])
    first, second = (convolved(each, "final_proj")[0] for each in (ours, theirs))
    return (first.T @ second / 16).numpy()


def test_it_agrees_with_torch(superglue_tensors: Tensors) -> None:
    a, b = features(70, 1), features(50, 2)
    network = SuperGlue.of(superglue_tensors)
    found = network.similarities(*((placed(xy, scores, SIZE), rows) for xy, scores, rows in (a, b)))
    expected = by_torch(superglue_tensors, a, b)
    np.testing.assert_allclose(found, expected, atol=1e-4 * np.abs(expected).max())
    assert network.bin_score == 13


@pytest.mark.parametrize("name", ["bin_score", "kenc.encoder.10.running_var", "gnn.layers.17.attn.proj.2.bias"])
def test_a_checkpoint_without_one_of_its_tensors_is_refused(name: str, superglue_tensors: Tensors) -> None:
    with pytest.raises(WeightsError, match="not of SuperGlue"):
        SuperGlue.of({key: value for key, value in superglue_tensors.items() if key != name})


def test_a_checkpoint_with_one_tensor_more_or_of_another_shape_is_refused(superglue_tensors: Tensors) -> None:
    with pytest.raises(WeightsError, match=r"left over: gnn\.layers\.18"):
        SuperGlue.of({**superglue_tensors, "gnn.layers.18.mlp.0.bias": np.zeros(3, np.float32)})
    with pytest.raises(WeightsError, match=r"final_proj\.weight is \(256, 128, 1\), wanted is \(256, 256, 1\)"):
        SuperGlue.of({**superglue_tensors, "final_proj.weight": np.zeros((256, 128, 1), np.float32)})
