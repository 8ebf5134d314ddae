"""What SuperPoint learns of drawn shapes and of photos, and that it goes on where it was stopped.

Its last stage learns last: what it finds again rises after some thousand steps (docs/decisions/0054), which is too long
for a test.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from lookalike.learn.features.adaptation import repeated
from lookalike.learn.features.course import Course
from lookalike.learn.features.descent import Descent, Pace
from lookalike.learn.features.pool import NOWHERE, of_shapes
from lookalike.learn.features.superpoint import SuperPoint, heat_of
from lookalike.learn.features.superpoint_course import Corners, SeenTwice, SuperPointCourse
from lookalike.learn.features.warps import Views


@pytest.fixture(scope="module")
def photos() -> torch.Tensor:
    """(12, 3, 64, 64): shapes of a seed that no lesson draws from."""
    return of_shapes(12, 64, np.random.default_rng(77)).pictures.repeat(1, 3, 1, 1)


def small(drawings: int = 20) -> SuperPointCourse:
    return SuperPointCourse(drawings=drawings, keypoints=16)


def course(run: Path, iterations: int = 4, **more: object) -> Course:
    return Course(Pace(iterations, 8, 3e-3), 32, 0.5, 3, run, "photos", **more)  # type: ignore[arg-type]


def test_the_loss_falls_and_the_third_stage_finds_more_again_on_views_that_were_never_seen() -> None:
    network, maps = SuperPoint(), Views().drawn(12, np.random.default_rng(5))
    unseen = of_shapes(12, 64, np.random.default_rng(77)).pictures

    def third(light: torch.Tensor) -> torch.Tensor:
        return heat_of(network.with_early(light)[2][2])

    before = repeated(third, unseen, maps, 16).mean()
    lesson = Corners(network, of_shapes(300, 48, np.random.default_rng(0)), 32)
    run = Descent(network, lesson, Pace(100, 8, 3e-3), "shapes")
    run.run()
    assert run.history[-1].loss < run.history[0].loss
    network.eval()
    assert repeated(third, unseen, maps, 16).mean() > before + 0.1


def test_the_loss_of_photos_seen_twice_falls() -> None:
    network = SuperPoint()
    lesson = SeenTwice(network, of_shapes(40, 64, np.random.default_rng(0)), 32, 0.5)
    run = Descent(network, lesson, Pace(40, 4, 3e-3), "photos")
    run.run()
    losses = [one.loss for one in run.history]
    assert np.mean(losses[-3:]) < np.mean(losses[:3])


def test_a_course_that_was_stopped_in_any_lesson_goes_on_to_the_same_weights(
    photos: torch.Tensor, tmp_path: Path
) -> None:
    whole = small()
    assert whole.learn(photos, course(tmp_path / "whole"))
    points = (tmp_path / "whole.points.run").read_bytes()
    for patience in (1, 4, 6):
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
