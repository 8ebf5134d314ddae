"""PyTorch checkpoints without PyTorch: tensors, and nothing that runs.

Both formats are read: the legacy one (five pickles, then raw storages) and the zip archive.
"""

from __future__ import annotations

import io
import math
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import WeightsError

Tensors = dict[str, NDArray[Any]]

_LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
_LEGACY_PROTOCOL = 1001
_STORAGES: Mapping[str, np.dtype[Any]] = {
    "FloatStorage": np.dtype("<f4"),
    "HalfStorage": np.dtype("<f2"),
    "LongStorage": np.dtype("<i8"),
    "IntStorage": np.dtype("<i4"),
}


@dataclass(frozen=True)
class _Storage:
    key: str
    dtype: np.dtype[Any]
    length: int


@dataclass(frozen=True)
class _Tensor:
    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    stride: tuple[int, ...]


def read_checkpoint(path: Path, part: str | None = None) -> Tensors:
    """Every tensor of a state dict by its name; raises `WeightsError` for a file that holds anything else.

    Of a file that holds a dict of several things, `part` names the state dict.
    """
    try:
        with path.open("rb") as file:
            return _read_zip(file, part) if zipfile.is_zipfile(file) else _read_legacy(file, part)
    except WeightsError:
        raise
    except Exception as error:  # of what a pickle or an archive from elsewhere can raise, there is no list
        raise WeightsError(f"{path.name} is no checkpoint that can be read: {error!r}") from error


def _read_legacy(file: IO[bytes], part: str | None) -> Tensors:
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    magic, protocol = (_Reader(file).load() for _ in range(2))
    if magic != _LEGACY_MAGIC or protocol != _LEGACY_PROTOCOL:
        raise WeightsError("the file is no PyTorch checkpoint")
    _Reader(file).load()  # facts of the machine that wrote it
    state = _part(_Reader(file).load(), part)
    needed = {tensor.storage.key: tensor.storage for tensor in _tensors(state).values()}
    storages = {}
    for key in _Reader(file).load():
        storage = needed[key]
        if file.read(8) != storage.length.to_bytes(8, "little"):  # whole: of an empty one nothing follows
            raise WeightsError(f"storage {key} has another length than its tensors say")
        if storage.length * storage.dtype.itemsize > size:
            raise WeightsError(f"storage {key} is larger than the file")
        storages[key] = _array(storage, file.read(storage.length * storage.dtype.itemsize))
    return _resolve(state, storages)


def _read_zip(file: IO[bytes], part: str | None) -> Tensors:
    size = file.seek(0, io.SEEK_END)
    with zipfile.ZipFile(file) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > size:
            raise WeightsError("the archive holds more than the file: PyTorch compresses nothing")
        names = {name.partition("/")[2]: name for name in archive.namelist()}
        state = _part(_Reader(io.BytesIO(archive.read(names["data.pkl"]))).load(), part)
        needed = {tensor.storage.key: tensor.storage for tensor in _tensors(state).values()}
        storages = {}
        for key, storage in needed.items():
            if archive.getinfo(names[f"data/{key}"]).file_size != storage.length * storage.dtype.itemsize:
                raise WeightsError(f"storage {key} has another length than its tensors say")
            storages[key] = _array(storage, archive.read(names[f"data/{key}"]))
    return _resolve(state, storages)


def _part(content: object, part: str | None) -> object:
    if part is None:
        return content
    if not isinstance(content, dict) or part not in content:
        raise WeightsError(f"the checkpoint has no part {part!r}")
    return content[part]


def _tensors(state: object) -> Mapping[str, _Tensor]:
    if not isinstance(state, dict) or not all(isinstance(value, _Tensor) for value in state.values()):
        raise WeightsError("the checkpoint holds something else than named tensors")
    return state


def _array(storage: _Storage, data: bytes) -> NDArray[Any]:
    if len(data) != storage.length * storage.dtype.itemsize:
        raise WeightsError(f"storage {storage.key} is cut short")
    return np.frombuffer(data, storage.dtype)


def _resolve(state: object, storages: Mapping[str, NDArray[Any]]) -> Tensors:
    return {name: _strided(tensor, storages[tensor.storage.key]) for name, tensor in _tensors(state).items()}


def _strided(tensor: _Tensor, storage: NDArray[Any]) -> NDArray[Any]:
    """A contiguous copy of the part of the storage that the tensor is."""
    sound = len(tensor.shape) == len(tensor.stride) and min((*tensor.shape, *tensor.stride, tensor.offset)) >= 0
    last = tensor.offset + sum((length - 1) * step for length, step in zip(tensor.shape, tensor.stride, strict=False))
    if not sound or (0 not in tensor.shape and last >= len(storage)):
        raise WeightsError("a tensor reaches outside its storage")
    if math.prod(tensor.shape) > len(storage):
        raise WeightsError("a tensor is larger than its storage")
    steps = [step * storage.itemsize for step in tensor.stride]
    view = np.lib.stride_tricks.as_strided(storage[tensor.offset :], tensor.shape, steps, writeable=False)
    return np.array(view, order="C")


def _rebuild(storage: _Storage, offset: int, shape: tuple[int, ...], stride: tuple[int, ...], *_: object) -> _Tensor:
    if not isinstance(storage, _Storage):
        raise WeightsError("a tensor has no storage")
    return _Tensor(storage, int(offset), tuple(map(int, shape)), tuple(map(int, stride)))


class _Reader(pickle.Unpickler):
    """Knows tensors, storages and ordered dicts; any other name in a pickle is refused before it is looked up."""

    _KNOWN: ClassVar[dict[tuple[str, str], Callable[..., Any] | str]] = {
        ("collections", "OrderedDict"): OrderedDict,
        ("torch._utils", "_rebuild_tensor_v2"): _rebuild,
        **{("torch", name): name for name in _STORAGES},
    }

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in self._KNOWN:
            raise WeightsError(f"the checkpoint asks for {module}.{name}: only tensors are read")
        return self._KNOWN[module, name]

    def persistent_load(self, identity: Any) -> _Storage:
        kind, storage, key, _, length, *view = identity
        if kind != "storage" or storage not in _STORAGES or int(length) < 0 or any(part is not None for part in view):
            raise WeightsError("the checkpoint refers to something else than a storage")
        return _Storage(str(key), _STORAGES[str(storage)], int(length))
