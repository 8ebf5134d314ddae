"""Real pictures for every test: photos that ship inside scikit-image, and shared data where it is present."""

from __future__ import annotations

import importlib
import os
import random
import secrets
import sys
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from lookalike import telemetry
from lookalike.errors import WeightsError
from lookalike.protocols import Store
from lookalike.registry import Table
from lookalike.store import create_store
from lookalike.types import Picture, Pixels

telemetry.turn_off()  # before any test loads what would report it

ROOT = Path(__file__).resolve().parents[1]
LENT = ROOT.parent / "shared" / "weights"
WEIGHTS: Mapping[str, Mapping[str, object]] = {
    "r2d2": {"weights": str(LENT / "r2d2_WASF_N16.pt")},
}
"""Where the official weights of a component lie that may not be passed on."""
SUPERPOINT = {
    "conv1a": (64, 1, 3),
    "conv1b": (64, 64, 3),
    "conv2a": (64, 64, 3),
    "conv2b": (64, 64, 3),
    "conv3a": (128, 64, 3),
    "conv3b": (128, 128, 3),
    "conv4a": (128, 128, 3),
    "conv4b": (128, 128, 3),
    "convPa": (256, 128, 3),
    "convPb": (65, 256, 1),
    "convDa": (256, 128, 3),
    "convDb": (256, 256, 1),
}
"""Out, in, kernel of the layers of superpoint_v1.pth."""
Ready = Callable[..., Any]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seed", type=int, help="The order of tests; 0 is that of the files. [default: drawn]")


def pytest_configure(config: pytest.Config) -> None:
    of_all_workers = getattr(config, "workerinput", {}).get("seed")
    if config.option.seed is None:
        config.option.seed = of_all_workers or random.SystemRandom().randrange(1, 10_000)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Has the workers of xdist collect in one order."""
    node.workerinput["seed"] = node.config.option.seed


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    terminalreporter.write_line(f"order of tests: --seed {config.option.seed}")


@pytest.hookimpl(tryfirst=True)  # pytest then brings together what shares an expensive fixture
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fails where `scripts/test` got the weights and a test skips for want of them nevertheless."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or "LOOKALIKE_TEST_WEIGHTS" not in os.environ:
        return
    wanting = [report.nodeid for report in reporter.stats.get("skipped", []) if "the weights" in str(report.longrepr)]
    if wanting:
        reporter.write_line(f"{len(wanting)} tests skipped for want of weights that are here, as {wanting[0]}")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Files in any order, and the tests of each: one that needs another to have run fails some day.

    Those of whole programs come first: they have few tests that take long, and no worker should wait for the last.
    """
    if config.option.seed == 0:
        return
    chance = random.Random(config.option.seed)
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    order = sorted(chance.sample(list(files), len(files)), key=lambda path: path.parent != ROOT / "tests" / "app")
    items[:] = [item for path in order for item in chance.sample(files[path], len(files[path]))]


@pytest.fixture(scope="session")
def reliability() -> Callable[[str], ModuleType]:
    """A module of benchmarks/reliability by its name: what they measure at length is tested in short."""

    def module(name: str) -> ModuleType:
        sys.path.insert(0, str(ROOT / "benchmarks" / "reliability"))
        try:
            return importlib.import_module(name)
        finally:
            sys.path.pop(0)

    return module


@pytest.fixture(scope="session")
def postgres_server(reliability: Callable[[str], ModuleType]) -> Iterator[Any]:
    """A real server; where none can run, tests that need it skip and say why."""
    servers = reliability("postgres_server")
    try:
        server = servers.PostgresServer()
        server.start()
    except servers.NoServer as error:
        pytest.skip(f"no PostgreSQL runs here: {error}")
    yield server
    server.remove()


@pytest.fixture
def own_server(reliability: Callable[[str], ModuleType], postgres_server: Any) -> Iterator[Any]:
    """A server that a test may kill."""
    server = reliability("postgres_server").PostgresServer()
    server.start()
    yield server
    server.remove()


@pytest.fixture
def new_database(postgres_server: Any) -> Iterator[Callable[[], str]]:
    """Makes empty databases; gives the URL of each."""
    names: list[str] = []

    def make() -> str:
        names.append(f"library_{secrets.token_hex(6)}")
        postgres_server.ask(f"CREATE DATABASE {names[-1]}")
        return str(postgres_server.url(names[-1]))

    yield make
    for name in names:
        postgres_server.ask(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def new_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], Store]]:
    """Makes empty stores of a kind."""
    stores: list[Store] = []

    def make(kind: str) -> Store:
        folder = tmp_path / f"library{len(stores) or ''}"
        at = request.getfixturevalue("new_database")() if kind == "postgres" else folder
        stores.append(create_store(at, kind))
        return stores[-1]

    yield make
    for store in stores:
        store.close()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of lent images; a test that needs it skips where it is absent."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("shared/data is not here")
    return folder


@pytest.fixture(scope="session")
def superpoint_weights() -> dict[str, NDArray[np.float32]]:
    """Drawn, of the official layout: what they find means nothing, but it is the same each time."""
    rng = np.random.default_rng(0)
    tensors = {}
    for name, (out, inward, kernel) in SUPERPOINT.items():
        weight = rng.normal(size=(out, inward, kernel, kernel)) * np.sqrt(2 / (inward * kernel**2))
        if name == "conv1a":
            weight -= weight.mean(axis=(2, 3), keepdims=True)  # light alone says nothing
        tensors[f"{name}.weight"] = weight * (4 if name == "convPb" else 1)
        tensors[f"{name}.bias"] = rng.normal(0, 0.02, out)
    # Rounded: another machine may draw other last bits, and the digest is of all of them.
    return {name: (np.rint(tensor * 2**14) / 2**14).astype(np.float32) for name, tensor in tensors.items()}


@pytest.fixture(scope="session")
def superpoint_file(
    superpoint_weights: dict[str, NDArray[np.float32]], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The same as a checkpoint."""
    import torch

    file = tmp_path_factory.mktemp("weights") / "superpoint.pth"
    torch.save({name: torch.from_numpy(tensor) for name, tensor in superpoint_weights.items()}, file)
    return file


@pytest.fixture(scope="session")
def ready(request: pytest.FixtureRequest) -> Ready:
    """Makes the component of that name of a table; a test that needs one without its trained weights skips.

    SuperPoint, whose weights are nowhere, has drawn ones.
    """

    def make(table: Table[Any], name: str, settings: Mapping[str, object] | None = None) -> Any:
        given = dict(WEIGHTS.get(name, {}))
        if name == "superpoint":
            given["weights"] = str(request.getfixturevalue("superpoint_file"))
        component = table.make(name, {**given, **(settings or {})})
        try:
            getattr(component, "checkpoint", None)
        except WeightsError as error:
            pytest.skip(str(error))
        return component

    return make


@pytest.fixture(scope="session")
def photo_files() -> list[Path]:
    """Photos inside the scikit-image wheel, by name: colour, grey, with alpha."""
    import skimage

    folder = Path(skimage.__file__).parent / "data"
    return sorted(folder / name for name in PHOTOS)


PHOTOS = ("astronaut.png", "brick.png", "camera.png", "chelsea.png", "coffee.png", "page.png", "rocket.jpg")


@pytest.fixture(scope="session")
def photos(photo_files: list[Path]) -> list[Picture]:
    """The same, decoded whole; never written to."""
    from PIL import Image

    pictures = []
    for file in photo_files:
        with Image.open(file) as image:
            pixels: Pixels = np.ascontiguousarray(image.convert("RGB"), dtype=np.uint8)
        pixels.setflags(write=False)
        pictures.append(Picture(pixels, (pixels.shape[1], pixels.shape[0])))
    return pictures


@pytest.fixture(scope="session")
def superglue_tensors() -> dict[str, NDArray[np.float32]]:
    """Of the official layout, drawn so that rows stay much what they are, and say enough to be told apart."""
    rng = np.random.default_rng(0)
    tensors: dict[str, NDArray[np.float32]] = {"bin_score": np.array(13, np.float32)}

    def convolution(name: str, out: int, inward: int, gain: float = 1.0) -> None:
        weight = rng.normal(size=(out, inward, 1)) * gain / np.sqrt(inward)
        tensors[f"{name}.weight"] = weight.astype(np.float32)
        tensors[f"{name}.bias"] = rng.normal(0, 0.02 * gain, out).astype(np.float32)

    def norm(name: str, width: int) -> None:
        for part, (low, high) in {"weight": (0.8, 1.2), "bias": (-0.1, 0.1), "running_mean": (-0.1, 0.1)}.items():
            tensors[f"{name}.{part}"] = rng.uniform(low, high, width).astype(np.float32)
        tensors[f"{name}.running_var"] = rng.uniform(0.5, 1.5, width).astype(np.float32)
        tensors[f"{name}.num_batches_tracked"] = np.array(7, np.int64)

    widths = (3, 32, 64, 128, 256, 256)
    for at, (inward, out) in enumerate(pairwise(widths)):
        convolution(f"kenc.encoder.{3 * at}", out, inward, 1.0 if at < 4 else 0.01)
        if at < 4:
            norm(f"kenc.encoder.{3 * at + 1}", out)
    for layer in (f"gnn.layers.{number}" for number in range(18)):
        for part in ("merge", "proj.0", "proj.1", "proj.2"):
            convolution(f"{layer}.attn.{part}", 256, 256)
        convolution(f"{layer}.mlp.0", 512, 512)
        norm(f"{layer}.mlp.1", 512)
        convolution(f"{layer}.mlp.3", 256, 512, 0.01)
    turn, _ = np.linalg.qr(rng.normal(size=(256, 256)))
    tensors["final_proj.weight"] = (20 * turn[:, :, None]).astype(np.float32)
    tensors["final_proj.bias"] = np.zeros(256, np.float32)
    return tensors


@pytest.fixture(scope="session")
def superglue_file(superglue_tensors: dict[str, NDArray[np.float32]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as a checkpoint."""
    torch = pytest.importorskip("torch")
    file = Path(tmp_path_factory.mktemp("superglue")) / "superglue_drawn.pth"
    torch.save({name: torch.from_numpy(np.asarray(tensor)) for name, tensor in superglue_tensors.items()}, file)
    return file


@pytest.fixture(scope="session")
def reads_english() -> None:
    """A test that reads English skips where the weights for that are absent."""
    from lookalike.models.cache import path_of

    try:
        path_of("minilm")
    except WeightsError as error:
        pytest.skip(str(error))


@pytest.fixture
def towers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Writes tiny models of two towers, which are added in a cache that this test alone sees."""
    pytest.importorskip("tokenizers")
    monkeypatch.syspath_prepend(str(ROOT / "tests" / "models"))
    monkeypatch.setenv("LOOKALIKE_CACHE", str(tmp_path / "cache"))
    import tiny_towers

    return tiny_towers.Maker(tmp_path / "towers")
