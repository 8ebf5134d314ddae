"""The module that learns is the network that is used, and its losses are those of a loop."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from lookalike.learn.features.pool import UNKNOWN
from lookalike.learn.features.superpoint import PULL, PUSH, SuperPoint, detector_loss, heat_of, rows_loss
from lookalike.learn.features.warps import Views
from lookalike.models.checkpoint import read_checkpoint
from lookalike.models.onnx_session import started
from lookalike.models.superpoint import superpoint


@pytest.fixture(scope="module")
def network() -> SuperPoint:
    """With statistics of norms that are none of a beginning."""
    network = SuperPoint(3)
    generator = torch.Generator().manual_seed(0)
    for _ in range(3):
        network.train()(torch.rand((2, 1, 32, 32), generator=generator))
    with torch.no_grad():
        for name, value in network.named_parameters():
            if ".1." in name:  # gains and shifts of norms
                value += 0.3 * torch.rand(value.shape, generator=generator)
    return network.eval()


def test_the_weights_that_are_written_give_the_rows_and_the_heat_of_the_module(
    network: SuperPoint, tmp_path: Path
) -> None:
    torch.save(network.weights(), tmp_path / "mine.superpoint.pth")
    session = started(superpoint(read_checkpoint(tmp_path / "mine.superpoint.pth")), 1)
    grey = np.random.default_rng(0).integers(0, 256, (40, 56), dtype=np.uint8)
    rows, heat = session.run(["rows", "heat"], {"grey": grey})
    with torch.no_grad():
        logits, expected = network(torch.from_numpy(grey)[None, None].float() / 255)
    np.testing.assert_allclose(rows, expected[0].numpy(), atol=1e-4)
    cells = torch.nn.functional.pixel_unshuffle(heat_of(logits)[:, None], 8)[0].permute(1, 2, 0)
    np.testing.assert_allclose(heat, cells.numpy(), atol=1e-4)


def test_the_seed_decides_the_beginning_and_a_beginning_finds_hardly_anything() -> None:
    one, again, other = SuperPoint(1), SuperPoint(1), SuperPoint(2)
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), again.parameters(), strict=True))
    assert any(not torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))
    light = torch.rand((1, 1, 32, 32), generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        assert heat_of(one.eval()(light)[0]).sum(dim=(1, 2)) / 16 < 0.5


def test_the_loss_of_a_detector_is_that_of_a_loop_over_known_cells() -> None:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn((2, 65, 3, 3), generator=generator)
    classes = torch.randint(0, 65, (2, 3, 3), generator=generator)
    classes[0, 1, 2] = UNKNOWN
    expected = [
        -torch.log_softmax(logits[b, :, y, x], dim=0)[classes[b, y, x]]
        for b in range(2)
        for y in range(3)
        for x in range(3)
        if classes[b, y, x] != UNKNOWN
    ]
    torch.testing.assert_close(detector_loss(logits, classes), torch.stack(expected).mean())
    nothing = logits.clone().requires_grad_()
    detector_loss(nothing, torch.full_like(classes, UNKNOWN)).backward()
    assert nothing.grad is not None
    assert not nothing.grad.any()


def test_the_loss_of_rows_is_that_of_a_loop_over_pairs_of_cells() -> None:
    generator = torch.Generator().manual_seed(0)
    rows, others = (
        torch.nn.functional.normalize(torch.randn((2, 256, 4, 4), generator=generator), dim=1) for _ in range(2)
    )
    maps = Views().drawn(2, np.random.default_rng(0))
    inside = torch.ones((2, 32, 32), dtype=torch.bool)
    inside[1, :, :5] = False
    pulled, pushed = [], []
    for b in range(2):
        for y, x in np.ndindex(4, 4):
            if b == 1 and x == 0:
                continue
            place = maps[b].double() @ torch.tensor([(8 * x + 4) / 16 - 1, (8 * y + 4) / 16 - 1, 1.0]).double()
            px = (place[:2] / place[2] + 1) * 16 - 0.5
            for v, u in np.ndindex(4, 4):
                cosine = float(others[b, :, y, x] @ rows[b, :, v, u])
                if torch.linalg.norm(px - torch.tensor([8 * u + 3.5, 8 * v + 3.5])) <= 8:
                    pulled.append(max(0.0, PULL - cosine))
                else:
                    pushed.append(max(0.0, cosine - PUSH))
    expected = (np.mean(pulled) + np.mean(pushed)) / 2
    assert float(rows_loss(rows, others, maps, inside)) == pytest.approx(expected, abs=1e-6)
    same = torch.eye(3).expand(2, -1, -1)
    assert rows_loss(rows, rows, same, inside) < rows_loss(rows, rows.flip(3), same, inside)
