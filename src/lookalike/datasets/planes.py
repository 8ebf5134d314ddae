"""Pictures of a plane from several sides, with homographies [Mikolajczyk & Schmid, PAMI 2005; HPatches, CVPR 2017]."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from lookalike.datasets.reader import Files, Pair, Pairs
from lookalike.errors import BadQuery

HOMOGRAPHY = re.compile(r"H(\d+)to(\d+)p|H_(\d+)_(\d+)")


@dataclass(frozen=True)
class Planes:
    """One sequence (H1to2p beside img1.png, or H_1_2 beside 1.ppm), or a folder of such."""

    name: ClassVar[str] = "planes"
    about: ClassVar[str] = "Oxford affine, HPatches: pictures and homographies H1to2p or H_1_2"

    def recognises(self, root: Path) -> bool:
        """By the names of homographies."""
        return any(_homographies(folder) for folder in _sequences(root))

    def tasks(self, files: Files) -> Mapping[str, Pairs]:
        """From the first picture of each sequence to the others."""
        by_place = {(os.path.dirname(path), Path(path).stem): path for path in files.digests}  # noqa: PTH120
        pairs, lacking = [], 0
        for folder in _sequences(Path(files.root)):
            for file, one, other in _homographies(folder):
                found = [_picture(by_place, folder, number) for number in (one, other)]
                if found[0] is None or found[1] is None:
                    lacking += 1
                else:
                    pairs.append(Pair(found[0], found[1], homography=_matrix(file)))
        if not pairs:
            raise BadQuery(f"{files.root!r} has homographies, but the pictures that they belong to cannot be read")
        return {"pairs": Pairs(files.name, tuple(pairs), {"pairs without a picture": lacking} if lacking else {})}


def _picture(by_place: Mapping[tuple[str, str], str], folder: Path, number: str) -> str | None:
    places = ((str(folder), stem) for stem in (number, f"img{number}"))
    return next((by_place[place] for place in places if place in by_place), None)


def _sequences(root: Path) -> Iterator[Path]:
    yield root
    if root.is_dir():
        yield from sorted(entry for entry in root.iterdir() if entry.is_dir())


def _homographies(folder: Path) -> list[tuple[Path, str, str]]:
    """(file, number of the first picture, of the second)."""
    if not folder.is_dir():
        return []
    matches = [(file, HOMOGRAPHY.fullmatch(file.name)) for file in sorted(folder.iterdir())]
    return [(file, match[1] or match[3], match[2] or match[4]) for file, match in matches if match]


def _matrix(file: Path) -> NDArray[np.float64]:
    try:
        matrix = np.loadtxt(file, dtype=np.float64)
    except (OSError, ValueError) as error:
        raise BadQuery(f"cannot read the homography {os.fspath(file)!r}: {error}") from error
    if matrix.shape != (3, 3) or not np.isfinite(matrix).all() or abs(np.linalg.det(matrix)) < 1e-12:
        raise BadQuery(f"{os.fspath(file)!r} holds no homography: three rows of three numbers are needed")
    return np.asarray(matrix / matrix[2, 2], np.float64)
