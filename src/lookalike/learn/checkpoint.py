"""The state of a run in one safetensors file, which holds numbers and no code."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from lookalike.errors import TrainingFailed


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """Tensors by name; judgements until now as (iteration, loss, MAP@R); `about` tells runs apart."""

    tensors: dict[str, Tensor]
    iteration: int
    history: tuple[tuple[float, float, float], ...]
    about: str


def write(path: Path, state: Checkpoint) -> None:
    """The file, whole or not at all: a run that is killed finds the one before. Raises `OSError`."""
    told = {"iteration": state.iteration, "history": state.history, "about": state.about}
    part = path.with_name(f"{path.name}.part")
    tensors = {name: value.detach().clone().contiguous() for name, value in state.tensors.items()}
    try:
        part.write_bytes(save(tensors, metadata={"run": json.dumps(told)}))
        os.replace(part, path)  # noqa: PTH105  of one file by another, on every system
    except OSError:
        part.unlink(missing_ok=True)
        raise


def read(path: Path) -> Checkpoint:
    """Raises `TrainingFailed` where the file is none that `write` wrote."""
    try:
        with safe_open(path, framework="pt") as file:
            told = json.loads((file.metadata() or {})["run"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  it is no mapping
        history = tuple((float(at), float(loss), float(found)) for at, loss, found in told["history"])
        return Checkpoint(tensors, int(told["iteration"]), history, str(told["about"]))
    except (SafetensorError, KeyError, ValueError, OSError) as error:
        raise TrainingFailed(f"{path.name} is no checkpoint of a run ({error}): remove it to begin anew") from error
