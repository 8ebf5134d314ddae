"""Weights of local features and matchers that `lookalike train --features` made, by name."""

from __future__ import annotations

import glob
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, get_args

from lookalike.models.cache import cache_folder

Kind = Literal["superpoint", "r2d2", "superglue"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
SUFFIX: Final = ".pth"


@dataclass(frozen=True)
class OwnWeights:
    """A file of the layout that the authors of the paper gave theirs."""

    name: str
    kind: Kind
    path: Path
    bytes: int


def ending_of(kind: str) -> str:
    """Ending of the file of that kind."""
    return f".{kind}{SUFFIX}"


def own_weights() -> list[OwnWeights]:
    """By kind and name."""
    return [
        OwnWeights(file.name.removesuffix(ending_of(kind)), kind, file, file.stat().st_size)
        for kind in KINDS
        for file in sorted(models_folder().glob(f"*{ending_of(kind)}"))
    ]


def weights_of(name: str) -> list[Path]:
    """Files of that name, of any kind."""
    return [file for kind in KINDS for file in models_folder().glob(f"{glob.escape(name)}{ending_of(kind)}")]


def models_folder() -> Path:
    """Folder in the user's cache of what was added or trained."""
    return cache_folder().parent / "models"
