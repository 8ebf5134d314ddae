"""The layers against PyTorch's operators."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from lookalike.models.attention import LayerNorm, Linear, attended, gelu, in_turn, sigmoid
from lookalike.models.tensor_reader import Taking

RNG = np.random.default_rng(0)


def drawn(*shape: int) -> np.ndarray:
    return RNG.normal(size=shape).astype(np.float32)


@pytest.mark.parametrize("heads", [1, 4])
def test_attention_is_that_of_torch(heads: int) -> None:
    queries, keys, values = drawn(30, 32), drawn(50, 32), drawn(50, 32)
    split = (torch.from_numpy(rows.reshape(len(rows), heads, -1)).transpose(0, 1) for rows in (queries, keys, values))
    expected = functional.scaled_dot_product_attention(*split).transpose(0, 1).reshape(30, 32)
    np.testing.assert_allclose(attended(queries, keys, values, heads), expected.numpy(), atol=1e-6)


def test_attention_to_one_is_its_value_however_strong_the_answer() -> None:
    found = attended(1e3 * drawn(3, 8), 1e3 * drawn(1, 8), np.arange(8, dtype=np.float32)[None], 2)
    np.testing.assert_allclose(found, np.tile(np.arange(8), (3, 1)))


def test_layer_norm_gelu_and_sigmoid_are_those_of_torch() -> None:
    rows, gain, shift = drawn(20, 64) * 5 + 3, drawn(64), drawn(64)
    tensor = torch.from_numpy(rows)
    expected = functional.layer_norm(tensor, (64,), torch.from_numpy(gain), torch.from_numpy(shift))
    np.testing.assert_allclose(LayerNorm(gain, shift)(rows), expected.numpy(), atol=1e-5)
    np.testing.assert_allclose(gelu(rows), functional.gelu(tensor).numpy(), atol=1e-5)
    np.testing.assert_allclose(sigmoid(40 * rows), torch.sigmoid(40 * tensor).numpy(), atol=1e-6)


def test_a_batch_norm_is_folded_into_the_layer_before_it() -> None:
    tensors = {f"norm.{part}": drawn(6) for part in ("weight", "bias", "running_mean")}
    tensors["norm.running_var"] = np.abs(drawn(6)) + 0.1
    layer, rows = Linear(drawn(6, 5), drawn(6)), drawn(9, 5)
    torches = {name.removeprefix("norm."): torch.from_numpy(tensor) for name, tensor in tensors.items()}
    expected = functional.batch_norm(torch.from_numpy(layer(rows)), **torches)
    found = layer.normed(Taking(tensors, "a test"), "norm")(rows)
    np.testing.assert_allclose(found, expected.numpy(), atol=1e-5)


def test_layers_in_turn_are_rectified_between_and_not_after() -> None:
    first, second = Linear(drawn(7, 5), drawn(7)), Linear(drawn(3, 7), drawn(3))
    rows = drawn(11, 5)
    np.testing.assert_allclose(in_turn((first, second), rows), second(np.maximum(first(rows), 0)))
    assert (in_turn((first, second), rows) < 0).any()
