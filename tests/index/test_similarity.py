from __future__ import annotations

import numpy as np
import pytest

from lookalike.index import similarity as module
from lookalike.index.similarity import paired, similarity
from lookalike.types import Metric, Space

METRICS: tuple[Metric, ...] = ("cosine", "l2", "l1", "hamming")


def slow(metric: Metric, a: np.ndarray, b: np.ndarray) -> float:
    if metric == "cosine":
        return float(sum(float(x) * float(y) for x, y in zip(a, b, strict=True)))
    if metric == "hamming":
        return 1 - sum(bin(int(x) ^ int(y)).count("1") for x, y in zip(a, b, strict=True)) / 16
    total = sum(abs(float(x) - float(y)) ** (2 if metric == "l2" else 1) for x, y in zip(a, b, strict=True))
    return 1 / (1 + (total**0.5 if metric == "l2" else total))


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("block", [1, 2**26])
def test_every_metric_equals_a_slow_loop_in_any_block(
    metric: Metric, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_BLOCK_BYTES", block)
    generator = np.random.default_rng(0)
    space = Space("x", "d", 16, metric)
    if metric == "hamming":
        rows = generator.integers(0, 256, (7, 2), dtype=np.uint8)
    else:
        rows = generator.normal(size=(7, 16)).astype(np.float32)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    scores = similarity(space, rows[:3], rows)
    assert (scores.shape, scores.dtype) == ((3, 7), np.float32)
    assert scores == pytest.approx(np.array([[slow(metric, a, b) for b in rows] for a in rows[:3]]), abs=1e-5)
    assert similarity(space, rows[:0], rows).shape == (0, 7)
    assert similarity(space, rows, rows[:0]).shape == (7, 0)


def test_rows_of_another_space_are_refused() -> None:
    with pytest.raises(ValueError, match="16 columns"):
        similarity(Space("x", "d", 16, "l2"), np.zeros((1, 16), np.float32), np.zeros((1, 8), np.float32))


def test_no_cosine_is_beyond_1_however_rows_are_rounded() -> None:
    row = np.full((1, 5), 1 / np.sqrt(5), np.float32)
    rows = np.nextafter(row, np.float32(1))
    assert float((rows @ rows.T)[0, 0]) > 1
    space = Space("x", "d", 5, "cosine")
    assert similarity(space, rows, rows).tolist() == [[1]]
    assert paired(space, rows, rows).tolist() == [1]
