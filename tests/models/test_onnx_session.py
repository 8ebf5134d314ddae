"""What networks run on. That a GPU gives the same rows is not tested: the tests have none."""

from __future__ import annotations

import pytest

from lookalike.errors import MissingExtra
from lookalike.models.onnx_session import CPU, CUDA, providers, started

BOTH = (CUDA, CPU)


def test_a_gpu_is_used_in_full_precision_where_there_is_one_and_none_forbids() -> None:
    for device in ("auto", "cuda"):
        first, *rest = providers(device, BOTH)
        assert first == (CUDA, {"use_tf32": "0"})
        assert rest == [CPU]  # for what a GPU cannot
    assert providers("cpu", BOTH) == providers("auto", (CPU,)) == [CPU]


def test_a_gpu_that_is_not_there_says_what_to_install() -> None:
    with pytest.raises(MissingExtra, match="install onnxruntime-gpu"):
        providers("cuda", (CPU,))


def test_a_session_runs_on_the_cpu_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    from lookalike.models.onnx_writer import Graph

    monkeypatch.setattr("onnxruntime.get_available_providers", lambda: list(BOTH))
    graph = Graph()
    graph.node("Relu", "x", output="y")
    session = started(graph.model({"x": ("float32", ("n",))}, {"y": ("float32", ("n",))}), 1)
    assert session.get_providers() == [CPU]
