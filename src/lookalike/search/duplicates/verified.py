"""Copies and scenes within a library: every picture asks all others by its local features, and geometry decides."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, wait
from contextlib import ExitStack
from dataclasses import replace
from typing import Final

import numpy as np

from lookalike.finders import SetIndex
from lookalike.match.difference.small import one_shape
from lookalike.pixels.door import Job, PictureReader
from lookalike.pixels.worker_pool import Isolated
from lookalike.protocols import Store
from lookalike.search.duplicates.book import Book, Pair
from lookalike.search.duplicates.comparer import PairComparer
from lookalike.search.duplicates.folds import Folds
from lookalike.search.duplicates.in_processes import Told, Workers
from lookalike.search.duplicates.one_content import Comparer, Neighbours, compared
from lookalike.search.duplicates.pictures import Pictures
from lookalike.search.duplicates.turns import Turn, hand_out
from lookalike.search.ingest.options import Options, Progress
from lookalike.search.ranking.relation import HARDLY_ANY, RelationClassifier
from lookalike.search.ranking.verification import votes_for
from lookalike.types import Ids, VerifiedPair

NEIGHBOURS: Final = 32
"""Contents that are verified against each: a group cannot be larger."""
BATCH: Final = 64
"""Contents, some seconds' work, that are compared between commits."""
WINDOW: Final = 64
"""Contents whose neighbours are known ahead of their turn, among which workers find some that do not wait."""
REVISION: Final = 12
"""Raised by hand when a relation changes."""

Proved = tuple[list[VerifiedPair], set[Pair]]
"""Pairs proved of a content, and pairs of which no picture could be seen."""


def judge_of(classifier: RelationClassifier) -> str:
    """Under which name the store keeps what was found."""
    return f"geometry-{REVISION}-{classifier.features.space.digest}"


class DuplicateFinder:
    """Compares the contents of `store` that were not compared yet with all others, a batch at a time."""

    def __init__(
        self,
        store: Store,
        index: SetIndex,
        classifier: RelationClassifier,
        options: Options,
        *,
        near: Callable[[int], Sequence[int]] = lambda _: (),
        only: Ids | None = None,
        workers: Callable[[], Workers] | None = None,
        batch: int = BATCH,
    ) -> None:
        """`near` gives the contents that look most like one, which serves where there are hardly any features.

        Contents that are `only` asked about, where that is said, are compared with all others. With `workers`, their
        processes compare; what is found is the same, in the same order.
        """
        self.store = store
        self.index = index
        self.classifier = classifier
        self.options = options
        self.batch = batch
        self.near = near
        self._only = only
        self._workers = workers
        self._space = classifier.features.space
        self._sizes = {file.id: file.size for file in store.listed()}
        self._book = Book(Folds({id: math.prod(size) for id, size in self._sizes.items()}))
        for each in store.relations(judge_of(classifier)):
            self._book.tried((each.a, each.b), related=True, mirrored=False)
            self._book.proved([each])

    @property
    def todo(self) -> Ids:
        """Contents that were not compared yet, the largest first: what is as large as the rest stands for them."""
        ids = np.setdiff1d(self.store.vector_ids(self._space), self.store.compared(judge_of(self.classifier)))
        ids = ids if self._only is None else np.intersect1d(ids, self._only)
        areas = np.array([self._book.folds.areas.get(id, 0) for id in ids.tolist()], np.int64)
        return np.asarray(ids[np.lexsort((ids, -areas))])

    def found(self) -> Iterator[tuple[Ids, list[VerifiedPair]]]:
        """Batches of contents that were compared with all, and what was verified; no pair is told twice."""
        todo = self.todo
        progress = Progress(len(todo), 0, 0, "comparisons")
        self.options.on_commit(progress)
        limits = self.options.limits
        decoders: Isolated[Job] = Isolated(PictureReader(limits), workers=self.options.workers, limits=limits)
        with decoders, ExitStack() as held:
            pictures = Pictures(self.store, decoders, self.classifier.min_side, limits.bytes)
            comparer = PairComparer(self.store, self.classifier, pictures)
            if self._workers is not None and len(todo) > self.batch:
                each = self._by_workers(todo, held.enter_context(self._workers()), comparer)
            else:
                each = (compared(self._neighbours(id), self._book, comparer) for id in todo.tolist())
            for start in range(0, len(todo), self.batch):
                if self.options.should_stop():
                    return
                batch = todo[start : start + self.batch]
                proved: list[VerifiedPair] = []
                unseen: set[Pair] = set()
                for _ in batch:
                    of_one = next(each)
                    proved += of_one[0]
                    unseen |= of_one[1]
                # What geometry finds and no picture decides waits for the files, which may be on a drive not mounted.
                yield np.setdiff1d(batch, [id for pair in unseen for id in pair]), proved
                progress = replace(progress, committed=progress.committed + len(batch))
                self.options.on_commit(progress)

    def _by_workers(self, todo: Ids, workers: Workers, gaps: Comparer) -> Iterator[Proved]:
        """As one after the other would.

        What workers say is gone through in turn, so that what is folded by then is left out; what they could not say
        is found out here.
        """
        coming = iter(todo.tolist())
        window: deque[Turn] = deque()
        while True:
            hand_out(window, self._book, workers)  # first: votes take longer than many a content
            while len(window) < WINDOW and (id := next(coming, None)) is not None:
                window.append(Turn(self._neighbours(id)))
                hand_out(window, self._book, workers)
            if not window:
                return
            hand_out(window, self._book, workers)
            if not window[0].is_done:
                running = (turn.outcome for turn in window if turn.outcome is not None and not turn.outcome.done())
                wait(list(running), return_when=FIRST_COMPLETED)
            while window and window[0].is_done:
                turn = window.popleft()
                told = turn.told()
                comparer = gaps if told is None else Told.of(told, gaps)
                yield compared(turn.of, self._book, comparer)

    def _neighbours(self, id: int) -> Neighbours:
        features = dict(self.store.local(self._space, np.array([id], np.int64))).get(id)
        if features is None:
            return Neighbours(id, (), ())
        upright, *mirrored = (
            hits.ids[hits.ids != id][:NEIGHBOURS].tolist() for hits in votes_for(features, self.classifier, self.index)
        )
        rivals = self._of_one_shape(id) if len(features) < HARDLY_ANY else ()
        return Neighbours(id, upright, mirrored[0] if mirrored else (), rivals)

    def _of_one_shape(self, id: int) -> list[int]:
        """Contents that look most like one, and may be it at another size."""
        sizes = self._sizes
        near = [other for other in self.near(id) if other != id and other in sizes]
        return [other for other in near if one_shape(sizes[id], sizes[other])]
