from __future__ import annotations

import io
import os
import pickle
import zipfile
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
import torch

from lookalike.errors import WeightsError
from lookalike.models.cache import path_of
from lookalike.models.checkpoint import Tensors, read_checkpoint

CUTS = 40


def saved(path: Path, content: object, *, legacy: bool = False) -> Path:
    torch.save(content, path, _use_new_zipfile_serialization=not legacy)
    return path


def state() -> dict[str, torch.Tensor]:
    """Every element type that is read, two views of one storage, a transposed one, a scalar, an empty one."""
    generator = torch.Generator().manual_seed(0)
    whole = torch.randn(6, 5, generator=generator)
    return OrderedDict(
        whole=whole,
        part=whole[2:4],
        column=whole[:, 3],
        transposed=torch.randn(3, 4, 2, generator=generator).permute(2, 0, 1),
        half=torch.randn(7, generator=generator).half(),
        long=torch.arange(-3, 9).reshape(3, 4),
        int=torch.arange(5, dtype=torch.int32),
        scalar=torch.tensor(42),
        empty=torch.zeros(0, 3),
    )


@pytest.fixture(params=["zip", "legacy"])
def legacy(request: pytest.FixtureRequest) -> bool:
    return bool(request.param == "legacy")


def assert_bit_equal(found: Tensors, expected: dict[str, torch.Tensor]) -> None:
    assert list(found) == list(expected)
    for name, tensor in expected.items():
        wanted = tensor.numpy()
        assert found[name].shape == wanted.shape, name
        assert found[name].dtype == wanted.dtype, name
        assert found[name].tobytes() == wanted.tobytes(), name
        assert found[name].flags.c_contiguous, name


def test_the_weights_of_the_default_network_are_bit_equal_to_what_torch_reads() -> None:
    path = path_of("efficientnet-lite0")
    assert not zipfile.is_zipfile(path)
    assert_bit_equal(read_checkpoint(path), torch.load(path, weights_only=True))


def test_what_torch_saved_is_read_bit_equal(tmp_path: Path, legacy: bool) -> None:
    path = saved(tmp_path / "state.pth", state(), legacy=legacy)
    assert_bit_equal(read_checkpoint(path), torch.load(path, weights_only=True))


def test_tensors_of_one_storage_do_not_share_memory(tmp_path: Path) -> None:
    tensors = read_checkpoint(saved(tmp_path / "state.pth", state()))
    assert not np.shares_memory(tensors["whole"], tensors["part"])
    tensors["whole"][:] = 0
    assert tensors["part"].any()


class Command:
    """Runs when it is unpickled by a reader that trusts."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self.trace}",)


def test_a_pickle_that_runs_a_command_is_refused_and_the_command_is_not_run(tmp_path: Path, legacy: bool) -> None:
    trace = tmp_path / "trace"
    path = saved(tmp_path / "evil.pth", {"weight": Command(trace)}, legacy=legacy)
    with pytest.raises(WeightsError, match=r"asks for .*system"):
        read_checkpoint(path)
    assert not trace.exists()
    torch.load(path, weights_only=False)
    assert trace.exists(), "the file is no threat, so the test shows nothing"


def test_a_plain_pickle_that_runs_a_command_is_refused(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    (tmp_path / "evil.pth").write_bytes(pickle.dumps(Command(trace)))
    with pytest.raises(WeightsError):
        read_checkpoint(tmp_path / "evil.pth")
    assert not trace.exists()


def test_a_file_cut_anywhere_is_refused(tmp_path: Path, legacy: bool) -> None:
    whole = saved(tmp_path / "state.pth", state(), legacy=legacy).read_bytes()
    cut = tmp_path / "cut.pth"
    for length in {*np.linspace(0, len(whole) - 1, CUTS).astype(int).tolist(), len(whole) - 1}:
        cut.write_bytes(whole[:length])
        with pytest.raises(WeightsError):
            read_checkpoint(cut)


def test_flipped_bytes_give_tensors_or_a_refusal(tmp_path: Path, legacy: bool) -> None:
    whole = saved(tmp_path / "state.pth", state(), legacy=legacy).read_bytes()
    rng = np.random.default_rng(0)
    damaged = tmp_path / "damaged.pth"
    refused = 0
    for at in rng.integers(len(whole), size=200):
        content = bytearray(whole)
        content[at] ^= int(rng.integers(1, 256))
        damaged.write_bytes(content)
        try:
            assert all(isinstance(tensor, np.ndarray) for tensor in read_checkpoint(damaged).values())
        except WeightsError:
            refused += 1
    assert refused


@pytest.mark.parametrize(
    "content",
    [torch.zeros(2), [torch.zeros(2)], {"epoch": 3}, {"model": {"weight": torch.zeros(2)}}, "text", None],
    ids=["tensor", "list", "number", "nested", "text", "none"],
)
def test_anything_but_named_tensors_is_refused(content: object, tmp_path: Path, legacy: bool) -> None:
    with pytest.raises(WeightsError, match="something else than named tensors"):
        read_checkpoint(saved(tmp_path / "other.pth", content, legacy=legacy))


def test_an_element_type_that_is_not_known_is_refused(tmp_path: Path, legacy: bool) -> None:
    path = saved(tmp_path / "complex.pth", {"weight": torch.zeros(2, dtype=torch.complex64)}, legacy=legacy)
    with pytest.raises(WeightsError, match=r"asks for torch\.ComplexFloatStorage"):
        read_checkpoint(path)


class Named:
    """Pickled as a name that the reader knows, called with these arguments."""

    def __init__(self, function: object, *arguments: object) -> None:
        self.call = function, arguments

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return self.call


class StorageId:
    def __init__(self, length: int) -> None:
        self.length = length


class Pickler(pickle.Pickler):
    def persistent_id(self, obj: object) -> object:
        return ("storage", torch.FloatStorage, "0", "cpu", obj.length) if isinstance(obj, StorageId) else None


def pickled(shape: tuple[int, ...], stride: tuple[int, ...], *, offset: int = 0, length: int = 4) -> bytes:
    rebuild = torch._utils._rebuild_tensor_v2
    buffer = io.BytesIO()
    Pickler(buffer, 2).dump({"w": Named(rebuild, StorageId(length), offset, shape, stride, False, OrderedDict())})
    return buffer.getvalue()


def written(path: Path, state: bytes, *, legacy: bool, length: int, data: bytes = bytes(16)) -> Path:
    """A checkpoint of that state, its one storage of that stated length over that data."""
    if legacy:
        head = [0x1950A86A20F9469CFC6C, 1001, {}]
        parts = [*(pickle.dumps(part, 2) for part in head), state, pickle.dumps(["0"], 2), length.to_bytes(8, "little")]
        path.write_bytes(b"".join([*parts, data]))
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("archive/data.pkl", state)
            archive.writestr("archive/data/0", data)
    return path


def test_a_checkpoint_written_by_hand_is_read(tmp_path: Path, legacy: bool) -> None:
    path = written(tmp_path / "hand.pth", pickled((2, 2), (2, 1)), legacy=legacy, length=4)
    np.testing.assert_array_equal(read_checkpoint(path)["w"], np.zeros((2, 2), np.float32))


@pytest.mark.parametrize(
    ("shape", "stride", "offset"),
    [
        ((5,), (1,), 0),
        ((2,), (4,), 0),
        ((4,), (1,), 1),
        ((2,), (-1,), 1),
        ((2,), (1,), -1),
        ((2, 2), (1,), 0),
        ((-1,), (1,), 0),
    ],
)
def test_a_tensor_that_reaches_outside_its_storage_is_refused(
    shape: tuple[int, ...], stride: tuple[int, ...], offset: int, tmp_path: Path, legacy: bool
) -> None:
    path = written(tmp_path / "far.pth", pickled(shape, stride, offset=offset), legacy=legacy, length=4)
    with pytest.raises(WeightsError, match="reaches outside"):
        read_checkpoint(path)


def test_a_tensor_that_repeats_its_storage_without_end_is_refused(tmp_path: Path, legacy: bool) -> None:
    path = written(tmp_path / "wide.pth", pickled((2**40,), (0,)), legacy=legacy, length=4)
    with pytest.raises(WeightsError, match="larger than its storage"):
        read_checkpoint(path)


@pytest.mark.parametrize("length", [5, 2**20, 2**40, 2**62])
def test_a_storage_larger_than_the_file_is_refused(length: int, tmp_path: Path, legacy: bool) -> None:
    state = pickled((4,), (1,), length=length)
    path = written(tmp_path / "large.pth", state, legacy=legacy, length=length)
    with pytest.raises(WeightsError, match=r"larger than the file|another length|cut short"):
        read_checkpoint(path)


def test_an_archive_that_unpacks_to_more_than_the_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.pth"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", pickled((4,), (1,), length=2**20))
        archive.writestr("archive/data/0", bytes(2**22))
    with pytest.raises(WeightsError, match="more than the file"):
        read_checkpoint(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="no checkpoint"):
        read_checkpoint(tmp_path / "nothing.pth")


def test_a_part_of_a_file_that_holds_more_is_read(tmp_path: Path, legacy: bool) -> None:
    path = saved(tmp_path / "more.pth", {"net": "of some kind", "weights": state()}, legacy=legacy)
    assert_bit_equal(read_checkpoint(path, "weights"), torch.load(path, weights_only=True)["weights"])
    for part in ("net", "others"):
        with pytest.raises(WeightsError):
            read_checkpoint(path, part)
