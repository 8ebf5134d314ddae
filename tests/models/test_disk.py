"""The graph, and the layer that is left out of it, against kornia's DISK on drawn weights of the authors' layout."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
import torch
from kornia.feature import DISK

from lookalike.errors import WeightsError
from lookalike.models.checkpoint import Tensors
from lookalike.models.disk import disk
from lookalike.models.onnx_session import started
from lookalike.types import Picture


@pytest.fixture(scope="module")
def peer() -> DISK:
    torch.manual_seed(0)
    return DISK().eval()


@pytest.fixture(scope="module")
def tensors(peer: DISK) -> Tensors:
    return {name: tensor.numpy() for name, tensor in peer.state_dict().items()}


def test_the_graph_is_sound_onnx(tensors: Tensors) -> None:
    onnx.checker.check_model(onnx.load_from_string(disk(tensors).graph), full_check=True)


def test_it_agrees_with_kornia(peer: DISK, tensors: Tensors, photos: list[Picture]) -> None:
    pixels = np.array(photos[3].pixels[100:164, 50:146])
    with torch.no_grad():
        heat, rows = peer.heatmap_and_dense_descriptors(torch.from_numpy(pixels).permute(2, 0, 1)[None] / 255)
        network = disk(tensors)
        hidden, found = started(network.graph, 1).run(["hidden", "heat"], {"pixels": pixels})
        weight, bias = torch.from_numpy(network.weight), torch.from_numpy(network.bias)
        made = torch.nn.functional.conv2d(torch.from_numpy(hidden)[None], weight, bias, padding=2)
    np.testing.assert_allclose(found, heat[0, 0], atol=1e-4)
    np.testing.assert_allclose(made[0], rows[0], atol=1e-4)


@pytest.mark.parametrize("name", ["unet.path_down.0.1.3.bias", "unet.path_up.2.conv.1.weight"])
def test_a_checkpoint_without_one_of_its_tensors_is_refused(name: str, tensors: Tensors) -> None:
    with pytest.raises(WeightsError, match="not of DISK"):
        disk({key: value for key, value in tensors.items() if key != name})


def test_a_checkpoint_with_one_tensor_more_is_refused(tensors: Tensors) -> None:
    with pytest.raises(WeightsError, match=r"left over: unet\.path_up\.4"):
        disk({**tensors, "unet.path_up.4.conv.1.weight": np.zeros(3, np.float32)})
