"""Where weight files are: in an installed package, or in the user's cache; always checked before they are used."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from lookalike.errors import WeightsError
from lookalike.location import user_cache
from lookalike.models.table import WEIGHTS, InPackage, Weights, row


@dataclass(frozen=True)
class State:
    """A row of the table, and where its file is now, if anywhere."""

    weights: Weights
    path: Path | None


def cache_folder() -> Path:
    """LOOKALIKE_CACHE, else the user's cache directory."""
    return user_cache() / "weights"


def cached(weights: Weights) -> Path:
    """Where the file of these weights lies in the cache, once it is there; its name tells what is in it."""
    ending = Path(weights.source.file if isinstance(weights.source, InPackage) else weights.source.url).suffix
    return cache_folder() / f"{weights.name}-{weights.sha256[:16]}{ending}"


def states() -> list[State]:
    """State of every row of the table."""
    return [State(weights, _found(weights)) for weights in WEIGHTS.values()]


def path_of(name: str) -> Path:
    """The checked file of these weights; raises `WeightsError` that says how to get it."""
    weights = row(name)
    path = _found(weights)
    if path is None:
        raise WeightsError(f"the weights {name!r} are not here; get them with `lookalike models get {name}`")
    check(path, weights)
    return path


def remove(name: str) -> int:
    """Drops the file from the cache; the bytes freed. What an installed package holds stays."""
    path = cached(row(name))
    if not path.is_file():
        return 0
    size = path.stat().st_size
    path.unlink()
    return size


def check(path: Path, weights: Weights) -> None:
    """Raises `WeightsError` unless the file is the one that the table means."""
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != weights.sha256:
        raise WeightsError(
            f"{path.name} is not the file that is meant by {weights.name!r}: "
            f"its sha256 is {found}, wanted is {weights.sha256}; remove it and get it again"
        )


def _found(weights: Weights) -> Path | None:
    if isinstance(weights.source, InPackage):
        installed = _installed(weights.source)
        if installed is not None:
            return installed
    path = cached(weights)
    return path if path.is_file() else None


def _installed(source: InPackage) -> Path | None:
    """The file of an installed package; no code of the package runs."""
    try:
        package = distribution(source.distribution)
    except PackageNotFoundError:
        return None
    path = Path(str(package.locate_file(source.file)))
    return path if package.version == source.version and path.is_file() else None
