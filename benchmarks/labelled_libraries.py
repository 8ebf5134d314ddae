"""Default libraries of sets of classes, made once and kept, and the likeness of all of their pictures to each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import lookalike
from lookalike.index.similarity import similarity
from lookalike.protocols import Store
from lookalike.search.components import describers_of
from lookalike.search.ranking.channels import Channel, channels_of
from lookalike.search.stored_vectors import rows_of
from lookalike.types import Ids

SETS: Mapping[str, tuple[str, ...]] = {"grocery": ("train", "val", "test"), "caltech101": (".",)}
ALL_SETS: Mapping[str, tuple[str, ...]] = {
    **SETS,
    "coil20": (".",),
    "faces": (".",),
    "imagenette": ("train",),
    "scene15": ("test",),
    "textures": (".",),
}


@dataclass(frozen=True, eq=False)
class LabelledLibrary:
    """(n,) contents, ascending, and the class of each, from 0, by its folder, or by its name before `__`."""

    library: lookalike.Library
    ids: Ids
    classes: NDArray[np.int64]

    @property
    def store(self) -> Store:
        """For reading."""
        return self.library.store

    def channels(self) -> list[Channel]:
        """Those of a default search by a picture."""
        return [channel for channel in channels_of(describers_of(self.store)) if channel.weight > 0]

    def similarities(self, channel: Channel) -> NDArray[np.float32]:
        """(n, n) on the scale that channels share."""
        _, rows = rows_of(self.store, channel.describer.space, self.ids)
        return channel.alike(similarity(channel.describer.space, rows, rows))

    def likeness(self) -> NDArray[np.float32]:
        """(n, n) scores of a default search by looks."""
        channels = self.channels()
        total = sum(channel.weight for channel in channels)
        whole = np.zeros((len(self.ids), len(self.ids)), np.float32)
        for channel in channels:
            whole += np.float32(channel.weight / total) * self.similarities(channel)
        return whole


def opened(data: Path, name: str, libraries: Path, describers: Sequence[str] = ()) -> LabelledLibrary:
    """The library of a set, in a folder of that name; made of its pictures where it is not there.

    It is filled by the default describers where none are told.
    """
    library = lookalike.open(libraries / name)
    if not (libraries / name).is_dir():
        library.index([data / name / part for part in ALL_SETS[name]], describers=describers, local=False, planes=False)
    first = {record.id: record.path for record in reversed(library.records())}
    ids = np.array(sorted(first), np.int64)
    files = [Path(first[id]) for id in ids.tolist()]
    names = [file.name.split("__")[0] if file.parent.name == name else file.parent.name for file in files]
    return LabelledLibrary(library, ids, np.unique(names, return_inverse=True)[1].astype(np.int64))


def map_at_r(scores: NDArray[np.floating], right: NDArray[np.bool_]) -> float:
    """MAP@R of one question, of (m,) scores and which are right; ties by place [Musgrave et al., ECCV 2020]."""
    count = int(right.sum())
    best = right[np.argsort(-scores, kind="stable")[:count]]
    return float((np.cumsum(best) * best / np.arange(1, count + 1)).sum() / count)


def interval(values: Sequence[float], groups: Sequence[int], rng: np.random.Generator) -> str:
    """The mean of values, one a question, and its 95 % interval by the bootstrap over classes."""
    from lookalike.evaluate.statistics import bootstrap_mean

    found = bootstrap_mean(np.array(values), np.unique(groups, return_inverse=True)[1].astype(np.int64), rng)
    return f"{found.value:.3f} [{found.low:.3f}, {found.high:.3f}]"
