"""What `Loss` promises, of every loss of the table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from lookalike.learn.batch import Batch
from lookalike.learn.losses import LOSSES, Loss

CLASSES, DIM = 4, 6


@pytest.fixture(params=list(LOSSES))
def loss(request: pytest.FixtureRequest) -> Loss:
    return LOSSES.make(request.param)


def drawn(*shape: int, seed: int = 0) -> Tensor:
    return torch.from_numpy(np.random.default_rng(seed).normal(size=shape))


def batch_of(loss: Loss, rows: Tensor, labels: list[int]) -> Batch:
    proxies = drawn(CLASSES, loss.proxies, DIM, seed=1).requires_grad_() if loss.proxies else None
    return Batch(rows.requires_grad_(), torch.tensor(labels), proxies=proxies)


LABELS = [0, 0, 0, 1, 1, 2, 2, 2]
AWKWARD = {
    "aligned": (drawn(1, DIM).expand(8, DIM).clone(), LABELS),
    "antipodes": (drawn(1, DIM) * torch.tensor([1, -1] * 4)[:, None], LABELS),
    "one class": (drawn(5, DIM), [1] * 5),
    "one of each class": (drawn(4, DIM), [0, 1, 2, 3]),
    "one row": (drawn(1, DIM), [2]),
    "zeros": (torch.zeros(6, DIM, dtype=torch.float64), [0, 0, 1, 1, 2, 2]),
    "huge": (drawn(8, DIM) * 1e4, LABELS),
    "tiny": (drawn(8, DIM) * 1e-6, LABELS),
}


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
@pytest.mark.parametrize("case", AWKWARD)
def test_the_loss_and_its_gradients_are_finite(loss: Loss, case: str, dtype: torch.dtype) -> None:
    rows, labels = AWKWARD[case]
    batch = batch_of(loss, rows.detach().to(dtype).clone(), labels)
    if batch.proxies is not None:
        batch = replace(batch, proxies=batch.proxies.detach().to(dtype).requires_grad_())
    value = loss(batch)
    assert value.shape == ()
    assert torch.isfinite(value)
    value.backward()
    learned = [batch.rows] if batch.proxies is None else [batch.rows, batch.proxies]
    assert all(torch.isfinite(each.grad).all() for each in learned)


def test_rows_on_their_proxies_and_opposite_have_finite_gradients(loss: Loss) -> None:
    if not loss.proxies:
        return
    proxies = drawn(CLASSES, loss.proxies, DIM, seed=1)
    for sign in (1, -1):
        rows = (sign * proxies[:, 0]).clone().requires_grad_()
        loss(Batch(rows, torch.arange(CLASSES), proxies=proxies)).backward()
        assert torch.isfinite(rows.grad).all()


def test_gradients_are_those_of_finite_differences(loss: Loss) -> None:
    batch = batch_of(loss, drawn(8, DIM), LABELS)
    given = [batch.rows] if batch.proxies is None else [batch.rows, batch.proxies]
    if loss.name == "circle":
        pytest.skip(
            "weights of the circle loss pass no gradient by definition; its slow loop is differentiated instead"
        )

    def value(rows: Tensor, proxies: Tensor | None = None) -> Tensor:
        return loss(replace(batch, rows=rows, proxies=proxies))

    assert torch.autograd.gradcheck(value, given, eps=1e-6, atol=1e-4)


def test_the_order_of_rows_does_not_matter(loss: Loss) -> None:
    batch = batch_of(loss, drawn(8, DIM), LABELS)
    order = torch.from_numpy(np.random.default_rng(2).permutation(8))
    other = replace(batch, rows=batch.rows[order], labels=batch.labels[order])
    assert torch.allclose(loss(batch), loss(other))


def test_descent_brings_each_class_together(loss: Loss) -> None:
    batch = batch_of(loss, drawn(32, DIM), [label for label in range(CLASSES) for _ in range(8)])
    learned = [batch.rows] if batch.proxies is None else [batch.rows, batch.proxies]
    descent = torch.optim.Adam(learned, lr=0.05)
    before = own_among_nearest(batch)
    first = float(loss(batch).detach())
    for _ in range(300):
        descent.zero_grad()
        now = replace(batch)  # nothing of the last step is remembered
        value = loss(now)
        value.backward()
        descent.step()
    assert float(value.detach()) < first
    assert before < 0.4
    assert own_among_nearest(batch) > 0.75


def own_among_nearest(batch: Batch) -> float:
    """Share of the three nearest others that are of the row's class, the mean over rows."""
    cosines = replace(batch).cosines.detach().clone().fill_diagonal_(-2)
    nearest = cosines.topk(3, dim=1).indices
    return float((batch.labels[nearest] == batch.labels[:, None]).double().mean())
