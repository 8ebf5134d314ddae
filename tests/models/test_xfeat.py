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
from lookalike.models.xfeat import xfeat
from lookalike.types import Picture

LAYERS = {
    "block1": [(1, 4, 3, 1), (4, 8, 3, 2), (8, 8, 3, 1), (8, 24, 3, 2)],
    "block2": [(24, 24, 3, 1)] * 2,
    "block3": [(24, 64, 3, 2), (64, 64, 3, 1), (64, 64, 1, 1)],
    "block4": [(64, 64, 3, 2), (64, 64, 3, 1), (64, 64, 3, 1)],
    "block5": [(64, 128, 3, 2), (128, 128, 3, 1), (128, 128, 3, 1), (128, 64, 1, 1)],
    "block_fusion": [(64, 64, 3, 1)] * 2,
    "heatmap_head": [(64, 64, 1, 1)] * 2,
    "keypoint_head": [(64, 64, 1, 1)] * 3,
}
"""In, out, kernel, stride."""
HEADS = {
    "skip1.1": (24, 1),
    "block_fusion.2": (64, 64),
    "heatmap_head.2": (1, 64),
    "keypoint_head.3": (65, 64),
}


def drawn_weights() -> Tensors:
    """Of the official layout, drawn so that signals neither die nor explode."""
    rng = np.random.default_rng(0)
    tensors: Tensors = {}

    def draw(name: str, *shape: int) -> None:
        tensors[name] = (rng.normal(size=shape) * np.sqrt(2 / np.prod(shape[1:]))).astype(np.float32)

    def norm(name: str, width: int) -> None:
        tensors[f"{name}.running_mean"] = rng.normal(0, 0.1, width).astype(np.float32)
        tensors[f"{name}.running_var"] = rng.uniform(0.5, 1.5, width).astype(np.float32)
        tensors[f"{name}.num_batches_tracked"] = np.array(7)

    for block, layers in LAYERS.items():
        for number, (inward, out, kernel, _) in enumerate(layers):
            draw(f"{block}.{number}.layer.0.weight", out, inward, kernel, kernel)
            norm(f"{block}.{number}.layer.1", out)
    for name, (out, inward) in HEADS.items():
        draw(f"{name}.weight", out, inward, 1, 1)
        tensors[f"{name}.bias"] = rng.normal(0, 0.1, out).astype(np.float32)
    for at, (out, inward) in enumerate([(512, 128), (512, 512), (512, 512), (512, 512), (64, 512)]):
        draw(f"fine_matcher.{3 * at}.weight", out, inward)
        tensors[f"fine_matcher.{3 * at}.bias"] = np.zeros(out, np.float32)
        if at < 4:
            norm(f"fine_matcher.{3 * at + 1}", out)
    return tensors


WEIGHTS = drawn_weights()


def by_torch(grey: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
    state = {name: torch.from_numpy(np.asarray(tensor)) for name, tensor in WEIGHTS.items()}

    def block(value: torch.Tensor, name: str) -> torch.Tensor:
        for number, (_, _, kernel, stride) in enumerate(LAYERS[name]):
            layer = f"{name}.{number}.layer"
            value = functional.conv2d(value, state[f"{layer}.0.weight"], stride=stride, padding=kernel // 2)
            mean, variance = state[f"{layer}.1.running_mean"], state[f"{layer}.1.running_var"]
            value = functional.relu(functional.batch_norm(value, mean, variance))
        return value

    def head(value: torch.Tensor, name: str) -> torch.Tensor:
        return functional.conv2d(value, state[f"{name}.weight"], state[f"{name}.bias"])

    light = functional.instance_norm(torch.from_numpy(grey)[None, None].float() / 255)
    fine = block(block(light, "block1") + head(functional.avg_pool2d(light, 4), "skip1.1"), "block2")
    eighth = block(fine, "block3")
    sixteenth = block(eighth, "block4")
    coarse = block(sixteenth, "block5")
    size = eighth.shape[2:]
    summed = eighth + sum(functional.interpolate(each, size, mode="bilinear") for each in (sixteenth, coarse))
    rows = head(block(summed, "block_fusion"), "block_fusion.2")
    reliability = torch.sigmoid(head(block(rows, "heatmap_head"), "heatmap_head.2"))
    logits = head(block(functional.pixel_unshuffle(light, 8), "keypoint_head"), "keypoint_head.3")
    heat = torch.softmax(logits, dim=1)[0, :64].permute(1, 2, 0)
    return {"rows": rows[0].numpy(), "reliability": reliability[0, 0].numpy(), "heat": heat.numpy()}


def test_the_graph_is_sound_onnx() -> None:
    onnx.checker.check_model(onnx.load_from_string(xfeat(WEIGHTS)), full_check=True)


@pytest.mark.parametrize("size", [(128, 96), (32, 160)])
def test_it_agrees_with_torch(size: tuple[int, int], photos: list[Picture]) -> None:
    grey = np.ascontiguousarray(photos[3].pixels[100 : 100 + size[1], 50 : 50 + size[0], 1])
    expected = by_torch(grey)
    found = started(xfeat(WEIGHTS), 1).run(list(expected), {"grey": grey})
    for (name, wanted), values in zip(expected.items(), found, strict=True):
        assert values.shape == wanted.shape
        np.testing.assert_allclose(values, wanted, atol=1e-4 * max(1, np.abs(wanted).max()), err_msg=name)


@pytest.mark.parametrize("name", ["skip1.1.bias", "block4.2.layer.1.running_var", "fine_matcher.12.weight"])
def test_a_checkpoint_without_one_of_its_tensors_is_refused(name: str) -> None:
    with pytest.raises(WeightsError, match="not of XFeat"):
        xfeat({key: value for key, value in WEIGHTS.items() if key != name})


def test_a_checkpoint_with_one_tensor_more_or_of_another_shape_is_refused() -> None:
    with pytest.raises(WeightsError, match=r"left over: block9"):
        xfeat({**WEIGHTS, "block9.weight": np.zeros(3, np.float32)})
    with pytest.raises(WeightsError, match=r"skip1\.1\.weight is \(24, 2, 1, 1\), wanted is \(24, 1, 1, 1\)"):
        xfeat({**WEIGHTS, "skip1.1.weight": np.zeros((24, 2, 1, 1), np.float32)})
