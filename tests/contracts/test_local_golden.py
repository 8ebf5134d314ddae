"""Golden features: places and rows that change without their digest are noticed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lookalike.local import DETECTORS, EXTRACTORS
from lookalike.registry import digest
from lookalike.types import Picture

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "local"
KEPT = 5
"""Features of each photo, the best."""
COLUMNS = 12
"""Number kept of each row, spread evenly."""
PX, LEVEL = 0.05, 0.02
"""What the arithmetic of another machine may move a place by, and a number of a row."""


COMPONENTS = [("extractor", name) for name in EXTRACTORS] + [("detector", name) for name in DETECTORS]


@pytest.mark.parametrize(("kind", "name"), COMPONENTS)
def test_output_changes_only_with_the_digest(
    kind: str, name: str, photos: list[Picture], photo_files: list[Path], ready: Callable[..., Any]
) -> None:
    component = ready(EXTRACTORS if kind == "extractor" else DETECTORS, name, {"side": 320, "max_keypoints": 200})
    found = {photo_files[at].name: told(component, kind, photos[at]) for at in (0, 3)}
    file = GOLDEN / f"{kind}-{name}.json"
    kept = json.loads(file.read_text()) if file.exists() else {"digest": None}
    if os.environ.get("LOOKALIKE_GOLDEN") == "write" and kept["digest"] != digest(component):
        kept = {"digest": digest(component), "features": found}
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(kept, indent=1) + "\n")
    assert kept["digest"] == digest(component), "run python tests/golden/regenerate.py, if that was meant"
    for photo, golden in kept["features"].items():
        advice = f"{name} finds other features in {photo} under the same digest: raise its revision if that is meant"
        assert abs(found[photo]["k"] - golden["k"]) <= 2, advice
        np.testing.assert_allclose(found[photo]["xy"], golden["xy"], atol=PX, err_msg=advice)
        np.testing.assert_allclose(found[photo]["rows"], golden["rows"], atol=LEVEL, err_msg=advice)


def told(component: Any, kind: str, picture: Picture) -> dict[str, Any]:
    """Number of features; places and rows of the best."""
    if kind == "detector":
        keypoints, rows = component.detect(picture), np.zeros((0, COLUMNS))
    else:
        features = component.extract(picture)
        keypoints, rows = features.keypoints, features.descriptors
    columns = np.unique(np.linspace(0, rows.shape[1] - 1, COLUMNS).astype(int))
    return {
        "k": len(keypoints),
        "xy": keypoints.xy[:KEPT].round(3).astype(float).round(3).tolist(),
        "rows": rows[:KEPT, columns].astype(float).round(4).tolist(),
    }
