"""The describers of the table, and one from outside: the example of docs/extend.md, installed beside the package."""

from __future__ import annotations

import importlib
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from lookalike.describe import DESCRIBERS
from lookalike.protocols import Describer

ROOT = Path(__file__).resolve().parents[2]
FOREIGN = "edge_density"


@pytest.fixture(scope="module")
def installed_example(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The table, as it is where a package with the entry point of docs/extend.md is installed."""
    site = tmp_path_factory.mktemp("site")
    (site / f"{FOREIGN}.py").write_text((ROOT / "examples" / f"{FOREIGN}.py").read_text())
    metadata = site / f"{FOREIGN}-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {FOREIGN}\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[lookalike.describers]\n{FOREIGN} = {entry_point()}\n")
    sys.path.append(str(site))
    importlib.invalidate_caches()
    yield
    sys.path.remove(str(site))
    sys.modules.pop(FOREIGN, None)


@pytest.fixture(scope="module", params=[*DESCRIBERS, FOREIGN])
def describer(request: pytest.FixtureRequest, installed_example: None) -> Describer:
    """Each row of the table in turn, as it is without settings."""
    return DESCRIBERS.make(request.param)


def entry_point() -> str:
    """As the guide says to write it."""
    guide = (ROOT / "docs" / "extend.md").read_text()
    block = tomllib.loads(guide.split("```toml\n")[1].split("```")[0])
    return str(block["project"]["entry-points"]["lookalike.describers"][FOREIGN])
