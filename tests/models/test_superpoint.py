"""The graph against the network written layer by layer with PyTorch's operators, on drawn weights."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
import torch
from numpy.typing import NDArray
from torch.nn import functional

from lookalike.errors import WeightsError
from lookalike.models.checkpoint import Tensors
from lookalike.models.onnx_session import started
from lookalike.models.superpoint import superpoint
from lookalike.types import Picture

ENCODER = ("conv1a", "conv1b", "", "conv2a", "conv2b", "", "conv3a", "conv3b", "", "conv4a", "conv4b")
"""Layers; where there is none, px are pooled."""


def by_torch(grey: NDArray[np.uint8], tensors: Tensors) -> dict[str, NDArray[np.float32]]:
    state = {name: torch.from_numpy(tensor) for name, tensor in tensors.items()}

    def convolved(value: torch.Tensor, name: str) -> torch.Tensor:
        weight = state[f"{name}.weight"]
        return functional.conv2d(value, weight, state[f"{name}.bias"], padding=weight.shape[2] // 2)

    value = torch.from_numpy(grey)[None, None].float() / 255
    for name in ENCODER:
        value = functional.relu(convolved(value, name)) if name else functional.max_pool2d(value, 2)
    logits = convolved(functional.relu(convolved(value, "convPa")), "convPb")
    heat = functional.pixel_shuffle(torch.softmax(logits, dim=1)[:, :-1], 8)
    rows = functional.normalize(convolved(functional.relu(convolved(value, "convDa")), "convDb"), dim=1)
    cells = functional.pixel_unshuffle(heat, 8)[0].permute(1, 2, 0)
    return {"rows": rows[0].numpy(), "heat": cells.numpy()}


def test_the_graph_is_sound_onnx(superpoint_weights: Tensors) -> None:
    onnx.checker.check_model(onnx.load_from_string(superpoint(superpoint_weights)), full_check=True)


@pytest.mark.parametrize("size", [(96, 64), (8, 120)])
def test_it_agrees_with_torch(size: tuple[int, int], superpoint_weights: Tensors, photos: list[Picture]) -> None:
    grey = np.ascontiguousarray(photos[3].pixels[100 : 100 + size[1], 50 : 50 + size[0], 1])
    expected = by_torch(grey, superpoint_weights)
    found = started(superpoint(superpoint_weights), 1).run(list(expected), {"grey": grey})
    for (name, wanted), values in zip(expected.items(), found, strict=True):
        assert values.shape == wanted.shape
        np.testing.assert_allclose(values, wanted, atol=1e-4, err_msg=name)


@pytest.mark.parametrize("name", ["conv1a.weight", "convPb.bias", "convDb.weight"])
def test_a_checkpoint_without_one_of_its_tensors_is_refused(name: str, superpoint_weights: Tensors) -> None:
    with pytest.raises(WeightsError, match="not of SuperPoint"):
        superpoint({key: value for key, value in superpoint_weights.items() if key != name})


def test_a_checkpoint_with_one_tensor_more_or_of_another_shape_is_refused(superpoint_weights: Tensors) -> None:
    with pytest.raises(WeightsError, match=r"left over: bn1\.weight"):
        superpoint({**superpoint_weights, "bn1.weight": np.zeros(3, np.float32)})
    with pytest.raises(WeightsError, match=r"conv1a\.weight is \(64, 3, 3, 3\), wanted is \(64, 1, 3, 3\)"):
        superpoint({**superpoint_weights, "conv1a.weight": np.zeros((64, 3, 3, 3), np.float32)})
