"""Cars by make, model and year [Krause et al., 3D object representations, 2013]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from lookalike.datasets.labelled import among
from lookalike.datasets.reader import Files
from lookalike.datasets.retrieval import Retrieval
from lookalike.errors import BadQuery

TABLE = "cars_annos.mat"
SEEN = 98
"""Classes that metric learning trains on; it is measured on the others [Song et al., CVPR 2016]."""


@dataclass(frozen=True)
class StanfordCars:
    """`cars_annos.mat` beside `car_ims`."""

    name: ClassVar[str] = "cars"
    about: ClassVar[str] = "Stanford Cars: cars_annos.mat and car_ims"

    def recognises(self, root: Path) -> bool:
        """By its table."""
        return (root / TABLE).is_file()

    def tasks(self, files: Files) -> Mapping[str, Retrieval]:
        """`new`: the classes after the ninety-eighth. `all`: every class."""
        labels = {files.path(path): label for path, label in _rows(Path(files.root) / TABLE)}
        new = {path: label for path, label in labels.items() if int(label) > SEEN}
        every = among(files.name, "folder", labels, files.digests, {})
        return {"new": among(files.name, "folder", new, files.digests, {}), "all": every} if new else {"all": every}


def _rows(file: Path) -> list[tuple[str, str]]:
    """(path, class with leading zeros)."""
    from scipy.io import loadmat
    from scipy.io.matlab import MatReadError

    try:
        rows = loadmat(file, squeeze_me=True)["annotations"]
        return [(str(row["relative_im_path"]), f"{int(row['class']):03}") for row in rows.reshape(-1)]
    except (OSError, KeyError, ValueError, TypeError, MatReadError) as error:
        raise BadQuery(f"{file.name} is no table of Stanford Cars: {error}") from error
