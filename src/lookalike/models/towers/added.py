"""Models of the user's own by the name under which they were added: where they lie, and how they are run."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from lookalike.errors import UnknownName, WeightsError
from lookalike.models.cache import cache_folder
from lookalike.models.table import WEIGHTS
from lookalike.models.towers.layouts import towers_in
from lookalike.models.towers.probe import probed
from lookalike.models.towers.recipe import Recipe

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
Stamps = dict[str, list[int]]


@dataclass(frozen=True)
class Added:
    """A model. `digest` is of its files and its recipe; `stamps` are bytes and mtime_ns of each file."""

    name: str
    root: Path
    recipe: Recipe
    digest: str
    stamps: Stamps

    def check(self) -> None:
        """Raises `WeightsError` where a file is not as it was when the model was added."""
        for name, stamp in self.stamps.items():
            if _stamp(self.root / name) != stamp:
                raise WeightsError(
                    f"{self.root / name} is gone or has changed since the model {self.name!r} was added: "
                    f"add it again with `lookalike models add {self.name} {self.root}`"
                )

    @property
    def bytes(self) -> int:
        """Size of its files."""
        return sum(size for size, _ in self.stamps.values())


def add(name: str, path: Path, variant: str | None = None) -> Added:
    """Looks at the model in the folder `path`, tries it, and remembers it; one of that name is replaced.

    Nothing is copied. Raises `WeightsError` where it cannot be used.
    """
    if not _NAME.fullmatch(name):
        raise WeightsError(f"{name!r} is no name: use up to 64 letters, digits, dots, dashes and underscores")
    if name in WEIGHTS:
        raise WeightsError(f"{name!r} is the name of weights that lookalike knows: choose another")
    towers = towers_in(path, variant)
    recipe = probed(towers)
    files = (*recipe.seeing.files, *recipe.reading.files, recipe.reading.tokenizer)
    root = towers.folder.root
    found = Added(name, root, recipe, _digest(root, recipe, files), {each: _stamp(root / each) for each in files})
    _write(found)
    _unchanged.cache_clear()
    return found


def added(name: str) -> Added:
    """The model of that name, unchanged since; raises `UnknownName` or `WeightsError`."""
    return _unchanged(name, _file(name))


@cache
def _unchanged(name: str, file: Path) -> Added:
    """Looked at once a process."""
    if not _NAME.fullmatch(name) or not file.is_file():
        raise UnknownName("model", name, [each.name for each in all_added()])
    found = _read(file)
    found.check()
    return found


def all_added() -> list[Added]:
    """By name; a file that cannot be read is passed over."""
    found = []
    for file in sorted(_folder().glob("*.json")):
        try:
            found.append(_read(file))
        except WeightsError:
            continue
    return found


def forget(name: str) -> bool:
    """Forgets the model; its own files stay. False where there is none of that name."""
    if not _NAME.fullmatch(name) or not _file(name).is_file():
        return False
    _file(name).unlink()
    _unchanged.cache_clear()
    return True


def _folder() -> Path:
    return cache_folder().parent / "models"


def _file(name: str) -> Path:
    return _folder() / f"{name}.json"


def _stamp(file: Path) -> list[int]:
    try:
        facts = file.stat()
    except OSError:
        return []
    return [facts.st_size, facts.st_mtime_ns]


def _digest(root: Path, recipe: Recipe, files: Sequence[str]) -> str:
    """sha256 of what the files hold and of the recipe, in which their names do not count."""
    found = hashlib.sha256()
    for name in files:
        with (root / name).open("rb") as file:
            found.update(hashlib.file_digest(file, "sha256").digest())
    plain: dict[str, Any] = recipe.to_json()
    for tower in ("seeing", "reading"):
        del plain[tower]["files"]
    found.update(json.dumps(plain, sort_keys=True).encode())
    return found.hexdigest()


def _write(model: Added) -> None:
    """Whole or not at all."""
    document = {"root": os.fspath(model.root), "recipe": model.recipe.to_json()}
    document |= {"digest": model.digest, "stamps": model.stamps}
    file = _file(model.name)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(f".{os.getpid()}.part")
        part.write_text(json.dumps(document, indent=1), "utf-8")
        part.replace(file)
    except OSError as error:
        raise WeightsError(f"{file} cannot be written ({error}); name another folder in LOOKALIKE_CACHE") from error


def _read(file: Path) -> Added:
    try:
        given = json.loads(file.read_text("utf-8"))
        recipe = Recipe.from_json(given["recipe"])
        return Added(file.stem, Path(given["root"]), recipe, str(given["digest"]), dict(given["stamps"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WeightsError(f"{file} is damaged ({error!r}): add the model again") from error
