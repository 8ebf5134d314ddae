"""Arrays of a file as maps, whose pages the system holds once for all processes that read them."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

CAN_MAP: Final = os.name == "posix"
"""Whether a file may be replaced while it is mapped."""
LEAST: Final = 1 << 16
"""Bytes of an array that is worth a map."""


def arrays_of(path: Path) -> dict[str, NDArray[Any]]:
    """Arrays of a file of `np.savez` by name, the large ones as maps that raise `ValueError` when written to.

    The file must not be written to from then on: to replace it is no harm. Raises `ValueError` for pickled objects.
    """
    with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
        members = {info.filename.removesuffix(".npy"): info for info in kept.zip.infolist()}
        return {name: _mapped(file, info) if _is_worth_it(info) else kept[name] for name, info in members.items()}


def _is_worth_it(info: zipfile.ZipInfo) -> bool:
    return CAN_MAP and info.compress_type == zipfile.ZIP_STORED and info.file_size >= LEAST


def _mapped(file: Any, info: zipfile.ZipInfo) -> NDArray[Any]:
    """The array that begins behind the header of the member, and behind its own."""
    file.seek(info.header_offset + 26)
    name, extra = np.frombuffer(file.read(4), "<u2").tolist()
    file.seek(info.header_offset + 30 + name + extra)
    np.lib.format.read_magic(file)
    shape, by_columns, dtype = np.lib.format.read_array_header_1_0(file)
    order: Literal["C", "F"] = "F" if by_columns else "C"
    # A view: slices of the class of maps take twice as long.
    plain: NDArray[Any] = np.memmap(file, dtype, "r", file.tell(), shape, order).view(np.ndarray)
    return plain
