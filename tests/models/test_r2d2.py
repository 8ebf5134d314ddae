"""The graph against the network written layer by layer with PyTorch's operators."""

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
from lookalike.models.r2d2 import r2d2
from lookalike.types import Picture

CONVOLUTIONS = {
    "ops.0": (32, 3, 3),
    "ops.3": (32, 32, 3),
    "ops.6": (64, 32, 3),
    "ops.9": (64, 64, 3),
    "ops.12": (128, 64, 3),
    "ops.15": (128, 128, 3),
    "ops.18": (128, 128, 2),
    "ops.20": (128, 128, 2),
    "ops.22": (128, 128, 2),
    "clf": (2, 128, 1),
    "sal": (1, 128, 1),
}
"""Out, in, kernel."""
DILATIONS = {"ops.9": 2, "ops.12": 2, "ops.15": 4, "ops.18": 4, "ops.20": 8, "ops.22": 16}
NORMS = {1: 32, 4: 32, 7: 64, 10: 64, 13: 128, 16: 128, 19: 128, 21: 128}


def drawn_weights() -> Tensors:
    """Of the official layout."""
    rng = np.random.default_rng(0)
    tensors: Tensors = {}
    for name, (out, inward, kernel) in CONVOLUTIONS.items():
        drawn = rng.normal(size=(out, inward, kernel, kernel)) * np.sqrt(2 / (inward * kernel**2))
        tensors[f"module.{name}.weight"] = drawn.astype(np.float32)
        tensors[f"module.{name}.bias"] = rng.normal(0, 0.1, out).astype(np.float32)
    for number, width in NORMS.items():
        tensors[f"module.ops.{number}.running_mean"] = rng.normal(0, 0.1, width).astype(np.float32)
        tensors[f"module.ops.{number}.running_var"] = rng.uniform(0.5, 1.5, width).astype(np.float32)
        tensors[f"module.ops.{number}.num_batches_tracked"] = np.array(7)
    return tensors


WEIGHTS = drawn_weights()


def by_torch(pixels: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
    state = {name.removeprefix("module."): torch.from_numpy(np.asarray(each)) for name, each in WEIGHTS.items()}

    def convolved(value: torch.Tensor, name: str) -> torch.Tensor:
        weight, dilation = state[f"{name}.weight"], DILATIONS.get(name, 1)
        pad = (weight.shape[2] - 1) * dilation // 2
        return functional.conv2d(value, weight, state[f"{name}.bias"], padding=pad, dilation=dilation)

    mean, deviation = (torch.tensor(each)[:, None, None] for each in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
    value = ((torch.from_numpy(pixels).permute(2, 0, 1).float() / 255 - mean) / deviation)[None]
    for name in CONVOLUTIONS:
        if name.startswith("ops."):
            value = convolved(value, name)
            number = int(name.removeprefix("ops."))
            if number + 1 in NORMS:
                norm = f"ops.{number + 1}"
                value = functional.batch_norm(value, state[f"{norm}.running_mean"], state[f"{norm}.running_var"])
            if number < 18:
                value = functional.relu(value)
    reliability = torch.softmax(convolved(value**2, "clf"), dim=1)[0, 1]
    repeated = functional.softplus(convolved(value**2, "sal"))[0, 0]
    maps = {"rows": value[0], "reliability": reliability, "repeatability": repeated / (1 + repeated)}
    return {name: each.numpy() for name, each in maps.items()}


def test_the_graph_is_sound_onnx() -> None:
    onnx.checker.check_model(onnx.load_from_string(r2d2(WEIGHTS)), full_check=True)


def test_it_agrees_with_torch(photos: list[Picture]) -> None:
    pixels = np.ascontiguousarray(photos[3].pixels[100:161, 50:130])
    expected = by_torch(pixels)
    found = started(r2d2(WEIGHTS), 1).run(list(expected), {"pixels": pixels})
    for (name, wanted), values in zip(expected.items(), found, strict=True):
        assert values.shape == wanted.shape
        np.testing.assert_allclose(values, wanted, atol=1e-4 * max(1, np.abs(wanted).max()), err_msg=name)


@pytest.mark.parametrize("name", ["module.ops.0.bias", "module.ops.19.running_var", "module.sal.weight"])
def test_a_checkpoint_without_one_of_its_tensors_is_refused(name: str) -> None:
    with pytest.raises(WeightsError, match="not of R2D2"):
        r2d2({key: value for key, value in WEIGHTS.items() if key != name})


@pytest.mark.parametrize("name", ["module.ops.25.weight", "net.weight"])
def test_a_checkpoint_with_one_tensor_more_is_refused(name: str) -> None:
    with pytest.raises(WeightsError, match="left over"):
        r2d2({**WEIGHTS, name: np.zeros(3, np.float32)})
