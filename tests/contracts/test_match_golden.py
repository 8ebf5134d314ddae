"""Golden matches: what a matcher finds between the same features changes only with its revision or its fields."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lookalike.match import MATCHERS
from lookalike.registry import configuration
from lookalike.types import Keypoints, LocalFeatures, Matches

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "match"
KEPT = 8
"""Matches, the first by the row of a."""
SCORE = 2e-3
"""What the arithmetic of another machine may move a score by."""
DIMS = {"lightglue": 64, "superglue": 256}
"""Numbers a row; 32 of the others."""


@pytest.mark.parametrize("name", list(MATCHERS))
def test_matches_change_only_with_the_revision(name: str, ready: Callable[..., Any], superglue_file: Path) -> None:
    matcher = ready(MATCHERS, name, {"weights": str(superglue_file)} if name == "superglue" else {})
    found = told(matcher.match(*drawn(DIMS.get(name, 32))))
    identity = {"revision": matcher.revision, "configuration": json.loads(configuration(matcher))}
    file = GOLDEN / f"{name}.json"
    kept = json.loads(file.read_text()) if file.exists() else {}
    if os.environ.get("LOOKALIKE_GOLDEN") == "write" and kept.get("of") != identity:
        kept = {"of": identity, "matches": found}
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(kept, indent=1) + "\n")
    assert kept.get("of") == identity, "run python tests/golden/regenerate.py, if that was meant"
    advice = f"{name} matches otherwise under the same revision: raise it if that is meant"
    assert abs(found["k"] - kept["matches"]["k"]) <= 1, advice
    assert found["pairs"] == kept["matches"]["pairs"], advice
    np.testing.assert_allclose(found["scores"], kept["matches"]["scores"], atol=SCORE, err_msg=advice)


def drawn(dim: int) -> tuple[LocalFeatures, LocalFeatures]:
    """150 features, and two thirds of them again, moved, turned and changed a little, among others."""
    rng = np.random.default_rng(0)
    rows = [rng.normal(size=(150, dim)) for _ in range(2)]
    xy = [rng.uniform((0, 0), (640, 480), (150, 2)) for _ in range(2)]
    again = rng.permutation(150)[:100]
    rows[1][:100] = rows[0][again] + 0.2 * rng.normal(size=(100, dim))
    xy[1][:100] = xy[0][again] @ np.array([[0.6, 0.15], [-0.15, 0.6]]) + (80, 30)
    angle = rng.uniform(0, 6, 150)
    turned = np.concatenate([angle[again] - np.arctan2(0.15, 0.6), rng.uniform(0, 6, 50)])
    poses = ((np.full(150, 10.0), angle), (np.full(150, 10 * np.hypot(0.6, 0.15)), turned))
    return tuple(  # type: ignore[return-value]
        LocalFeatures(
            Keypoints(
                places.astype("f4"),
                np.linspace(1, 0, 150, dtype="f4"),
                (640, 480),
                scale.astype("f4"),
                turn.astype("f4"),
            ),
            (each / np.linalg.norm(each, axis=1, keepdims=True)).astype("f4"),
        )
        for places, each, (scale, turn) in zip(xy, rows, poses, strict=True)
    )


def told(matches: Matches) -> dict[str, Any]:
    """How many; the first by the row of a."""
    order = np.argsort(matches.pairs[:, 0])[:KEPT]
    return {
        "k": len(matches),
        "pairs": matches.pairs[order].tolist(),
        "scores": matches.scores[order].astype(float).round(5).tolist(),
    }
