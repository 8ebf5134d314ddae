from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import get_args

import numpy as np
import onnx
import pytest
import torch
from numpy.typing import NDArray
from torch.nn import functional

from lookalike.errors import WeightsError
from lookalike.models.cache import path_of
from lookalike.models.checkpoint import Tensors, read_checkpoint
from lookalike.models.efficientnet_lite import CLASSES, FEATURES, Variant, efficientnet_lite
from lookalike.models.onnx_session import efficientnet_lite_session, runtime
from lookalike.pixels.resize import resize
from lookalike.types import Picture

TOLERANCE = 1e-4
STAGES = ((3, 1), (3, 2), (5, 2), (3, 2), (5, 1), (5, 2), (3, 1))
"""Kernel, and stride of the first block."""
REPEATS: dict[Variant, tuple[int, ...]] = {
    "lite0": (1, 2, 2, 3, 3, 4, 1),
    "lite1": (1, 3, 3, 4, 4, 5, 1),
    "lite2": (1, 3, 3, 4, 4, 5, 1),
}
"""Blocks of each stage."""
VARIANTS: tuple[Variant, ...] = get_args(Variant)


def blocks(variant: Variant) -> list[tuple[int, int, bool]]:
    """Kernel, stride, and whether the channels are expanded first, of every block."""
    found = []
    for stage, ((kernel, first), repeats) in enumerate(zip(STAGES, REPEATS[variant], strict=True)):
        found += [(kernel, first if repeat == 0 else 1, stage > 0) for repeat in range(repeats)]
    return found


@cache
def checkpoint(variant: Variant) -> dict[str, torch.Tensor]:
    state: dict[str, torch.Tensor] = torch.load(path_of(f"efficientnet-{variant}"), weights_only=True)
    return state


@cache
def tensors(variant: Variant = "lite0") -> Tensors:
    return read_checkpoint(path_of(f"efficientnet-{variant}"))


def same(planes: torch.Tensor, weight: torch.Tensor, stride: int) -> torch.Tensor:
    """Convolution padded as TensorFlow's SAME: the odd px of zeros goes below and to the right."""
    kernel = weight.shape[-1]
    pads = []
    for length in (planes.shape[3], planes.shape[2]):
        total = max((-(-length // stride) - 1) * stride + kernel - length, 0)
        pads += [total // 2, total - total // 2]
    groups = planes.shape[1] // weight.shape[1]
    return functional.conv2d(functional.pad(planes, pads), weight, stride=stride, groups=groups)


def layer(
    planes: torch.Tensor,
    state: dict[str, torch.Tensor],
    name: str,
    norm: str,
    stride: int = 1,
    *,
    activated: bool = True,
) -> torch.Tensor:
    planes = functional.batch_norm(
        same(planes, state[f"{name}.weight"], stride),
        state[f"{norm}.running_mean"],
        state[f"{norm}.running_var"],
        state[f"{norm}.weight"],
        state[f"{norm}.bias"],
        eps=1e-3,
    )
    return functional.relu6(planes) if activated else planes


@torch.no_grad()
def by_torch(pixels: NDArray[np.uint8], variant: Variant) -> dict[str, NDArray[np.float32]]:
    """The network by torch's own operators, layer by layer, nothing folded."""
    state = checkpoint(variant)
    planes = (torch.from_numpy(pixels.copy()).permute(0, 3, 1, 2).float() - 127) / 128
    planes = layer(planes, state, "_conv_stem", "_bn0", 2)
    for number, (_, stride, expands) in enumerate(blocks(variant)):
        block, before = f"_blocks.{number}", planes
        if expands:
            planes = layer(planes, state, f"{block}._expand_conv", f"{block}._bn0")
        planes = layer(planes, state, f"{block}._depthwise_conv", f"{block}._bn1", stride)
        planes = layer(planes, state, f"{block}._project_conv", f"{block}._bn2", activated=False)
        if stride == 1 and planes.shape == before.shape:
            planes = planes + before
    features = layer(planes, state, "_conv_head", "_bn1")
    pooled = features.mean(dim=(2, 3))
    logits = functional.linear(pooled, state["_fc.weight"], state["_fc.bias"])
    return {"pooled": pooled.numpy(), "logits": logits.numpy(), "map": features.numpy()}


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_graph_is_sound_onnx(variant: Variant) -> None:
    model = onnx.load_from_string(efficientnet_lite(tensors(variant), variant))
    onnx.checker.check_model(model, full_check=True)
    kernels = [
        next(tuple(part.ints) for part in node.attribute if part.name == "kernel_shape")
        for node in model.graph.node
        if node.op_type == "Conv" and any(part.name == "group" and part.i > 1 for part in node.attribute)
    ]
    assert kernels == [(kernel, kernel) for kernel, *_ in blocks(variant)]


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("size", [(224, 224), (192, 256), (161, 95)], ids=["square", "even", "odd"])
def test_it_agrees_with_torch_and_names_the_same_class(
    size: tuple[int, int], variant: Variant, photos: list[Picture]
) -> None:
    pixels = np.stack([resize(photo.pixels, size) for photo in photos])
    expected = by_torch(pixels, variant)
    names = list(expected)
    found = dict(zip(names, efficientnet_lite_session(1, variant).run(names, {"pixels": pixels}), strict=True))
    for name in names:
        assert found[name].shape == expected[name].shape
        np.testing.assert_allclose(found[name], expected[name], rtol=0, atol=TOLERANCE, err_msg=name)
    np.testing.assert_array_equal(found["logits"].argmax(axis=1), expected["logits"].argmax(axis=1))


def test_the_outputs_have_the_shapes_that_are_promised(photos: list[Picture]) -> None:
    session = efficientnet_lite_session(1)
    pixels = np.stack([resize(photo.pixels, (96, 64)) for photo in photos[:2]])
    pooled, logits, features = session.run(["pooled", "logits", "map"], {"pixels": pixels})
    assert pooled.shape == (2, FEATURES)
    assert logits.shape == (2, CLASSES)
    assert features.shape == (2, FEATURES, 2, 3)
    np.testing.assert_allclose(features.mean(axis=(2, 3)), pooled, atol=1e-5)


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_cat_is_a_cat_and_the_coffee_is_coffee(
    variant: Variant, photo_files: list[Path], photos: list[Picture]
) -> None:
    """Class numbers of ImageNet-1k: 281 to 285 are cats, 967 is espresso."""
    by_name = {file.stem: photo for file, photo in zip(photo_files, photos, strict=True)}
    pixels = np.stack([resize(by_name[name].pixels, (224, 224)) for name in ("chelsea", "coffee")])
    (logits,) = efficientnet_lite_session(1, variant).run(["logits"], {"pixels": pixels})
    cat, coffee = logits.argmax(axis=1)
    assert 281 <= cat <= 285
    assert coffee == 967


@pytest.mark.parametrize("name", ["_conv_stem.weight", "_blocks.7._bn1.running_var", "_fc.bias"])
def test_a_checkpoint_without_one_of_its_tensors_is_refused(name: str) -> None:
    without = {key: value for key, value in tensors().items() if key != name}
    with pytest.raises(WeightsError, match=f"has no {name}"):
        efficientnet_lite(without)


def test_the_checkpoint_of_another_variant_is_refused() -> None:
    with pytest.raises(WeightsError, match="is not of EfficientNet-Lite1"):
        efficientnet_lite(tensors("lite0"), "lite1")


def test_a_checkpoint_with_one_tensor_more_is_refused() -> None:
    with pytest.raises(WeightsError, match=r"left over: _blocks\.16"):
        efficientnet_lite({**tensors(), "_blocks.16._bn0.bias": np.zeros(3, np.float32)})


def test_the_session_is_built_once_and_waits_without_spinning() -> None:
    session = efficientnet_lite_session(1)
    assert efficientnet_lite_session(1) is session
    assert isinstance(session, runtime().InferenceSession)
    options = session.get_session_options()
    assert options.intra_op_num_threads == 1
    assert options.get_session_config_entry("session.intra_op.allow_spinning") == "0"


def test_writing_the_graph_writes_to_no_tensor() -> None:
    before = {name: tensor.copy() for name, tensor in tensors().items()}
    efficientnet_lite(tensors())
    for name, tensor in tensors().items():
        np.testing.assert_array_equal(tensor, before[name])
