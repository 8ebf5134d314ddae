"""Golden rows: output that changes without its digest is noticed."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np

from lookalike.protocols import Describer
from lookalike.registry import digest
from lookalike.types import Picture

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
COLUMNS = 16
"""Number kept of each row, spread evenly."""
TOLERANCES = {"convnet": 1e-4, "trained": 1e-4}
"""Of floats; a network's arithmetic differs between machines."""
TOLERANCE = 1e-6


def test_output_changes_only_with_the_digest(
    describer: Describer, photos: list[Picture], photo_files: list[Path]
) -> None:
    file = GOLDEN / f"{describer.name}.json"
    rows = sampled(describer, photos)
    names = [path.name for path in photo_files]
    if os.environ.get("LOOKALIKE_GOLDEN") == "write" and kept_digest(file) != digest(describer):
        write(file, digest(describer), dict(zip(names, rows, strict=True)))
    assert kept_digest(file) == digest(describer), (
        f"no golden rows of {describer!r}: if its configuration was meant to change, "
        "run python tests/golden/regenerate.py"
    )
    golden = json.loads(file.read_text())["rows"]
    tolerance = 0 if describer.space.metric == "hamming" else TOLERANCES.get(describer.name, TOLERANCE)
    for name, row in zip(names, rows, strict=True):
        assert np.abs(np.subtract(row, golden[name])).max() <= tolerance, (
            f"the output of {describer.name} for {name} changed and its digest did not: if that is meant, "
            "raise its revision, then run python tests/golden/regenerate.py"
        )


def sampled(describer: Describer, pictures: list[Picture]) -> list[list[float]]:
    rows = describer.describe(pictures)
    columns = np.unique(np.linspace(0, rows.shape[1] - 1, COLUMNS).astype(int))
    return [[round(value, 7) for value in row] for row in rows[:, columns].tolist()]


def kept_digest(file: Path) -> str | None:
    return str(json.loads(file.read_text())["digest"]) if file.exists() else None


def write(file: Path, digest: str, rows: dict[str, list[float]]) -> None:
    """One photo a line."""
    lines = ",\n".join(f"    {json.dumps(name)}: {json.dumps(row)}" for name, row in rows.items())
    file.write_text(f'{{\n  "digest": {json.dumps(digest)},\n  "rows": {{\n{lines}\n  }}\n}}\n')
