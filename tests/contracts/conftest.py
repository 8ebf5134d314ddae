"""The describers of the table, and one from outside: the example of docs/extend.md, installed beside the package."""

from __future__ import annotations

import dataclasses
import importlib
import importlib.util
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from lookalike.describe import DESCRIBERS
from lookalike.describe.adapted import Adapted
from lookalike.describe.aggregated import Aggregated
from lookalike.describe.clip import Clip
from lookalike.describe.learned import Learned
from lookalike.describe.taught_words import TaughtWords
from lookalike.describe.trained import TrainedNetwork
from lookalike.learn.export import exported
from lookalike.learn.networks import linear_head
from lookalike.models.fitted import Fitted
from lookalike.models.own_network import Facts
from lookalike.models.towers.added import add
from lookalike.models.trained import place_of
from lookalike.protocols import Describer

ROOT = Path(__file__).resolve().parents[2]
FOREIGN = "edge_density"
OWN = "tiny"
Teach = Callable[..., Describer]


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


@pytest.fixture(scope="module", params=[*DESCRIBERS, *DESCRIBERS.apart, FOREIGN])
def describer(request: pytest.FixtureRequest, installed_example: None, added_models: None, taught: Teach) -> Describer:
    """Each row of the table in turn, as it is without settings; what has to learn has done so."""
    if request.param in DESCRIBERS.apart:
        pytest.importorskip("tokenizers")
    return taught(DESCRIBERS.make(request.param))


@pytest.fixture(scope="module")
def added_models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Two tiny models of the user's own, and two networks that were trained, by name in a cache of this module's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOOKALIKE_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.syspath_prepend(str(ROOT / "tests" / "models"))
        if importlib.util.find_spec("tokenizers") is not None:
            import tiny_towers

            maker = tiny_towers.Maker(tmp_path_factory.mktemp("towers"))
            add(OWN, maker.optimum())
            add(f"{OWN}x", maker.immich())
        for seed, name in enumerate((f"{OWN}_head", f"{OWN}_headx")):
            file = place_of(name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(head(seed))
        yield


def head(seed: int) -> bytes:
    """A head on rows of `convnet` whose numbers are drawn, and are the same on every machine."""
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(seed)
    module = linear_head(rng.integers(1, 256, (30, 1280)).astype(np.float32) / 256, 12)
    with torch.no_grad():
        for parameter in module.parameters():
            drawn = rng.integers(-128, 128, tuple(parameter.shape)) / 256
            parameter.copy_(torch.from_numpy(drawn.astype(np.float32)))
    rows = torch.from_numpy(rng.integers(1, 256, (3, 1280)).astype(np.float32) / 4096)
    return exported(module, Facts("linear", 12, 0, 0.1, "of a test"), rows)


@pytest.fixture(scope="module")
def taught() -> Teach:
    """A describer as it is after learning, its arrays drawn: the last bits of a fit differ between machines.

    Whether what is learned is right, the tests of each say.
    """
    return _taught


def _taught(describer: Describer, seed: int = 0) -> Describer:
    if isinstance(describer, Clip) and not describer.model:
        return dataclasses.replace(describer, model=OWN)
    if isinstance(describer, TrainedNetwork) and not describer.model:
        return dataclasses.replace(describer, model=f"{OWN}_head")
    if isinstance(describer, TaughtWords) and describer.fitted is None:
        rng = np.random.default_rng(seed)
        shapes = {"x_mean": (1280,), "x_map": (1280, 24), "y_mean": (384,), "y_map": (384, 24), "weight": (1,)}
        arrays = {name: rng.integers(1, 256, shape) / 256 for name, shape in shapes.items()}
        return dataclasses.replace(describer, fitted=Fitted.of(arrays | {"x_map": arrays["x_map"] - 0.5}))
    if isinstance(describer, Adapted) and describer.fitted is None:
        rng = np.random.default_rng(seed)
        mean, matrix = rng.integers(1, 256, (1280,)) / 2560, rng.integers(-128, 128, (1280, 24)) / 256
        return dataclasses.replace(describer, fitted=Adapted.of(mean, matrix, share=0.75, unrelated=0.25).fitted)
    if not isinstance(describer, Learned) or describer.fitted is not None:
        return describer
    rng = np.random.default_rng(seed)
    arrays = {name: rng.integers(1, 256, shape) / 256 for name, shape in sorted(describer.shapes.items())}
    if isinstance(describer, Aggregated):
        arrays = _among_features(arrays)
    return dataclasses.replace(describer, fitted=Fitted.of(arrays))


def _among_features(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Where rows of local features lie, so that each word has some: unit rows, along axes about their mean."""
    mean = 0.0 if "axes" in arrays else 1 / 16
    moved = {"axes": lambda drawn: (drawn - 0.5) / 4, "mean": lambda drawn: drawn / 8}
    moved |= {"words": lambda drawn: (drawn - 0.5) / 32 + mean, "variances": lambda drawn: drawn / 64}
    return {name: moved[name](drawn) if name in moved else drawn for name, drawn in arrays.items()}


def entry_point() -> str:
    """As the guide says to write it."""
    guide = (ROOT / "docs" / "extend.md").read_text()
    block = tomllib.loads(guide.split("```toml\n")[1].split("```")[0])
    return str(block["project"]["entry-points"]["lookalike.describers"][FOREIGN])
