"""What is learned of drawn shapes is found again in other views, better than by a network that knows nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from lookalike.learn.features.course import Course, SuperPointCourse
from lookalike.learn.features.descent import Pace
from lookalike.learn.features.pool import NOWHERE, of_shapes
from lookalike.learn.features.warps import Views


@pytest.fixture(scope="module")
def photos() -> torch.Tensor:
    """(12, 3, 64, 64): shapes of a seed that no lesson draws from."""
    return of_shapes(12, 64, np.random.default_rng(77)).pictures.repeat(1, 3, 1, 1)


def small(drawings: int = 20) -> SuperPointCourse:
    return SuperPointCourse(drawings=drawings, keypoints=16)


def course(run: Path, iterations: int = 4, **more: object) -> Course:
    return Course(Pace(iterations, 8, 3e-3), 32, 3, run, "photos", **more)  # type: ignore[arg-type]


def test_losses_fall_and_repeatability_rises_on_views_that_were_never_seen(
    photos: torch.Tensor, tmp_path: Path
) -> None:
    taught = small(drawings=300)
    maps = Views().drawn(12, np.random.default_rng(5))
    losses: dict[str, list[float]] = {"shapes": [], "photos": []}
    before = taught.scored(photos, maps).mean()
    run = course(tmp_path / "mine", 200, on_round=lambda lesson, one, most: losses[lesson].append(one.loss))
    assert taught.learn(photos, run)
    for found in losses.values():
        assert found[-1] < found[0]
    assert taught.scored(photos, maps).mean() > before


def test_a_course_that_was_stopped_in_any_lesson_goes_on_to_the_same_weights(
    photos: torch.Tensor, tmp_path: Path
) -> None:
    whole = small()
    assert whole.learn(photos, course(tmp_path / "whole"))
    points = (tmp_path / "whole.points.run").read_bytes()
    for patience in (1, 4, 6, 7):
        left = [patience]

        def should_stop(left: list[int] = left) -> bool:
            left[0] -= 1
            return left[0] < 0

        file = tmp_path / f"stopped {patience}"
        assert not small().learn(photos, course(file, should_stop=should_stop))
        again = small()
        assert again.learn(photos, course(file))
        assert (tmp_path / f"{file.name}.points.run").read_bytes() == points
        for name, value in whole.weights().items():
            assert torch.equal(again.weights()[name], value), name


def test_keypoints_of_photos_are_in_them_or_nowhere(photos: torch.Tensor, tmp_path: Path) -> None:
    from lookalike.learn.checkpoint import read

    small().learn(photos, course(tmp_path / "mine"))
    points = read(tmp_path / "mine.points.run").tensors["points"]
    assert points.shape[0] == 12
    assert ((points.abs() <= 1) | (points == NOWHERE)).all()
