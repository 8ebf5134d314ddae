from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from pytorch_metric_learning import distances, losses

from lookalike.errors import BadSetting
from lookalike.learn.batch import Batch, Triplets
from lookalike.learn.losses import LOSSES
from lookalike.learn.losses.angular_margin import AngularMargin, ArcFace, CosFace, SphereFace
from lookalike.learn.losses.contrastive import Contrastive
from lookalike.learn.losses.soft_triple import SoftTriple
from lookalike.learn.losses.triplet import TripletHinge

CLASSES, DIM = 5, 7
LABELS = [0, 0, 0, 1, 1, 2, 2, 2, 2, 3]
EVEN = [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]


def drawn(*shape: int, seed: int) -> NDArray[np.float64]:
    return np.random.default_rng(seed).normal(size=shape)


def batch_of(rows: NDArray[np.float64], labels: list[int], proxies: NDArray[np.float64] | None = None) -> Batch:
    learned = None if proxies is None else torch.from_numpy(proxies)
    return Batch(torch.from_numpy(rows), torch.tensor(labels), proxies=learned)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[..., float]]:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    import slow_losses

    return slow_losses.SLOW


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", list(LOSSES))
def test_a_loss_is_what_a_slow_loop_over_the_formula_gives(
    name: str, seed: int, slow: dict[str, Callable[..., float]]
) -> None:
    loss = LOSSES.make(name)
    spread = 1.0 + seed  # rows of a class lie near one another, or not
    centres = drawn(CLASSES, DIM, seed=seed)
    rows = centres[LABELS] + spread * drawn(len(LABELS), DIM, seed=seed + 10)
    proxies = centres[:, None] + 0.7 * drawn(CLASSES, max(1, loss.proxies), DIM, seed=seed + 20)
    found = float(loss(batch_of(rows, LABELS, proxies)))
    assert found == pytest.approx(slow[name](rows, LABELS, proxies), rel=1e-6, abs=1e-9)
    assert found != 0


def proxied(peer: torch.nn.Module, proxies: NDArray[np.float64], attribute: str = "W") -> torch.nn.Module:
    """The peer with our proxies (c, k, d), which it holds as (d, c k), or as (c, d)."""
    flat = torch.from_numpy(proxies.reshape(-1, proxies.shape[2]))
    held = getattr(peer, attribute)
    held.data = (flat.T if held.shape[0] == proxies.shape[2] else flat).clone()
    return peer


SQUARED = distances.LpDistance(normalize_embeddings=True, p=2, power=2)
DEGREES = float(np.degrees(0.5))
PEERS = {
    "arcface": lambda w: proxied(losses.ArcFaceLoss(CLASSES, DIM, margin=DEGREES, scale=64), w),
    "cosface": lambda w: proxied(losses.CosFaceLoss(CLASSES, DIM, margin=0.35, scale=64), w),
    "normalised_softmax": lambda w: proxied(losses.NormalizedSoftmaxLoss(CLASSES, DIM, temperature=0.05), w),
    "proxy_anchor": lambda w: proxied(losses.ProxyAnchorLoss(CLASSES, DIM, margin=0.1, alpha=32), w, "proxies"),
    "proxy_nca_pp": lambda w: proxied(losses.ProxyNCALoss(CLASSES, DIM, softmax_scale=9), w, "proxies"),
    "circle": lambda w: losses.CircleLoss(m=0.4, gamma=80),
    "multi_similarity": lambda w: losses.MultiSimilarityLoss(alpha=2, beta=50, base=0.5),
    "nt_xent": lambda w: losses.NTXentLoss(temperature=0.07),
    "supervised_contrastive": lambda w: losses.SupConLoss(temperature=0.1),
    "triplet": lambda w: losses.TripletMarginLoss(margin=0.2, distance=SQUARED),
}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", PEERS)
def test_pytorch_metric_learning_gives_the_same(name: str, seed: int) -> None:
    rows = drawn(len(EVEN), DIM, seed=seed)
    proxies = drawn(CLASSES, 1, DIM, seed=seed + 20)
    if name in ("arcface", "cosface"):  # where it does not continue beyond half a turn as we do
        rows = drawn(CLASSES, DIM, seed=seed + 20)[EVEN] + 0.5 * rows
    expected = PEERS[name](proxies).double()(torch.from_numpy(rows), torch.tensor(EVEN)).detach()
    assert float(LOSSES.make(name)(batch_of(rows, EVEN, proxies))) == pytest.approx(float(expected), rel=1e-4)


def test_pytorch_metric_learning_gives_the_same_where_its_formula_is_another_setting() -> None:
    rows, labels = drawn(len(EVEN), DIM, seed=4), torch.tensor(EVEN)
    linear = losses.ContrastiveLoss(pos_margin=0, neg_margin=1)(torch.from_numpy(rows), labels)
    assert float(Contrastive(power=1.0)(batch_of(rows, EVEN))) == pytest.approx(float(linear), rel=1e-6)
    plain = losses.TripletMarginLoss(margin=0.05)(torch.from_numpy(rows), labels)
    assert float(TripletHinge(margin=0.05, squared=False)(batch_of(rows, EVEN))) == pytest.approx(
        float(plain), rel=1e-6
    )
    lifted = losses.LiftedStructureLoss(neg_margin=1, pos_margin=0)(torch.from_numpy(rows), labels)
    assert float(LOSSES.make("lifted_structure")(batch_of(rows, EVEN))) == pytest.approx(float(lifted), rel=1e-6)
    proxies = drawn(CLASSES, 4, DIM, seed=5)
    peer = losses.SoftTripleLoss(CLASSES, DIM, centers_per_class=4, la=20, gamma=0.1, margin=0.01)
    centres = proxied(peer, proxies, "fc").double()(torch.from_numpy(rows), labels).detach()
    ours = SoftTriple(together=0.0)(batch_of(rows, EVEN, proxies))
    assert float(ours) == pytest.approx(float(centres), rel=1e-4)


def test_torch_gives_the_same_for_pairs_with_labels() -> None:
    rows = torch.from_numpy(drawn(len(EVEN), DIM, seed=6))
    labels = torch.tensor(EVEN)
    first, second = torch.where(~torch.eye(len(EVEN), dtype=torch.bool))
    sign = torch.where(labels[first] == labels[second], 1.0, -1.0)
    expected = torch.nn.functional.cosine_embedding_loss(rows[first], rows[second], sign, margin=0.3)
    assert float(LOSSES.make("siamese")(Batch(rows, labels))) == pytest.approx(float(expected), rel=1e-6)


def test_sphereface_arcface_and_cosface_are_settings_of_one_margin() -> None:
    batch = batch_of(drawn(len(LABELS), DIM, seed=7), LABELS, drawn(CLASSES, 1, DIM, seed=8))
    for one in (SphereFace(), ArcFace(), CosFace()):
        same = AngularMargin(m1=one.m1, m2=one.m2, m3=one.m3, scale=one.scale)
        assert torch.equal(one(batch), same(batch))
    plain = AngularMargin(m1=1.0, m2=0.0, m3=0.0, scale=20.0)(batch)
    assert float(plain) == pytest.approx(float(LOSSES.make("normalised_softmax")(batch)))


@pytest.mark.parametrize("margin", [SphereFace(m1=4.0), ArcFace(), CosFace(), AngularMargin(m1=2.5, m2=1.0)])
def test_a_larger_angle_is_never_the_better_one(margin: AngularMargin) -> None:
    angles = torch.linspace(0, torch.pi, 2001, dtype=torch.float64)
    value = margin.handicapped(angles)
    assert (value.diff() <= 1e-12).all()
    assert (value <= torch.cos(angles) + 1e-12).all()


@pytest.mark.parametrize("wrong", [{"m1": 0.5}, {"m2": -0.1}, {"m3": -0.1}, {"scale": 0}])
def test_a_margin_that_helps_the_right_class_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(BadSetting, match="margins"):
        LOSSES.make("angular_margin", wrong)


def test_a_loss_of_proxies_asks_for_them() -> None:
    with pytest.raises(ValueError, match="proxies"):
        LOSSES.make("arcface")(batch_of(drawn(4, DIM, seed=0), [0, 0, 1, 1]))


@pytest.mark.parametrize("name", [name for name in LOSSES if not LOSSES.make(name).proxies and name != "quadruplet"])
def test_only_the_pairs_of_mined_triplets_count(name: str) -> None:
    """A quadruplet takes every third class by definition."""
    loss = LOSSES.make(name)
    rows = torch.from_numpy(drawn(1, DIM, seed=9) + 0.1 * drawn(len(LABELS), DIM, seed=10))
    chosen = Triplets(*(torch.tensor(each) for each in ([0, 3], [1, 4], [5, 6])))

    def value(moved: int | None) -> float:
        now = rows.clone()
        if moved is not None:
            now[moved] = now[moved].flip(0)  # of the same length, which the loss of n pairs looks at
        return float(loss(Batch(now, torch.tensor(LABELS), triplets=chosen)))

    assert value(9) == pytest.approx(value(None), rel=1e-9)
    assert value(1) != pytest.approx(value(None), rel=1e-6)
