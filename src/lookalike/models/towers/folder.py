"""Files of a model's folder: JSON that is there and is what it should be, graphs and the tensors beside them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lookalike.errors import WeightsError
from lookalike.models.towers.external_data import external_files

LARGEST_JSON: Final = 2**20
"""Bytes of a file of settings; a tokenizer, which is larger, is not read by us."""


@dataclass(frozen=True)
class ModelFolder:
    """A folder that holds a model."""

    root: Path

    def has(self, name: str) -> bool:
        """Whether there is a file of that name."""
        return (self.root / name).is_file()

    def settings(self, name: str, *, needed: bool = True) -> dict[str, Any]:
        """The JSON object in a file; an empty one where the file is not there and not needed."""
        file = self.root / name
        if not file.is_file():
            if needed:
                raise self.wrong(f"{name} is missing")
            return {}
        if file.stat().st_size > LARGEST_JSON:
            raise self.wrong(f"{name} has {file.stat().st_size} bytes, which are no settings")
        try:
            found = json.loads(file.read_text("utf-8-sig"))
        except ValueError as error:
            raise self.wrong(f"{name} is no JSON: {error}") from error
        if not isinstance(found, dict):
            raise self.wrong(f"{name} holds no JSON object")
        return found

    def graph(self, name: str) -> tuple[str, ...]:
        """The graph of that name, and the files beside it that hold its tensors."""
        file = self.root / name
        if not file.is_file():
            raise self.wrong(f"{name} is missing")
        folder = file.parent
        places = {folder.resolve(), file.resolve().parent}  # a hub's cache is links into one folder of blobs
        found = [name]
        for location in external_files(file):
            beside = folder / location
            if Path(location).is_absolute() or ".." in Path(location).parts:
                raise self.wrong(f"{name} wants tensors from {location!r}, which is not beside it: that is not opened")
            if not beside.is_file():
                raise self.wrong(f"{name} keeps tensors in {location!r}, which is missing")
            if not any(beside.resolve().is_relative_to(place) for place in places):
                raise self.wrong(f"{name} keeps tensors in {location!r}, a link out of the folder: it is not followed")
            found.append(beside.relative_to(self.root).as_posix())
        return tuple(found)

    def wrong(self, what: str) -> WeightsError:
        """Error about the folder."""
        return WeightsError(f"the model in {self.root} cannot be used: {what}")
