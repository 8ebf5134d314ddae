"""What `Miner` promises, of every miner of the table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from lookalike.learn.batch import Batch, Triplets
from lookalike.learn.losses import LOSSES
from lookalike.learn.memory import Memory
from lookalike.learn.miners import MINERS, Miner

LABELS = [0, 0, 0, 1, 1, 1, 1, 2, 2, 3]


@pytest.fixture(params=list(MINERS))
def miner(request: pytest.FixtureRequest) -> Miner:
    return MINERS.make(request.param)


def batch_of(labels: list[int], seed: int = 0) -> Batch:
    """Rows in which a class lies together a little."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(4, 8))
    return Batch(torch.from_numpy(centres[labels] + rng.normal(size=(len(labels), 8))), torch.tensor(labels))


def mined(miner: Miner, batch: Batch, seed: int = 0) -> set[tuple[int, int, int]]:
    found = miner.mine(batch, torch.Generator().manual_seed(seed))
    listed = list(zip(found.anchors.tolist(), found.positives.tolist(), found.negatives.tolist(), strict=True))
    assert len(set(listed)) == len(listed)
    return set(listed)


def test_every_triplet_is_a_true_one(miner: Miner) -> None:
    found = mined(miner, batch_of(LABELS))
    assert found
    for anchor, positive, negative in found:
        assert anchor != positive
        assert LABELS[anchor] == LABELS[positive] != LABELS[negative]


def test_the_same_seed_gives_the_same_triplets(miner: Miner) -> None:
    batch = batch_of(LABELS)
    assert mined(miner, batch, 3) == mined(miner, batch, 3)


@pytest.mark.parametrize("labels", [[1, 1, 1], [0, 1, 2, 3], [2]])
def test_where_there_is_no_triplet_none_is_mined_and_a_loss_of_rows_is_zero(miner: Miner, labels: list[int]) -> None:
    batch = batch_of(labels)
    found = miner.mine(batch, torch.Generator().manual_seed(0))
    assert (len(found), found.negatives.dtype) == (0, torch.int64)
    for name in LOSSES:
        loss = LOSSES.make(name)
        if not loss.proxies and name != "n_pairs":  # which pulls lengths in, whatever is mined
            assert float(loss(replace(batch, triplets=found))) == 0


def test_rows_of_earlier_batches_are_mined_as_well(miner: Miner) -> None:
    earlier, batch = batch_of(LABELS, 1), batch_of(LABELS, 2)
    shown = Memory(100).after(earlier).shown_to(batch)
    assert shown.reference_labels is not None
    known = shown.reference_labels.tolist()
    found = mined(miner, shown)
    for anchor, positive, negative in found:
        assert anchor < len(LABELS)
        assert known[anchor] == known[positive] != known[negative]
    assert any(max(positive, negative) >= len(LABELS) for _, positive, negative in found)


def test_rows_that_are_all_one_break_nothing(miner: Miner) -> None:
    batch = Batch(torch.ones(6, 4, dtype=torch.float64), torch.tensor([0, 0, 1, 1, 2, 2]))
    for anchor, positive, negative in mined(miner, batch):
        assert batch.labels[anchor] == batch.labels[positive] != batch.labels[negative]


@pytest.mark.parametrize("name", list(LOSSES))
def test_every_loss_takes_what_every_miner_chose(miner: Miner, name: str) -> None:
    loss = LOSSES.make(name)
    batch = batch_of(LABELS)
    proxies = torch.from_numpy(np.random.default_rng(5).normal(size=(4, max(1, loss.proxies), 8)))
    chosen: Triplets = miner.mine(batch, torch.Generator().manual_seed(0))
    rows = batch.rows.clone().requires_grad_()
    value = loss(replace(batch, rows=rows, proxies=proxies, triplets=chosen))
    value.backward()
    assert torch.isfinite(value)
    assert torch.isfinite(rows.grad).all()
