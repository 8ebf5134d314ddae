from __future__ import annotations

from collections.abc import Iterator

import faiss
import numpy as np
import pytest
import torch
from pytorch_metric_learning import distances, miners

from lookalike.learn.batch import Batch
from lookalike.learn.miners import MINERS
from lookalike.learn.miners.distance_weighted import DistanceWeighted
from lookalike.learn.miners.semi_hard import SemiHard

LABELS = [0, 0, 0, 1, 1, 1, 1, 2, 2, 3]
Found = set[tuple[int, int, int]]


@pytest.fixture(params=range(3))
def batch(request: pytest.FixtureRequest) -> Batch:
    rng = np.random.default_rng(request.param)
    centres = rng.normal(size=(4, 8))
    return Batch(torch.from_numpy(centres[LABELS] + rng.normal(size=(len(LABELS), 8))), torch.tensor(LABELS))


def mined(name: str, batch: Batch, seed: int = 0) -> Found:
    found = MINERS.make(name).mine(batch, torch.Generator().manual_seed(seed))
    return set(zip(found.anchors.tolist(), found.positives.tolist(), found.negatives.tolist(), strict=True))


def every() -> Iterator[tuple[int, int, int]]:
    count = range(len(LABELS))
    for a in count:
        for p in count:
            for n in count:
                if a != p and LABELS[a] == LABELS[p] != LABELS[n]:
                    yield a, p, n


def test_all_are_all(batch: Batch) -> None:
    assert mined("all", batch) == set(every())


def test_semi_hard_ones_lie_beyond_the_positive_and_within_the_margin(batch: Batch) -> None:
    units = batch.units.numpy()
    expected = set()
    for a, p, n in every():
        gap = ((units[a] - units[n]) ** 2).sum() - ((units[a] - units[p]) ** 2).sum()
        if 0 < gap < 0.2:
            expected.add((a, p, n))
    assert mined("semi_hard", batch) == expected
    squared = distances.LpDistance(normalize_embeddings=True, p=2, power=2)
    peer = miners.TripletMarginMiner(margin=0.2, type_of_triplets="semihard", distance=squared)
    assert expected == set(zip(*(each.tolist() for each in peer(batch.rows, batch.labels)), strict=True))


def test_hard_ones_are_the_nearest_and_the_farthest(batch: Batch) -> None:
    units = batch.units.numpy()

    def apart(a: int, b: int) -> float:
        return float(((units[a] - units[b]) ** 2).sum())

    def nearest(a: int) -> int:
        return min((n for n in range(len(LABELS)) if LABELS[n] != LABELS[a]), key=lambda n: apart(a, n))

    def farthest(a: int) -> int:
        return max((p for p in range(len(LABELS)) if p != a and LABELS[p] == LABELS[a]), key=lambda p: apart(a, p))

    triplets = list(every())
    assert mined("hard_negative", batch) == {(a, p, nearest(a)) for a, p, _ in triplets}
    assert mined("hard_positive", batch) == {(a, farthest(a), n) for a, _, n in triplets}
    assert mined("hard_pair", batch) == {(a, farthest(a), nearest(a)) for a, _, _ in triplets}
    peer = miners.BatchHardMiner()(batch.rows, batch.labels)
    assert mined("hard_pair", batch) == set(zip(*(each.tolist() for each in peer), strict=True))


@pytest.mark.parametrize("name", ["random", "distance_weighted"])
def test_each_pair_is_shown_once_with_a_negative_by_chance(name: str, batch: Batch) -> None:
    first, second = mined(name, batch, 0), mined(name, batch, 1)
    pairs = {(a, p) for a, p, _ in every()}
    assert {(a, p) for a, p, _ in first} == pairs
    assert len(first) == len(pairs)
    assert first != second


def test_random_negatives_are_drawn_evenly() -> None:
    labels = [0, 0, 1, 2, 3, 4]
    batch = Batch(torch.from_numpy(np.random.default_rng(0).normal(size=(6, 3))), torch.tensor(labels))
    generator = torch.Generator().manual_seed(0)
    drawn = np.concatenate([MINERS.make("random").mine(batch, generator).negatives.numpy() for _ in range(1000)])
    counts = np.bincount(drawn, minlength=6)[2:]
    assert (abs(counts - 500) < 5 * np.sqrt(2000 * 0.25 * 0.75)).all()


def test_weights_undo_how_often_a_distance_is_met() -> None:
    """On a sphere of 16 dimensions chance draws nearly all at about 1.41; by weight, distances are spread evenly."""
    rng = np.random.default_rng(0)
    rows = torch.from_numpy(rng.normal(size=(4000, 16)))
    rows[1:2000] = rows[0] + torch.from_numpy(rng.uniform(0, 2, (1999, 1)) * rng.normal(size=(1999, 16)))
    batch = Batch(rows[:1], torch.tensor([0]), references=rows, reference_labels=torch.tensor([0] + [1] * 3999))
    miner = DistanceWeighted()
    weights = miner.weights(batch)[0].numpy()
    apart = batch.distances[0].numpy()
    near, far = weights[apart < 0.5], weights[apart >= 1.4]
    assert (far == 0).all()
    assert np.allclose(near[near > 0], 1)  # all that is nearer than the cutoff counts as the cutoff
    between = (apart > 0.6) & (apart < 1.3)
    for first, second in zip(*np.where(between)[0][:100].reshape(2, 50), strict=True):
        frequency = [d**14 * (1 - d**2 / 4) ** 6.5 for d in (apart[first], apart[second])]
        assert weights[first] / weights[second] == pytest.approx(frequency[1] / frequency[0])


def test_a_wider_margin_finds_more(batch: Batch) -> None:
    generator = torch.Generator()
    assert len(SemiHard(margin=1.0).mine(batch, generator)) > len(SemiHard(margin=0.2).mine(batch, generator))


def test_the_oracle_leaves_faiss_as_it_is() -> None:
    assert faiss.IndexFlatL2.search.__name__ != "torch_replacement_search"
