"""Networks that `lookalike train` made, by name: where their files lie, and what these say of themselves."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lookalike.errors import BadSetting, UnknownName, WeightsError
from lookalike.models.onnx_session import started
from lookalike.models.own_network import FACTS, Facts
from lookalike.models.own_weights import models_folder, weights_of
from lookalike.models.table import WEIGHTS

if TYPE_CHECKING:
    import onnxruntime

ENDING: Final = ".onnx"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True)
class Trained:
    """A network: its file, the sha256 of that, and its facts."""

    name: str
    path: Path
    sha256: str
    facts: Facts
    bytes: int


def trained(name: str) -> Trained:
    """The network of that name, or of the file at that path; raises `UnknownName` or `WeightsError`."""
    path = place_of(name)
    if not path.is_file():
        raise UnknownName("trained model", name, [each.name for each in all_trained()])
    facts = path.stat()
    return _read(name, path, facts.st_size, facts.st_mtime_ns)


def all_trained() -> list[Trained]:
    """Networks in the user's models, by name; a file that cannot be read is passed over."""
    found = []
    for file in sorted(models_folder().glob(f"*{ENDING}")):
        try:
            found.append(trained(file.stem))
        except WeightsError:
            continue
    return found


def session_of(network: Trained) -> onnxruntime.InferenceSession:
    """Started once a process."""
    return _session(network.path, network.sha256)


def place_of(name: str, ending: str = ENDING) -> Path:
    """Where the file of that name is, or would be: a name with a folder or the ending of a file is a path.

    Raises `WeightsError` for a name that cannot be one.
    """
    suffix = ending[ending.rindex(".") :]
    if os.sep in name or name.endswith(suffix):
        return Path(name).expanduser()
    if not _NAME.fullmatch(name):
        raise WeightsError(
            f"{name!r} is no name: use up to 64 letters, digits, dots, dashes and underscores, or a path that ends in "
            f"{suffix}"
        )
    if name in WEIGHTS:
        raise WeightsError(f"{name!r} is the name of weights that lookalike knows: choose another")
    return models_folder() / f"{name}{ending}"


def new_place(name: str, ending: str = ENDING) -> Path:
    """Where a new file of that name will be, in a folder that can be written to.

    Raises `WeightsError` for a name or a path that cannot be one, `BadSetting` where it is taken, `OSError` where no
    file can be made.
    """
    place = place_of(name, ending)
    suffix = ending[ending.rindex(".") :]
    if place.suffix != suffix:
        raise WeightsError(f"{name!r} is a path that does not end in {suffix}: add that, or give a name alone")
    if place.exists():
        raise BadSetting(
            f"there is {name!r} already: choose another name, or drop it with `lookalike models rm {name}`"
        )
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=place.parent):  # now, and not after the pictures have been looked at
            pass
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(place)) from error
    return place


def forget(name: str) -> int:
    """Removes the files of that name; the bytes freed, 0 where there is none."""
    if name in WEIGHTS:
        return 0
    files = [file for file in (place_of(name), *weights_of(name)) if file.is_file()]
    size = sum(file.stat().st_size for file in files)
    for file in files:
        file.unlink()
    return size


@cache
def _read(name: str, path: Path, size: int, mtime_ns: int) -> Trained:  # noqa: ARG001  told by them that it is unchanged
    data = path.read_bytes()
    try:
        facts = Facts.from_text(started(data, 1).get_modelmeta().custom_metadata_map[FACTS])
    except Exception as error:  # of what onnxruntime raises for a file that is none, there is no list
        raise WeightsError(f"{path.name} is no network that `lookalike train` made: train it again") from error
    return Trained(name, path, hashlib.sha256(data).hexdigest(), facts, size)


@cache
def _session(path: Path, sha256: str) -> onnxruntime.InferenceSession:
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise WeightsError(f"{path.name} has changed since it was looked at: ask again")
    return started(data, 1)
