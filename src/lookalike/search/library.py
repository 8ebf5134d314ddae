"""A library: one folder, its store and indexes, and everything that can be asked of them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from types import TracebackType

import numpy as np

from lookalike.describe import DESCRIBERS
from lookalike.errors import BadQuery
from lookalike.index.derived import Derived, current, current_set, kind_for, set_kind_for
from lookalike.local import EXTRACTORS
from lookalike.match.locate.judgement import of_opacity
from lookalike.pixels.limits import Limits
from lookalike.protocols import Index, Locator, SetIndex, Store
from lookalike.search.atomic import write_atomically
from lookalike.search.calibration.fit import Fitted, fit
from lookalike.search.calibration.model import Claim, key_of
from lookalike.search.calibration.questions import Asker
from lookalike.search.calibration.thresholds import (
    calibration_of,
    check_precision,
    needed,
)
from lookalike.search.components import describers_of, describers_to_fill, extractor_of
from lookalike.search.duplicates.identical import Group, identical_groups
from lookalike.search.duplicates.similar import check_grouping, groups_of, lookalikes, near_pairs, threshold_of_pairs
from lookalike.search.duplicates.stars import star_groups
from lookalike.search.duplicates.verified import DuplicateFinder, judge_of
from lookalike.search.index_building import build_in_a_process
from lookalike.search.index_cache import IndexCache
from lookalike.search.ingest.fit_describers import ingest_and_learn
from lookalike.search.ingest.grey_planes import wanted_planes
from lookalike.search.ingest.local_features import check_features, wanted_features
from lookalike.search.ingest.options import Options
from lookalike.search.ingest.products import Product
from lookalike.search.ingest.report import IndexReport
from lookalike.search.ingest.roots import Root, move_root, roots_held
from lookalike.search.ingest.scan import roots_of
from lookalike.search.pages.illustrate import groups_html
from lookalike.search.query.decoder import PictureDecoder
from lookalike.search.query.query import Query, sorted_by_kind
from lookalike.search.query.source import Source, alpha_of, fetched, name_of, sample
from lookalike.search.ranking.channels import channels_of
from lookalike.search.ranking.engine import Engine
from lookalike.search.ranking.fuse import FUSERS
from lookalike.search.ranking.relation import RelationClassifier
from lookalike.search.ranking.verification import GeometricVerifier, verifier_of
from lookalike.search.results import Results
from lookalike.search.search import Search
from lookalike.search.status import Status, status_of
from lookalike.search.template.library_search import Finds, LibrarySearch
from lookalike.store import create_store, open_store
from lookalike.store.readers import Readers
from lookalike.store.removal import removed_if_refused
from lookalike.types import Box, Relation, Space, VerifiedPair

OPENED = 64
"""Hits whose pictures are held while the same original is asked about again."""
MANY = 300
"""Pictures whose local features take seconds to index."""


def _untold(_built: int, _total: int) -> None: ...


class Library:
    """Pictures indexed under one folder. A context manager; several threads may ask at once.

    Opening touches nothing: the first `index` makes the folder, and every other call raises `LibraryMissing` before.
    """

    def __init__(self, folder: str | os.PathLike[str], *, limits: Limits = Limits(), workers: int = 0) -> None:
        self.folder = Path(folder)
        self.limits = limits
        self.workers = workers or os.cpu_count() or 1
        self._decoder = PictureDecoder(limits)
        self._derived = Derived(self.folder / "indexes")
        self._readers = Readers(lambda: open_store(self.folder, write=False))
        self._indexes = IndexCache[Index](self._derived, current)
        self._set_indexes = IndexCache[SetIndex](self._derived, current_set)

    def __repr__(self) -> str:
        return f"Library({os.fspath(self.folder)!r})"

    def __enter__(self) -> Library:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Ends the workers and lets go of the files; the library can be used again after."""
        self._decoder.close()
        self._indexes.clear()
        self._set_indexes.clear()
        self._readers.close()

    @property
    def store(self) -> Store:
        """For reading, by the thread that asks."""
        return self._readers.mine()

    # filling

    def index(
        self,
        paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
        *,
        describers: Sequence[str] = (),
        local: bool | None = None,
        features: str | None = None,
        planes: bool | None = None,
        options: Options | None = None,
    ) -> IndexReport:
        """Adds new and changed pictures at and below `paths`, notices moved and vanished ones.

        `describers` names those to fill besides the ones that the library has, as NAME or NAME:FIELD=VALUE; one that
        learns is fitted to the library's pictures first. A new library starts with those alone, with the defaults where
        none is named. `local`: whether it keeps local features, by which copies and parts are found; None leaves that
        as it is, and a new library does. `features` names those to keep in place of others, as NAME or
        NAME:FIELD=VALUE. `planes`: the same of small planes, where `locate` looks. What is refused changes nothing.
        """
        options = options or Options(workers=self.workers, limits=self.limits)
        named = [DESCRIBERS.spelled(words) for words in describers]
        extractor = None if features is None else EXTRACTORS.spelled(features)
        roots = roots_of(_several(paths))
        if not roots:
            raise BadQuery("index needs at least one file or folder")
        check_features(local, extractor)
        with removed_if_refused(self.folder), closing(create_store(self.folder)) as store, store.writing():
            kept_planes, dropped_planes = wanted_planes(store, planes)
            kept_features, dropped_features = wanted_features(store, local, extractor)
            report, _ = ingest_and_learn(
                store,
                describers_to_fill(store, named),
                roots,
                options,
                beside=(*kept_features, *kept_planes),
                dropped=(*dropped_features, *dropped_planes),
            )
            self._derived.keep_those_of(store)
        return self._with_indexes(report, options)

    def _with_indexes(self, report: IndexReport, options: Options) -> IndexReport:
        """The report, once the indexes that take long to build are built, and with the time that it took."""
        if report.interrupted or not self._needs_training():
            return report
        started = time.monotonic()
        build_in_a_process(self.folder, options)
        return replace(report, seconds=report.seconds + time.monotonic() - started, interrupted=options.should_stop())

    def _needs_training(self) -> bool:
        """Whether to bring an index up to date takes so much that it should not be left to the next search."""
        store = self.store
        count = {space: len(store.vector_ids(space)) for space in (*store.spaces(), *store.spaces("local"))}
        if any(kind_for(space, count[space]) != "flat" for space in store.spaces()):
            return True
        return any(
            count[space] >= MANY and not self._derived.can_grow(space, set_kind_for(space), count[space])
            for space in store.spaces("local")
        )

    def build_indexes(self, on_built: Callable[[int, int], object] = _untold) -> None:
        """Brings the files of all indexes up to date, which the next search would do else.

        `on_built` is told how many of how many are built, from 0 on.
        """
        spaces, sets = self.store.spaces(), self.store.spaces("local")
        steps: list[Callable[[], object]] = [
            *(partial(self._index, space) for space in spaces),
            *(partial(self._set_index, space) for space in sets),
        ]
        on_built(0, len(steps))
        for built, step in enumerate(steps, 1):
            step()
            on_built(built, len(steps))

    def forget(self, paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]]) -> int:
        """Drops files at and below `paths` from the library, never from the disk; how many."""
        absolute = [os.path.realpath(path) for path in _several(paths)]
        with closing(open_store(self.folder)) as store, store.writing(), store.transaction():
            dropped = sorted({*store.stamps(absolute), *(failure.path for failure in store.failures(absolute))})
            store.drop_records(dropped)
        return len(dropped)

    def roots(self) -> list[Root]:
        """The folders that hold the library's files, by path, and whether they are there."""
        return roots_held(self.store)

    def move_root(self, old: str | os.PathLike[str], new: str | os.PathLike[str]) -> int:
        """Files at and below `old` are those at and below `new` from now on, nothing described again; how many."""
        with closing(open_store(self.folder)) as store, store.writing():
            return move_root(store, os.path.realpath(old), os.path.realpath(new))

    def compact(self) -> int:
        """Drops what no file needs any more and frees the space; the bytes freed."""
        with closing(open_store(self.folder)) as store:
            before = store.bytes() + self._derived.bytes()
            with store.writing():
                store.compact()
                self._derived.keep_those_of(store)
            return before - store.bytes() - self._derived.bytes()

    # asking

    def search(
        self,
        *sources: Source | Sequence[Source],
        k: int = 20,
        where: str | None = None,
        by: Mapping[str, float] | Sequence[str] | None = None,
        crop: Box | None = None,
        fuse: str = "weighted",
        collapse: bool = False,
        precision: float | None = None,
        verify: int | None = None,
        orientations: bool = False,
    ) -> Results:
        """Answers to a `Query` about `sources`: pictures, or `colour:teal=0.7,#ffffff=0.3`; see there for the rest.

        `by` may be a list of channels, which then count alike.
        """
        views, colours = sorted_by_kind(sources)
        return self.answer(
            Query(
                views,
                colours=colours,
                where=where,
                by=by if by is None or isinstance(by, Mapping) else dict.fromkeys(by, 1.0),
                crop=crop,
                orientations=orientations,
                k=k,
                verify=verify,
                collapse=collapse,
                precision=precision,
                fuse=fuse,
            )
        )

    def answer(self, query: Query) -> Results:
        """Answers to `query`, best first."""
        return Search(self.store, self._index, self._set_index, self._decoder).answer(query)

    def _verifier(self) -> GeometricVerifier:
        return verifier_of(self.store, extractor_of(self.store), self._set_index, self._decoder.sample)

    def locate(
        self,
        template: Source,
        *,
        k: int = 20,
        least: float | None = None,
        scales: tuple[float, float] = (1.0, 1.0),
        where: str | None = None,
        locator: Locator | None = None,
    ) -> Finds:
        """The `k` pictures that hold `template`, best first, with the place; of those that pass `where`.

        Each scores `least` or more by `locator` (by `ccoeff-normed`, if None), upright, at the sizes `scales` to its
        own; with `least` None it must be there, and not merely something like it, where the locator tells that. What
        is transparent does not count. Small planes tell which files to open: see docs/cli.md for what that may miss.
        """
        source = fetched(template)
        sought = sample(source, decode=self._decoder.decode, label=name_of(template)).picture(None)
        parts = of_opacity(sought, alpha_of(source, opacity=self._decoder.opacity))
        search = LibrarySearch(self.store, self._decoder, locator, k, least, scales, parts.mask, parts.core)
        return search.find(sought, where)

    def dupes(
        self,
        relation: Relation = "identical",
        *,
        precision: float | None = None,
        by: Mapping[str, float] | None = None,
        options: Options | None = None,
    ) -> list[Group]:
        """Groups of files that are `relation`, or closer, to the best one of their group; the largest group first.

        Each member is proved against the best one, or by composing two proofs. Proofs are kept: the next time only new
        pictures are compared. With `precision`, groups of `similar` pictures: every two of a group score so high that,
        as `calibrate` measured, that share of such pairs is right. They are ranked, not verified.
        """
        check_grouping(relation, precision, by)
        if precision is not None:
            return self._near_groups(precision, by)
        identical = identical_groups(self.store, workers=self.workers, limits=self.limits)
        if relation == "identical":
            return identical
        verified_pairs = self._verified_pairs(options or Options(workers=self.workers, limits=self.limits))
        return star_groups(self.store, verified_pairs, relation, identical)

    def _verified_pairs(self, options: Options) -> list[VerifiedPair]:
        extractor = extractor_of(self.store)
        if extractor is None:
            raise BadQuery("this library keeps no local features: run `lookalike index PATH --local`")
        classifier = RelationClassifier(extractor)
        seeker = DuplicateFinder(
            self.store,
            self._set_index(extractor.space),
            classifier,
            options,
            near=partial(lookalikes, self.store, self._index),
        )
        if len(seeker.todo):
            with closing(open_store(self.folder)) as store, store.writing():  # first: work must not be lost to another
                for compared, verified_pairs in seeker.found():
                    with store.transaction():
                        store.put_relations(judge_of(classifier), compared, verified_pairs)
        return self.store.relations(judge_of(classifier))

    def _near_groups(self, precision: float, by: Mapping[str, float] | None) -> list[Group]:
        check_precision(precision)
        channels = channels_of(describers_of(self.store), by)
        calibration = needed(calibration_of(self.store, channels))
        pairs, scores = near_pairs(self.store, self._index, channels)
        least = threshold_of_pairs(scores, len(self.store.ids()), calibration, precision)
        return groups_of(self.store, pairs[scores >= least], scores[scores >= least])

    def calibrate(
        self,
        *,
        by: Mapping[str, float] | None = None,
        labels: str | os.PathLike[str] | None = None,
        originals: int = 100,
        seed: int = 0,
        options: Options | None = None,
    ) -> Fitted | None:
        """Finds out what scores are worth on these pictures, and keeps it; the next searches tell a probability.

        It asks about edited copies of `originals` pictures and of half as many more that count as not being there. With
        `labels`, a folder whose folders are classes: about pictures below it, and 'right' is 'of the same class'.
        Of scores by looks alone and, where the library keeps local features, of those with proof, which are told.
        None when `options.should_stop` ended it.
        """
        channels = channels_of(describers_of(self.store), by)
        options = options or Options(workers=self.workers, limits=self.limits)
        engine = Engine(self.store, self._index)
        prover = replace(self._verifier(), open_hit=lru_cache(OPENED)(self._decoder.sample))
        asker = Asker(self.store, engine, prover, tuple(channels), FUSERS.make("weighted"), options)
        rng = np.random.default_rng(seed)
        claim: Claim = "copy" if labels is None else "class"
        with closing(open_store(self.folder)) as store, store.writing():  # first: work must not be lost to another
            worth = asker.copies(originals, seed) if labels is None else asker.classes(os.fspath(labels), rng)
            if worth is None:
                return None
            pictures = len(self.store.ids())
            fitted = {key_of(channels): fit(worth.looks, claim, pictures, rng)}
            if worth.proved is not None and prover.index is not None:
                fitted[key_of(channels, prover.index.space)] = fit(worth.proved, claim, pictures, rng)
            with store.transaction():
                for key, each in fitted.items():
                    store.put_calibration(key, each.calibration.to_json())
        return list(fitted.values())[-1]

    def save_groups_html(self, groups: Sequence[Group], path: str | os.PathLike[str]) -> Path:
        """The groups with their thumbnails, on a page that stands alone."""
        return write_atomically(Path(path), groups_html(groups, self._decoder).encode("utf-8", "backslashreplace"))

    # looking after

    def status(self) -> Status:
        """What the library holds."""
        return status_of(self.store, self._derived)

    def verify(self) -> list[str]:
        """What is wrong with the library, in sentences; a damaged index is rebuilt, hence no problem."""
        return self.store.problems()

    def repair(self, options: Options | None = None) -> IndexReport:
        """Removes every damaged row, and makes anew what it held of pictures that are still there.

        Raises `LibraryDamaged` where more than rows and indexes is damaged.
        """
        options = options or Options(workers=self.workers, limits=self.limits)
        with closing(open_store(self.folder)) as store, store.writing():
            again = [path for path in store.remove_damaged() if os.path.lexists(path)]
            beside: list[Product] = [*wanted_features(store, None)[0], *wanted_planes(store, None)[0]]
            report, _ = ingest_and_learn(store, describers_to_fill(store, []), again, options, beside=beside)
            return report

    def _index(self, space: Space) -> Index:
        return self._indexes.of(self.store, space)

    def _set_index(self, space: Space) -> SetIndex:
        return self._set_indexes.of(self.store, space)


def _several(paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]]) -> list[str | os.PathLike[str]]:
    """A single path is one, and not as many as it has characters."""
    return [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)
