from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch

from lookalike.describe.convnet import ConvNet
from lookalike.describe.trained import TrainedNetwork
from lookalike.errors import TrainingFailed, UnknownName, WeightsError
from lookalike.learn.export import exported
from lookalike.learn.networks import hidden_head, linear_head, of_pixels
from lookalike.models.own_network import Facts, Kind
from lookalike.models.trained import all_trained, forget, place_of, trained
from lookalike.registry import configuration, digest
from lookalike.types import Picture


def rows(count: int, seed: int = 0) -> torch.Tensor:
    drawn = np.abs(np.random.default_rng(seed).normal(size=(count, 1280))).astype(np.float32)
    return torch.from_numpy(drawn / np.linalg.norm(drawn, axis=1, keepdims=True))


def pixels(count: int, side: int) -> torch.Tensor:
    drawn = np.random.default_rng(1).integers(0, 256, (count, 3, side, side))
    return torch.from_numpy(drawn.astype(np.uint8))


def network(kind: Kind) -> tuple[Any, Facts, torch.Tensor]:
    if kind == "small_convnet":
        made = of_pixels(12, seed=0, channels=8)
        with torch.no_grad():
            made.train()(pixels(16, 40))  # norms that are not those of the beginning
        return made, Facts(kind, 12, 40, 0.1, "of a test"), pixels(3, 40)
    head = linear_head(rows(30).numpy(), 12) if kind == "linear" else hidden_head(rows(2).numpy(), 12, 0)
    return head, Facts(kind, 12, 0, 0.1, "of a test"), rows(3, seed=2)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LOOKALIKE_CACHE", str(tmp_path))
    (tmp_path / "models").mkdir()
    return tmp_path / "models"


@pytest.mark.parametrize("kind", ["linear", "hidden", "small_convnet"])
def test_the_file_gives_the_rows_of_the_module_and_uses_no_torch(kind: Kind, own: Path) -> None:
    module, facts, some = network(kind)
    data = exported(module, facts, some)
    onnx.checker.check_model(onnx.load_from_string(data), full_check=True)
    (own / "mine.onnx").write_bytes(data)
    assert trained("mine").facts == facts
    with torch.no_grad():
        expected = torch.nn.functional.normalize(module.eval()(some)).numpy()
    describer = TrainedNetwork("mine")
    assert (describer.space.dim, describer.unrelated) == (12, 0.1)
    if kind == "small_convnet":
        arrays = [np.ascontiguousarray(each.numpy().transpose(1, 2, 0)) for each in some]
        found = describer.describe([Picture(each, (40, 40)) for each in arrays])
    else:
        found = describer.of_rows(some.numpy())
    assert np.allclose(found, expected, atol=1e-5)
    assert describer.describe([]).shape == (0, 12)


def test_a_head_is_shown_the_row_that_convnet_has(own: Path) -> None:
    module, facts, some = network("linear")
    (own / "mine.onnx").write_bytes(exported(module, facts, some))
    picture = Picture(np.random.default_rng(3).integers(0, 256, (70, 90, 3), np.uint8), (90, 70))
    seen = ConvNet().describe([picture])
    assert np.allclose(TrainedNetwork("mine").describe([picture]), TrainedNetwork("mine").of_rows(seen), atol=1e-5)


def test_the_digest_is_that_of_the_file(own: Path) -> None:
    module, facts, some = network("linear")
    (own / "one.onnx").write_bytes(exported(module, facts, some))
    before = digest(TrainedNetwork("one"))
    with torch.no_grad():
        next(module.parameters()).mul_(1.5)
    (own / "two.onnx").write_bytes(exported(module, facts, some))
    (own / "one.onnx").unlink()
    (own / "two.onnx").rename(own / "one.onnx")
    assert digest(TrainedNetwork("one")) != before
    assert '"model": "one"' in configuration(TrainedNetwork("one"))


def test_a_file_that_differs_from_its_network_is_not_written() -> None:
    module, facts, some = network("linear")
    with torch.no_grad():
        module.weight.fill_(float("nan"))
    with pytest.raises(TrainingFailed, match="differs from the network"):
        exported(module, facts, some)


def test_names_paths_and_files_that_are_none(own: Path, tmp_path: Path) -> None:
    module, facts, some = network("linear")
    data = exported(module, facts, some)
    (own / "mine.onnx").write_bytes(data)
    (own / "broken.onnx").write_bytes(b"no network")
    (tmp_path / "elsewhere.onnx").write_bytes(data)
    assert [each.name for each in all_trained()] == ["mine"]
    assert trained(str(tmp_path / "elsewhere.onnx")).sha256 == trained("mine").sha256
    with pytest.raises(UnknownName, match="no trained model 'mien'; did you mean 'mine'"):
        trained("mien")
    with pytest.raises(WeightsError, match=r"broken\.onnx is no network that `lookalike train` made"):
        trained("broken")
    for wrong in ("..", "a b", "x" * 65, "minilm"):
        with pytest.raises(WeightsError):
            place_of(wrong)
    with pytest.raises(WeightsError, match="lookalike train FOLDER -o NAME"):
        _ = TrainedNetwork().space
    assert (forget("mine"), forget("mine"), forget("xfeat")) == (len(data), 0, 0)
    assert not (own / "mine.onnx").exists()


def test_heat_maps_name_the_corner_that_two_pictures_share(own: Path) -> None:
    """The same patch in two corners of otherwise plain pictures: cells of the patch are nearest to the other's row."""
    module, facts, some = network("small_convnet")
    (own / "mine.onnx").write_bytes(exported(module, facts, some))
    patch = np.random.default_rng(5).integers(0, 256, (20, 20, 3), np.uint8)
    first, second = (np.full((80, 80, 3), 128, np.uint8) for _ in range(2))
    first[:20, :20] = second[-20:, -20:] = patch
    explanation = TrainedNetwork("mine").explain(Picture(first, (80, 80)), Picture(second, (80, 80)))
    assert explanation.picture is not None
    assert explanation.picture.ndim == 3
    assert explanation.line.startswith("What both show agrees by")
