"""Photos of a folder as squares of pixels, one of each content: all of a small folder, some of a large one."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lookalike.datasets.archives import unpacked
from lookalike.describe.squares import Squares
from lookalike.errors import BadQuery
from lookalike.search.described import describe_folder
from lookalike.search.ingest.options import Options
from lookalike.search.ingest.scan import Found, scan

SEEN: Final = 240
"""px of the square that a photo is squeezed into."""
MOST: Final = 4000
"""Photos: 700 MB of pixels."""
LEAST: Final = 10
"""Photos that are needed."""


@dataclass(frozen=True, eq=False)
class Photos:
    """Pixels (n, 3, s, s), one photo of each content; `digest` changes with every one of them."""

    pixels: NDArray[np.uint8]
    digest: str
    left_out: Mapping[str, int]


def photos_of(folder: str | os.PathLike[str], cache: Path, options: Options) -> Photos | None:
    """None where `options.should_stop` ended the looking. Raises `BadQuery` for fewer than ten photos."""
    root = os.path.realpath(unpacked(Path(folder), cache / "unpacked"))
    seen = Squares(SEEN)
    files, beyond = _chosen(root)
    described = describe_folder(root, [seen], cache, options, only=files)
    if described.interrupted:
        return None
    by_content = {record.content.sha256: path for path, record in sorted(described.records.items(), reverse=True)}
    if len(by_content) < LEAST:
        raise BadQuery(f"{root!r} holds {len(by_content)} photos that can be read, and {LEAST} are wanted", path=root)
    left_out = {
        "not readable": described.failed,
        "the same bytes again": len(described.records) - len(by_content),
        "beyond the most that are learned from": beyond,
    }
    digests = sorted(by_content)  # an order that is none of names: any part of it is of all folders
    rows = np.asarray(described.rows(seen, [by_content[each] for each in digests]), np.uint8)
    pixels = np.ascontiguousarray(rows.reshape(-1, SEEN, SEEN, 3).transpose(0, 3, 1, 2))
    digest = hashlib.sha256("".join(digests).encode()).hexdigest()[:16]
    return Photos(pixels, digest, {why: count for why, count in left_out.items() if count})


def _chosen(root: str) -> tuple[list[str], int]:
    """Files to look at, none for all of a small folder, and how many more there are."""
    if not os.path.lexists(root):
        return [], 0  # whoever reads it says so
    files = [each.path for each in scan([root]) if isinstance(each, Found)]
    if len(files) <= MOST:
        return [], 0
    drawn = np.sort(np.random.default_rng(0).permutation(len(files))[:MOST])
    return [files[at] for at in drawn], len(files) - MOST
