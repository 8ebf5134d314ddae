"""The module that learns is the network that is used; its losses against loops; it finds more again as it learns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from lookalike.learn.features.course import Course
from lookalike.learn.features.descent import Pace
from lookalike.learn.features.pool import of_shapes
from lookalike.learn.features.r2d2 import R2D2, average_precision, likeness_loss, peak_loss, reliability_loss
from lookalike.learn.features.r2d2_course import R2D2Course
from lookalike.learn.features.warps import Views
from lookalike.models.checkpoint import read_checkpoint
from lookalike.models.onnx_session import started
from lookalike.models.r2d2 import PART, r2d2


def test_the_weights_that_are_written_give_the_maps_of_the_module(tmp_path: Path) -> None:
    network = R2D2(1)
    generator = torch.Generator().manual_seed(0)
    network.train()(torch.rand((2, 3, 32, 32), generator=generator))
    network.eval()
    torch.save(network.weights(), tmp_path / "mine.r2d2.pth")
    session = started(r2d2(read_checkpoint(tmp_path / "mine.r2d2.pth", PART)), 1)
    pixels = np.random.default_rng(0).integers(0, 256, (40, 48, 3), dtype=np.uint8)
    rows, *maps = session.run(["rows", "reliability", "repeatability"], {"pixels": pixels})
    with torch.no_grad():
        expected, *wanted = network(torch.from_numpy(pixels).permute(2, 0, 1)[None].float() / 255)
    np.testing.assert_allclose(rows / np.linalg.norm(rows, axis=0), expected[0].numpy(), atol=1e-4)
    for found, one in zip(maps, wanted, strict=True):
        np.testing.assert_allclose(found, one[0].numpy(), atol=1e-4)


def test_patches_of_one_map_are_alike_and_those_outside_do_not_count() -> None:
    generator = torch.Generator().manual_seed(0)
    one, other = torch.rand((2, 1, 16, 16), generator=generator)
    inside = torch.ones((1, 16, 16), dtype=torch.bool)
    assert float(likeness_loss(one, one, inside, 8)) == pytest.approx(0, abs=1e-6)
    inside[0, 15, :] = False
    cosines = [
        torch.nn.functional.cosine_similarity(
            one[0, y : y + 8, x : x + 8].flatten(), other[0, y : y + 8, x : x + 8].flatten(), dim=0
        )
        for y in (0, 4)  # a patch from 8 on reaches outside
        for x in (0, 4, 8)
    ]
    assert float(likeness_loss(one, other, inside, 8)) == pytest.approx(
        1 - float(torch.stack(cosines).mean()), abs=1e-6
    )


def test_a_map_with_one_peak_a_patch_has_less_loss_than_an_even_one() -> None:
    even, peaked, single = torch.full((1, 32, 32), 0.5), torch.zeros((1, 32, 32)), torch.zeros((1, 32, 32))
    for down in (3, 4, 5):
        for across in (3, 4, 5):
            peaked[0, down::8, across::8] = 1
    single[0, 4::8, 4::8] = 1
    assert float(peak_loss(even, 8)) == pytest.approx(1, abs=0.2)
    assert peak_loss(peaked, 8) < 0.4 < peak_loss(even, 8)
    assert peak_loss(single, 8) > 0.8  # a px alone is no peak


def test_average_precision_is_exact_where_cosines_lie_on_its_steps() -> None:
    rng = np.random.default_rng(0)
    cosines = torch.from_numpy(np.stack([rng.permutation(20) / 19 for _ in range(6)]).astype(np.float32))
    right = torch.from_numpy(rng.random((6, 20)) < 0.2)
    right[:, 0] = True
    expected = []
    for row, is_right in zip(cosines.numpy(), right.numpy(), strict=True):
        order = np.argsort(-row)
        hits = is_right[order]
        expected.append((np.cumsum(hits) / np.arange(1, 21))[hits].mean())
    np.testing.assert_allclose(average_precision(cosines, right).numpy(), expected, atol=1e-5)
    moved = cosines.clone().requires_grad_()
    average_precision(moved, right).sum().backward()
    assert moved.grad is not None
    assert torch.isfinite(moved.grad).all()


@pytest.mark.parametrize(
    ("precision", "to_rise"),
    [
        ([0.9, 0.1], [True, False]),
        ([0.9, 0.7, 0.4], [True, True, False]),  # the mean is above the base: the base decides
        ([0.2, 0.05], [True, False]),  # at first all are below it: the better ones are relied on, and so learn
    ],
)
def test_it_pays_to_call_reliable_what_is_found_and_nothing_else(precision: list[float], to_rise: list[bool]) -> None:
    reliability = torch.full((len(precision),), 0.5, requires_grad=True)
    reliability_loss(torch.tensor(precision), reliability).backward()
    assert reliability.grad is not None
    assert (reliability.grad < 0).tolist() == to_rise


def test_the_loss_falls_and_repeatability_rises_on_views_that_were_never_seen(tmp_path: Path) -> None:
    photos = of_shapes(16, 48, np.random.default_rng(7)).pictures.repeat(1, 3, 1, 1)
    taught, losses = R2D2Course(keypoints=16), []
    maps = Views().drawn(6, np.random.default_rng(5))
    before = taught.scored(photos[:6], maps).mean()
    course = Course(
        Pace(40, 2, 3e-3), 32, 0.7, 1, tmp_path / "mine", "photos", on_round=lambda _, one, __: losses.append(one.loss)
    )
    assert taught.learn(photos[6:], course)
    assert losses[-1] < losses[0]
    assert taught.scored(photos[:6], maps).mean() > before + 0.05
