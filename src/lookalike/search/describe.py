"""Vectors of pictures and of files, outside any library."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Final

import numpy as np

from lookalike.errors import BadPicture
from lookalike.pixels.limits import Limits
from lookalike.pixels.worker_pool import Isolated
from lookalike.protocols import Describer
from lookalike.search.components import describer_of
from lookalike.search.ingest.fit_describers import fitted, must_learn
from lookalike.search.ingest.read import Loaded, ahead, load
from lookalike.search.ingest.scan import Found, Unreachable, roots_of, scan
from lookalike.search.ingest.worker import DescribeBytes
from lookalike.search.query.decoder import PictureDecoder
from lookalike.search.query.source import Decode, Source, sample
from lookalike.types import Failure, Space, Vectors

AT_ONCE: Final = 16
"""Pictures that are held while they are described."""


def describe(
    pictures: Source | Sequence[Source], describer: str | Describer = "convnet", *, limits: Limits = Limits()
) -> Vectors:
    """(n, d) vectors of `pictures`, row by row in their order; of a single picture, (1, d).

    `describer` is NAME, NAME:FIELD=VALUE, or an object. Rows are float32, of unit L2 norm where the metric of its space
    is `cosine`; packed bits, (n, d / 8) uint8, where it is `hamming`. Raises `BadPicture` for bytes that give none,
    `BadQuery` for what is no picture, `NotFitted` where the describer must learn first.
    """
    component = describer_of(describer)
    decoder = PictureDecoder(limits)
    try:
        return vectors_of(several(pictures), {"": component}, decoder.decode)[""]
    finally:
        decoder.close()


def several(pictures: Source | Sequence[Source]) -> Sequence[Source]:
    """A list or a tuple as it is; anything else is a single picture."""
    return pictures if isinstance(pictures, (list, tuple)) else [pictures]  # type: ignore[list-item]


def vectors_of(pictures: Sequence[Source], describers: Mapping[str, Describer], decode: Decode) -> dict[str, Vectors]:
    """(n, d) rows by name of the describer; few pictures are held at a time, each decoded once for a `min_side`."""
    rows: dict[str, list[Vectors]] = {name: [describer.describe([])] for name, describer in describers.items()}
    for start in range(0, len(pictures), AT_ONCE):
        samples = [sample(source, decode=decode) for source in pictures[start : start + AT_ONCE]]
        for name, describer in describers.items():
            rows[name].append(describer.describe([one.picture(describer.min_side) for one in samples]))
    return {name: np.concatenate(parts, dtype=describers[name].space.dtype) for name, parts in rows.items()}


@dataclass(frozen=True, eq=False)
class Described:
    """(n,) paths in order, their (n, d) vectors in `space`, and the files that gave none."""

    paths: tuple[str, ...]
    vectors: Vectors
    space: Space
    failures: tuple[Failure, ...]


def describe_files(
    paths: Iterable[str | os.PathLike[str]],
    describer: Describer,
    *,
    workers: int = os.cpu_count() or 1,
    limits: Limits = Limits(),
) -> Described:
    """The vectors of all pictures at and below `paths`; one that learns does so from these."""
    if must_learn(describer):
        found = ((seen.path, seen) for seen in scan(roots_of(paths)) if isinstance(seen, Found))
        describer = fitted(describer, found, limits, workers)
    failures: list[Failure] = []

    def files() -> Iterator[Found]:
        for seen in scan(roots_of(paths)):
            if isinstance(seen, Found):
                yield seen
            elif isinstance(seen, Unreachable):
                failures.append(Failure(seen.path, seen.reason, seen.detail))

    def loaded() -> Iterator[Loaded]:
        for item in ahead(partial(load, max_bytes=limits.bytes), files(), threads=2):
            if isinstance(item, Loaded):
                yield item
            else:
                failures.append(item)

    rows: dict[str, Vectors] = {}
    with Isolated(DescribeBytes((describer,), limits), workers=workers, limits=limits) as pool:
        for item, reply in pool.run(loaded()):
            if isinstance(reply, BadPicture):
                failures.append(Failure(item.path, reply.reason, reply.detail))
            else:
                rows[item.path] = reply.arrays[0]
    space = describer.space
    vectors = np.concatenate([np.empty((0, space.columns), space.dtype), *(rows[path] for path in sorted(rows))])
    return Described(tuple(sorted(rows)), vectors, space, tuple(sorted(failures, key=lambda failure: failure.path)))


def npz_bytes(described: Described) -> bytes:
    """An .npz archive: paths (n,) text, vectors (n, d), space JSON text."""
    file = io.BytesIO()
    np.savez(
        file,
        paths=np.array(described.paths, np.str_),
        vectors=described.vectors,
        space=np.array(json.dumps(asdict(described.space))),
    )
    return file.getvalue()
