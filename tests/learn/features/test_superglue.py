"""The module that learns is the network that is used; its loss is that of a loop; it matches more as it learns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from lookalike.learn.features.course import Course
from lookalike.learn.features.descent import Pace
from lookalike.learn.features.pool import of_shapes
from lookalike.learn.features.superglue import Seen, SuperGlue, Truth, assignment, matching_loss, truth_of
from lookalike.learn.features.superglue_course import Features, SuperGlueCourse, f_score
from lookalike.learn.features.superpoint import Frozen, SuperPoint, heat_of
from lookalike.learn.features.warps import Views, moved
from lookalike.match.match.sinkhorn import assigned
from lookalike.models.superglue import SuperGlue as Network

Weights = dict[str, NDArray[Any]]


@pytest.fixture(scope="module")
def features() -> Weights:
    """Tensors of a SuperPoint that knows nothing."""
    return {name: value.numpy() for name, value in SuperPoint(4).weights().items()}


def seen(k: int, seed: int) -> Seen:
    generator = torch.Generator().manual_seed(seed)
    rows = torch.nn.functional.normalize(torch.randn((1, k, 256), generator=generator), dim=2)
    return Seen(torch.rand((1, k, 3), generator=generator) - 0.5, rows)


def test_the_weights_that_are_written_give_the_assignment_of_the_module() -> None:
    network = SuperGlue(1, rounds=30)
    a, b = (Seen(torch.cat([one.placed] * 4), torch.cat([one.rows] * 4)) for one in (seen(9, 1), seen(7, 2)))
    network.train()(a, b)  # norms that are none of a beginning
    used = Network.of({name: value.numpy() for name, value in network.weights().items()})
    a, b = seen(9, 3), seen(7, 4)
    with torch.no_grad():
        found = network.eval()(a, b)[0, :-1, :-1].exp().numpy()
    pair = ((one.placed[0].numpy(), one.rows[0].numpy()) for one in (a, b))
    expected = assigned(used.similarities(*pair), used.bin_score, 30)
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_transport_is_that_of_the_matcher() -> None:
    similarities = torch.randn((2, 6, 5), generator=torch.Generator().manual_seed(0)) * 3
    found = assignment(similarities, torch.tensor(0.7), 40).exp()
    for one, each in zip(found, similarities, strict=True):
        np.testing.assert_allclose(one[:-1, :-1].numpy(), assigned(each.numpy(), 0.7, 40), atol=1e-5)
        np.testing.assert_allclose(one[:-1].sum(dim=1).numpy(), 1, atol=1e-2)


def test_the_truth_is_what_a_loop_says_and_the_loss_counts_each_term_once() -> None:
    rng = np.random.default_rng(0)
    distances = torch.from_numpy(rng.uniform(0, 12, (3, 8, 9)).astype(np.float32))
    distances[1, 4] = torch.inf
    found = torch.log_softmax(torch.randn((3, 9, 10), generator=torch.Generator().manual_seed(1)), dim=2)
    truth, terms = truth_of(distances), []
    for b, plane in enumerate(distances.numpy()):
        for i, j in np.ndindex(plane.shape):
            is_same = plane[i, j] <= 3 and plane[i].argmin() == j and plane[:, j].argmin() == i
            assert bool(truth.same[b, i, j]) == is_same
            if is_same:
                terms.append(found[b, i, j])
        terms += [found[b, i, -1] for i in range(8) if plane[i].min() > 5]
        terms += [found[b, -1, j] for j in range(9) if plane[:, j].min() > 5]
    torch.testing.assert_close(matching_loss(found, truth), -torch.stack(terms).mean())
    nobody = Truth(*(torch.zeros_like(each) for each in (truth.same, truth.alone_a, truth.alone_b)))
    assert matching_loss(found, nobody) == 0


def test_frozen_features_are_those_of_the_module_and_lie_where_the_view_shows_them(features: Weights) -> None:
    module, frozen = SuperPoint(4).eval(), Frozen({name: torch.from_numpy(each) for name, each in features.items()})
    light = of_shapes(2, 64, np.random.default_rng(0)).pictures.float() / 255
    with torch.no_grad():
        logits, rows = module(light)
        heat, also = frozen(light)
    torch.testing.assert_close(heat, heat_of(logits), atol=1e-4, rtol=0)
    torch.testing.assert_close(also, rows, atol=1e-4, rtol=0)
    ours = Features.of(frozen, light, 12)
    assert ours.seen.rows.shape == (2, 12, 256)
    maps = Views().drawn(2, np.random.default_rng(0))
    shown = Features(moved(ours.places, torch.linalg.inv(maps)), ours.seen, 64)
    apart = ours.distances(shown, maps)
    within = (shown.places.abs() <= 1).all(dim=2)
    assert torch.diagonal(apart, dim1=1, dim2=2)[within].max() < 1e-2
    assert torch.isinf(apart[~within]).all()


def test_an_f_score_is_one_for_all_matches_and_zero_for_wrong_ones() -> None:
    distances = torch.full((1, 4, 4), 20.0)
    distances[0, range(4), range(4)] = 1.0
    assert f_score(torch.eye(4), distances) == 1
    assert f_score(torch.eye(4).flip(0), distances) == 0
    half = torch.diag(torch.tensor([1.0, 1.0, 0.0, 0.0]))
    assert f_score(half, distances) == pytest.approx(2 * 2 / (2 + 4))


def test_the_loss_falls_and_more_matches_are_right_on_views_that_were_never_seen(
    features: Weights, tmp_path: Path
) -> None:
    photos = of_shapes(16, 64, np.random.default_rng(7)).pictures.repeat(1, 3, 1, 1)
    taught, losses = SuperGlueCourse(features, layers=2, keypoints=24), []
    maps = Views().drawn(6, np.random.default_rng(5))
    before = taught.scored(photos[:6], maps).mean()
    course = Course(
        Pace(24, 4, 2e-3), 48, 0.8, 1, tmp_path / "mine", "photos", on_round=lambda _, one, __: losses.append(one.loss)
    )
    assert taught.learn(photos[6:], course)
    assert losses[-1] < 0.8 * losses[0]
    assert taught.scored(photos[:6], maps).mean() > before + 0.05
    assert 0 < taught.nearest(photos[:6], maps).mean() < 1
