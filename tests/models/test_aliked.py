"""The graph against kornia's ALIKED on drawn weights of the authors' layout."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
import torch
from kornia.feature import ALIKED

from lookalike.errors import WeightsError
from lookalike.models.aliked import CELLS, aliked
from lookalike.models.checkpoint import Tensors
from lookalike.models.onnx_session import started
from lookalike.types import Picture


@pytest.fixture(scope="module")
def peer() -> ALIKED:
    """Its offsets are wide enough to leave the picture, and to be held back."""
    torch.manual_seed(0)
    network = ALIKED("aliked-t16").eval()
    for name, tensor in network.state_dict().items():
        if ".bn" in name and tensor.is_floating_point():
            tensor.uniform_(0.5, 1.5)
        if "conv2.offset_conv" in name:
            tensor.mul_(20)
    return network


@pytest.fixture(scope="module")
def tensors(peer: ALIKED) -> Tensors:
    return {name: tensor.numpy() for name, tensor in peer.state_dict().items() if not name.startswith("dkd.")}


def test_the_graph_is_sound_onnx(tensors: Tensors) -> None:
    onnx.checker.check_model(onnx.load_from_string(aliked(tensors, "t16").graph), full_check=True)


def test_it_agrees_with_kornia(peer: ALIKED, tensors: Tensors, photos: list[Picture]) -> None:
    pixels = np.array(photos[3].pixels[100:196, 50:210])
    names = [f"map{number}" for number in range(4)]
    *maps, score = started(aliked(tensors, "t16").graph, 1).run([*names, "score"], {"pixels": pixels})
    with torch.no_grad():
        wanted_map, wanted_score = peer.extract_dense_map(torch.from_numpy(pixels).permute(2, 0, 1)[None] / 255)
        enlarged = [
            torch.nn.functional.interpolate(
                torch.from_numpy(each)[None], scale_factor=float(cell), mode="bilinear", align_corners=True
            )
            for each, cell in zip(maps, CELLS, strict=True)
        ]
        found = torch.nn.functional.normalize(torch.cat(enlarged, dim=1), dim=1)
    np.testing.assert_allclose(score, wanted_score[0, 0], atol=1e-4)
    np.testing.assert_allclose(found, wanted_map, atol=1e-4)


@pytest.mark.parametrize("name", ["block1.bn2.running_var", "block4.conv1.offset_conv.bias", "desc_head.agg_weights"])
def test_a_checkpoint_without_one_of_its_tensors_is_refused(name: str, tensors: Tensors) -> None:
    with pytest.raises(WeightsError, match="not of ALIKED-t16"):
        aliked({key: value for key, value in tensors.items() if key != name}, "t16")


def test_a_checkpoint_of_another_variant_or_with_one_tensor_more_is_refused(tensors: Tensors) -> None:
    with pytest.raises(WeightsError, match=r"block1\.conv1\.weight is \(8, 3, 3, 3\), wanted is \(16, 3, 3, 3\)"):
        aliked(tensors, "n16")
    with pytest.raises(WeightsError, match=r"left over: desc_head\.convM"):
        aliked({**tensors, "desc_head.convM.weight": np.zeros(3, np.float32)}, "t16")
