"""An owner's captions teach a library their words: fitted, tried on pictures left out, kept where that helps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.class_words import ClassWords
from lookalike.describe.convnet import ConvNet
from lookalike.describe.taught_words import TaughtWords, taught
from lookalike.errors import BadQuery, SpaceMismatch
from lookalike.match.verify.one_thread import one_thread
from lookalike.models.class_words import class_words
from lookalike.models.minilm import sentence_rows
from lookalike.protocols import Describer, Store
from lookalike.registry import configuration
from lookalike.types import Ids

LEAST: Final = 100
"""Captioned pictures that a fit needs."""
FOLDS: Final = 5
REPLICATES: Final = 1000
Rows = NDArray[np.float32]


@dataclass(frozen=True)
class Recall:
    """Shares of captions that find their picture first, and among ten, of all that are captioned."""

    first: float
    ten: float


@dataclass(frozen=True)
class Lesson:
    """Outcome of a fit. `gain` is that of the recall at ten, with the middle 95 % of its bootstrap over pictures.

    Figures are of captions whose pictures were left out of the fit. `kept` is False where the gain may be chance.
    """

    pictures: int
    captions: int
    unknown: int
    labels: Recall
    fitted: Recall
    gain: tuple[float, float, float]
    kept: bool


@dataclass(frozen=True, eq=False)
class _Pairs:
    """(n, 1280) and (n, 384) rows of pictures; (m, 384) rows of captions and the picture (m,) of each."""

    seen: Rows
    labels: Rows
    sentences: Rows
    owner: NDArray[np.int64]

    def means(self, chosen: NDArray[np.bool_]) -> Rows:
        """(c, 384) mean caption of each chosen picture."""
        sums = np.zeros((len(self.seen), self.sentences.shape[1]), np.float64)
        np.add.at(sums, self.owner, self.sentences)
        counts = np.bincount(self.owner, minlength=len(sums))
        return np.asarray((sums / counts[:, None])[chosen], np.float32)


def teach_words(store: Store, captions: Sequence[tuple[str, str]], seed: int = 0) -> Lesson:
    """Fits `taught_words` to captions of the library's pictures, and keeps it where it finds more than the labels do.

    An earlier fit is replaced or, where the new one does not help, left alone. Raises `BadQuery` for fewer than 100
    captioned pictures, `SpaceMismatch` where the library lacks rows that it needs.
    """
    _check(store)
    one_thread()  # matrices of a few hundred: threads wait for each other
    pairs, unknown = _pairs_of(store, captions)
    lesson = _tried(pairs, unknown, np.random.default_rng(seed))
    if lesson.kept:
        _keep(store, taught(pairs.seen, pairs.means(np.ones(len(pairs.seen), bool))))
    return lesson


def forget_words(store: Store) -> bool:
    """Drops what was taught; False where nothing was."""
    spaces = [space for space in store.spaces() if space.name == TaughtWords.name]
    for space in spaces:
        store.drop_space(space)
    return bool(spaces)


def _check(store: Store) -> None:
    for describer in (ConvNet(), ClassWords()):
        if describer.space not in store.spaces():
            raise SpaceMismatch(
                f"the library has no {describer.name!r} vectors, which words are taught by: "
                f"add them with `lookalike index PATH --describer {describer.name}`"
            )


def _pairs_of(store: Store, captions: Sequence[tuple[str, str]]) -> tuple[_Pairs, int]:
    """Pairs of the library's pictures, and how many captions name none of it."""
    ids = {record.path: record.id for record in store.records()}
    known = [(ids[path], text) for path, text in captions if path in ids]
    wanted = np.unique(np.array([id for id, _ in known], np.int64))
    seen, labels = (_rows(store, describer, wanted) for describer in (ConvNet(), ClassWords()))
    there = np.array(sorted(seen.keys() & labels.keys()), np.int64)
    if len(there) < LEAST:
        raise BadQuery(
            f"{len(there)} pictures of the library have a caption, and words are taught by {LEAST} or more"
            + (f"; {len(captions) - len(known)} captions name files that it does not hold" if captions else "")
        )
    told = [(int(np.searchsorted(there, id)), text) for id, text in known if id in seen and id in labels]
    return _Pairs(
        np.stack([seen[id] for id in there.tolist()]),
        np.stack([labels[id] for id in there.tolist()]),
        sentence_rows([text for _, text in told]),
        np.array([at for at, _ in told]),
    ), len(captions) - len(known)


def _rows(store: Store, describer: Describer, ids: Ids) -> dict[int, Rows]:
    return {
        id: np.asarray(row, np.float32)
        for found, rows in store.vectors(describer.space, ids)
        for id, row in zip(found.tolist(), rows, strict=True)
    }


def _tried(pairs: _Pairs, unknown: int, rng: np.random.Generator) -> Lesson:
    """The lesson, each caption asked by a fit that has not seen its picture."""
    count = len(pairs.seen)
    fold = rng.permutation(count) % FOLDS
    asked = class_words().centred(pairs.sentences)
    plain = _ranks(asked, pairs.labels, pairs.owner)
    better = np.zeros(len(plain), np.int64)
    for left_out in range(FOLDS):
        fit = taught(pairs.seen[fold != left_out], pairs.means(fold != left_out))
        mine = fold[pairs.owner] == left_out
        rows = fit.of_rows(pairs.seen, pairs.labels)
        better[mine] = _ranks(fit.of_sentences(pairs.sentences[mine], asked[mine]), rows, pairs.owner[mine])
    gain = _gain((better <= 10).astype(float) - (plain <= 10), pairs.owner, count, rng)
    return Lesson(count, len(plain), unknown, _recall(plain), _recall(better), gain, gain[1] > 0)


def _ranks(asked: Rows, pictures: Rows, owner: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rank of each caption's own picture; ties count against it."""
    scores = asked @ pictures.T
    return np.asarray((scores >= scores[np.arange(len(owner)), owner][:, None]).sum(axis=1), np.int64)


def _recall(ranks: NDArray[np.int64]) -> Recall:
    return Recall(float((ranks <= 1).mean()), float((ranks <= 10).mean()))


def _gain(
    values: NDArray[np.float64], owner: NDArray[np.int64], count: int, rng: np.random.Generator
) -> tuple[float, float, float]:
    """Mean, and the middle 95 % of its bootstrap by pictures, whose captions are no independent witnesses."""
    drawn = rng.multinomial(count, np.full(count, 1 / count), size=REPLICATES)
    sums, sizes = np.bincount(owner, values, count), np.bincount(owner, minlength=count)
    low, high = np.quantile((drawn @ sums) / (drawn @ sizes), (0.025, 0.975))
    return float(values.mean()), float(low), float(high)


def _keep(store: Store, describer: TaughtWords) -> None:
    """Replaces what was taught before, and describes every picture of the library by its rows."""
    with store.transaction():
        forget_words(store)
        store.add_space(describer.space, configuration(describer))
        for ids, seen in store.vectors(ConvNet().space):
            labels = _rows(store, ClassWords(), ids)
            both = np.array([id in labels for id in ids.tolist()], bool)
            if both.any():
                beside = np.stack([labels[id] for id in ids[both].tolist()])
                store.put(describer.space, ids[both], describer.of_rows(np.asarray(seen[both], np.float32), beside))
