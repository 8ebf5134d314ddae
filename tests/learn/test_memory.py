from __future__ import annotations

import torch

from lookalike.learn.batch import Batch
from lookalike.learn.losses import LOSSES
from lookalike.learn.memory import Memory


def batch_of(number: int) -> Batch:
    rows = torch.full((3, 2), float(number)) + torch.arange(3.0)[:, None]
    return Batch(rows.requires_grad_(), torch.tensor([number, number, number + 1]))


def test_the_newest_rows_are_kept_and_pass_no_gradient() -> None:
    memory = Memory(4)
    for number in range(3):
        memory = memory.after(batch_of(number))
    assert memory.rows is not None
    assert memory.labels is not None
    assert memory.rows[:, 0].tolist() == [3.0, 2.0, 3.0, 4.0]
    assert memory.labels.tolist() == [2, 2, 2, 3]
    assert not memory.rows.requires_grad


def test_nothing_is_remembered_at_first_and_with_a_size_of_zero() -> None:
    batch = batch_of(0)
    assert Memory(4).shown_to(batch) is batch
    empty = Memory(0).after(batch).shown_to(batch)
    assert torch.equal(empty.cosines, batch.cosines)


def test_rows_are_compared_with_one_another_and_with_what_is_remembered() -> None:
    batch = batch_of(0)
    shown = Memory(10).after(batch_of(0)).shown_to(batch)
    assert shown.cosines.shape == (3, 6)
    assert shown.same.tolist() == [
        [False, True, False, True, True, False],
        [True, False, False, True, True, False],
        [False, False, False, False, False, True],
    ]
    for name in LOSSES:
        loss = LOSSES.make(name)
        if not loss.proxies:
            value = loss(shown)
            assert torch.isfinite(value)
            assert float(value.detach()) != float(loss(batch).detach())
