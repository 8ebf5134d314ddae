"""The guide to adding a describer shows what runs. tests/contracts runs every contract over its example."""

from __future__ import annotations

import ast
import importlib
import sys
from pathlib import Path

import numpy as np
import pytest

from lookalike.describe import DESCRIBERS
from lookalike.protocols import Describer
from lookalike.registry import Table
from lookalike.types import Picture

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples"
EXAMPLE = EXAMPLES / "edge_density.py"


@pytest.fixture(scope="module")
def guide() -> str:
    return (ROOT / "docs" / "extend.md").read_text()


@pytest.mark.parametrize("name", ["edge_density", "onnx_model", "torch_model"])
def test_the_guide_shows_the_example_as_it_is(guide: str, name: str) -> None:
    assert f"```python\n{(EXAMPLES / f'{name}.py').read_text()}```" in guide


def test_an_onnx_model_describes(photos: list[Picture], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from onnx import TensorProto, helper, save

    monkeypatch.syspath_prepend(str(EXAMPLES))
    from onnx_model import MEAN, SPREAD, onnx_describer

    pooled = helper.make_node("GlobalAveragePool", ["pictures"], ["means"])
    flat = helper.make_node("Flatten", ["means"], ["rows"])
    given = helper.make_tensor_value_info("pictures", TensorProto.FLOAT, ["n", 3, 32, 32])
    rows = helper.make_tensor_value_info("rows", TensorProto.FLOAT, ["n", 3])
    graph = helper.make_graph([pooled, flat], "means", [given], [rows])
    opset = [helper.make_opsetid("", 17)]
    save(helper.make_model(graph, opset_imports=opset, ir_version=8), tmp_path / "means.onnx")
    describer = onnx_describer(tmp_path / "means.onnx", "means")
    means = np.array([(each.pixels.mean(axis=(0, 1)) / 255 - MEAN) / SPREAD for each in photos])
    wanted = means / np.linalg.norm(means, axis=1, keepdims=True)
    np.testing.assert_allclose(describer.describe(photos), wanted, atol=0.01)


def test_a_torch_model_describes(photos: list[Picture], monkeypatch: pytest.MonkeyPatch) -> None:
    torch = pytest.importorskip("torch")
    monkeypatch.syspath_prepend(str(EXAMPLES))
    from torch_model import torch_describer

    model = torch.nn.Sequential(torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten())
    describer = torch_describer(model, dim=3, name="means", version="1")
    means = np.array([each.pixels.mean(axis=(0, 1)) for each in photos])
    wanted = means / np.linalg.norm(means, axis=1, keepdims=True)
    np.testing.assert_allclose(describer.describe(photos), wanted, atol=0.01)


def test_a_describer_from_inside_is_one_file_and_one_line(
    guide: str, photos: list[Picture], monkeypatch: pytest.MonkeyPatch
) -> None:
    line = next(line for line in guide.splitlines() if "lookalike.describe.edge_density:" in line)
    row = ast.literal_eval(f"{{{line.strip()}}}")
    # As if the file lay in the folder of the package.
    package = importlib.import_module("lookalike.describe")
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(EXAMPLE.parent)])
    table: Table[Describer] = Table("describer", row)
    describer = table.make("edge_density", {"cells": "4"})
    assert describer.describe(photos).shape == (len(photos), 16)
    del sys.modules["lookalike.describe.edge_density"]


def test_the_guide_names_real_things(guide: str) -> None:
    assert "edge_density" not in DESCRIBERS
    for path in ("src/lookalike/describe/__init__.py", "tests/contracts", "tests/golden/regenerate.py"):
        assert path in guide
        assert (ROOT / path).exists()
