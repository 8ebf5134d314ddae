"""A library's classes teach it which differences count: fitted, tried on classes left out, kept where that helps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.adapted import Adapted
from lookalike.describe.convnet import ConvNet
from lookalike.errors import SpaceMismatch
from lookalike.learn.adapt import Adaptation, adapt
from lookalike.match.verify.one_thread import one_thread
from lookalike.protocols import Store
from lookalike.registry import configuration
from lookalike.search.classes import Classes

PAIRS: Final = 20_000
"""Pairs of which the similarity of strangers is measured."""
MOST: Final = 20_000
"""Pictures that are learned from: 100 MB of rows."""
Rows = NDArray[np.float32]


def adapt_library(store: Store, by: str = "label", where: str | None = None, seed: int = 0) -> Adaptation:
    """Fits `adapted` to the classes of the library's pictures, by `label`, by `folder` or by the KEY of a fact.

    It is kept where it finds more of classes that it has not seen; an earlier one is then replaced, else left alone. A
    picture of several classes is left out. Raises `BadQuery` for fewer than eight classes of two pictures,
    `SpaceMismatch` where the library has no `convnet` rows.
    """
    one_thread()  # matrices of a few hundred: threads wait for each other
    rng = np.random.default_rng(seed)
    rows, labels = labelled_rows(store, by, where, rng)
    found = adapt(rows, labels, rng)
    if found.kept:
        keep_adapted(store, describer_of(found, rows, labels, rng))
    return found


def forget_adapted(store: Store) -> bool:
    """Drops what was learned; False where nothing was."""
    spaces = [space for space in store.spaces() if space.name == Adapted.name]
    for space in spaces:
        store.drop_space(space)
    return bool(spaces)


def labelled_rows(store: Store, by: str, where: str | None, rng: np.random.Generator) -> tuple[Rows, NDArray[np.int64]]:
    """(n, 1280) rows and the class (n,) of the pictures that have one class, and a row; of many, MOST of them."""
    check_rows(store)
    classes = Classes.of(store, by, where)
    count = np.bincount(np.concatenate(classes.members), minlength=len(classes.ids))
    label = np.empty(len(classes.ids), np.int64)
    for number, members in enumerate(classes.members):
        label[members] = number
    single = np.sort(rng.permutation(classes.ids[count == 1])[:MOST])
    ids, rows = _gathered([*store.vectors(ConvNet().space, single)])
    return rows, label[np.searchsorted(classes.ids, ids)]


def check_rows(store: Store) -> None:
    """Raises `SpaceMismatch` where the library has no `convnet` rows."""
    if ConvNet().space not in store.spaces():
        raise SpaceMismatch(
            "the library has no 'convnet' vectors, which a map is learned from: "
            "add them with `lookalike index PATH --describer convnet`"
        )


def _gathered(batches: Sequence[tuple[NDArray[np.int64], NDArray[np.generic]]]) -> tuple[NDArray[np.int64], Rows]:
    if not batches:
        return np.empty(0, np.int64), np.empty((0, ConvNet().space.dim), np.float32)
    ids, rows = zip(*batches, strict=True)
    return np.concatenate(ids), np.concatenate(rows).astype(np.float32)


def describer_of(found: Adaptation, rows: Rows, labels: NDArray[np.int64], rng: np.random.Generator) -> Adapted:
    """The map as a describer; what two pictures of different classes have in common is measured on some."""
    plain = Adapted.of(found.map.mean, found.map.matrix, share=found.setting.share, unrelated=0.0)
    first, second = rng.integers(len(rows), size=(2, PAIRS))
    apart = labels[first] != labels[second]
    mapped = plain.of_rows(rows)
    cosines = np.einsum("nd,nd->n", mapped[first[apart]], mapped[second[apart]])
    unrelated = float(np.clip(np.median(cosines), 0, 0.9))
    return Adapted.of(found.map.mean, found.map.matrix, share=found.setting.share, unrelated=unrelated)


def keep_adapted(store: Store, describer: Adapted) -> None:
    """Replaces what was learned before, and describes every picture of the library by its `convnet` row."""
    with store.transaction():
        forget_adapted(store)
        store.add_space(describer.space, configuration(describer))
        for ids, seen in store.vectors(ConvNet().space):
            store.put(describer.space, ids, describer.of_rows(np.asarray(seen, np.float32)))
