"""A library: its store and indexes, in one folder or on a server, and everything that can be asked of them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from lookalike.errors import BadQuery
from lookalike.index.choice import Wanted
from lookalike.index.current import all_current
from lookalike.local import EXTRACTORS
from lookalike.location import Location, LocationLike
from lookalike.protocols import Describer, Locator
from lookalike.search.components import checked_describer, describer_of, describers_to_fill, spaces_named
from lookalike.search.index_building import build_in_a_process, needs_training
from lookalike.search.ingest.fit_describers import ingest_and_learn
from lookalike.search.ingest.grey_planes import wanted_planes
from lookalike.search.ingest.local_features import check_features, wanted_features
from lookalike.search.ingest.options import Options
from lookalike.search.ingest.products import Product
from lookalike.search.ingest.report import IndexReport
from lookalike.search.ingest.roots import Root, move_root, roots_held
from lookalike.search.ingest.scan import roots_of
from lookalike.search.ingest.supply import Given, is_uri
from lookalike.search.judgements import Paths
from lookalike.search.query.grammar import Asked, query_of
from lookalike.search.query.query import Query, Weights, weights_of
from lookalike.search.query.source import Source, alpha_of, bytes_of, fetched, name_of, sample
from lookalike.search.query.things import Things
from lookalike.search.session import Session
from lookalike.search.status import Status, status_of
from lookalike.store import create_store, open_store
from lookalike.store.removal import removed_if_refused
from lookalike.types import Box, Relation, Space

if TYPE_CHECKING:  # what answers a question is loaded by who asks it: most commands ask one, and many none
    from lookalike.search.copying import Copied
    from lookalike.search.duplicate_search import DuplicateSearch
    from lookalike.search.duplicates.scope import Folder, Folders
    from lookalike.search.groups import Groups
    from lookalike.search.resolve.outcomes import Resolution
    from lookalike.search.results import Results
    from lookalike.search.template.library_search import Finds


def _untold(_built: int, _total: int) -> None: ...


class Library(Session):
    """Pictures indexed in one folder, or in one database. A context manager; several threads may ask at once.

    Opening touches nothing: the first `index` or `add` makes the folder; before, other calls raise `LibraryMissing`.
    `describers` are objects that this session brings.
    """

    # filling

    def index(
        self,
        paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
        *,
        describers: Sequence[str | Describer] = (),
        local: bool | None = None,
        features: str | None = None,
        planes: bool | None = None,
        recall: float | None = None,
        memory: int | None = None,
        index: str | None = None,
        options: Options | None = None,
    ) -> IndexReport:
        """Adds new and changed pictures at and below `paths`, notices moved and vanished ones.

        `describers` are those to fill besides the ones that the library has: NAME, NAME:FIELD=VALUE, or an object,
        which runs in this process. One that learns is fitted to the library's pictures first. A new library starts with
        those alone, with the defaults where none is named. `local`: whether it keeps local features, by which copies
        and parts are found; None leaves that as it is, and a new library does. `features` names those to keep in place
        of others, as NAME or NAME:FIELD=VALUE. `planes`: whether it keeps small planes, in which `locate` looks.
        From 20,000 pictures on an index of vectors is chosen that finds `recall` (.98) of the ten best within `memory`
        (a quarter of the machine's, in bytes, for all); `index` names one instead, 'auto' chooses again. Both are kept.
        Raises `BadQuery`, `BadSetting`, `UnknownName` or `LibraryBusy`; what is refused changes nothing. A picture that
        cannot be read raises nothing: it is among the failures of the report.
        """
        roots = roots_of(_several(paths))
        if not roots:
            raise BadQuery("index needs at least one file or folder")
        wanted = self._derived.wanted.but(recall, memory, index)
        return self._filled(roots, describers, options or self._options(), local, features, planes, wanted)

    def add(
        self,
        pictures: Mapping[str, Source],
        *,
        describers: Sequence[str | Describer] = (),
        options: Options | None = None,
    ) -> IndexReport:
        """Adds pictures that have no file: arrays, PIL images or bytes, each under a URI, as in {"shop:123": pixels}.

        Pixels are (h, w), (h, w, 3) or (h, w, 4), uint8 or floats in [0, 1]. They are found as files are, with the URI
        as `path`, until they are forgotten; an `index` of folders leaves them alone. A URI that is there is replaced.
        The library keeps what it makes of a picture, not the picture: without its px no copy, part or variant is told,
        only what is identical, and scenes. Raises `BadQuery` for what is no URI, and else as `index`.
        """
        given = Given({uri: partial(bytes_of, source) for uri, source in pictures.items()}, self.limits.bytes)
        return self._filled(given, describers, options or self._options())

    def _filled(
        self,
        supply: list[str] | Given,
        describers: Sequence[str | Describer],
        options: Options,
        local: bool | None = None,
        features: str | None = None,
        planes: bool | None = None,
        wanted: Wanted | None = None,
    ) -> IndexReport:
        known = {describer.name: describer for describer in self._given}
        named = [known.get(each) or describer_of(each) if isinstance(each, str) else each for each in describers]
        objects = [checked_describer(each) for each in describers if not isinstance(each, str)]
        extractor = None if features is None else EXTRACTORS.spelled(features)
        check_features(local, extractor)
        given = tuple(dict.fromkeys([*self._given, *objects]))
        with (
            removed_if_refused(self.location),
            closing(create_store(self.location)) as store,
            store.writing(together=True),
        ):
            kept_planes, dropped_planes = wanted_planes(store, planes)
            kept_features, dropped_features = wanted_features(store, local, extractor)
            report, _ = ingest_and_learn(
                store,
                describers_to_fill(store, named, given),
                supply,
                options,
                beside=(*kept_features, *kept_planes),
                dropped=(*dropped_features, *dropped_planes),
                in_session={describer.space for describer in given},
            )
            self._derived.keep_those_of(store)
            if wanted is not None and wanted != self._derived.wanted:
                self._derived.want(wanted)
        self._given = given
        return self._with_indexes(report, options)

    def _with_indexes(self, report: IndexReport, options: Options) -> IndexReport:
        """The report, once the indexes that take long to build are built, and with the time that it took."""
        if report.interrupted or not needs_training(self.store, self._derived):
            return report
        started = time.monotonic()
        build_in_a_process(self.location, options)
        return replace(report, seconds=report.seconds + time.monotonic() - started, interrupted=options.should_stop())

    def build_indexes(self, on_built: Callable[[int, int], object] = _untold) -> None:
        """Brings the files of all indexes up to date, which the next search would do else.

        `on_built` is told how many of how many are built, from 0 on.
        """
        all_current(self._derived, self.store, on_built)

    def forget(self, paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]]) -> int:
        """Drops files at and below `paths`, and URIs, from the library, never from the disk; gives their number."""
        names = [os.fspath(path) for path in _several(paths)]
        absolute = [*map(os.path.realpath, names), *filter(is_uri, names)]
        with closing(open_store(self.location)) as store, store.writing(together=True), store.transaction():
            dropped = sorted({*store.stamps(absolute), *(failure.path for failure in store.failures(absolute))})
            store.drop_records(dropped)
        return len(dropped)

    def forget_spaces(self, names: str | Iterable[str]) -> list[Space]:
        """Drops the vectors of these spaces, by the names or digests that `status` shows; pictures and facts stay.

        Raises `UnknownName` and `BadSetting`, and drops none then.
        """
        wanted = [names] if isinstance(names, str) else list(names)
        with closing(open_store(self.folder)) as store, store.writing():
            with store.transaction():
                dropped = spaces_named(store, wanted, self._given)
                for space in dropped:
                    store.drop_space(space)
            self._derived.keep_those_of(store)
        return dropped

    def roots(self) -> list[Root]:
        """The folders that hold the library's files, by path, and whether they are there."""
        return roots_held(self.store)

    def move_root(self, old: str | os.PathLike[str], new: str | os.PathLike[str]) -> int:
        """Has files at and below `old` found at and below `new` from now on, none described again; gives their number.

        Raises `BadQuery` where the library knows none, or none is at the new place.
        """
        with closing(open_store(self.location)) as store, store.writing():
            return move_root(store, os.path.realpath(old), os.path.realpath(new))

    def compact(self) -> int:
        """Drops what no file needs any more; gives the bytes freed on disk."""
        with closing(open_store(self.location)) as store:
            before = store.bytes() + self._derived.bytes()
            with store.writing():
                store.compact()
                self._derived.keep_those_of(store)
            return before - store.bytes() - self._derived.bytes()

    # asking

    def search(
        self,
        *sources: Asked,
        minus: Asked = (),
        like: Paths = (),
        unlike: Paths = (),
        k: int = 20,
        where: str | None = None,
        by: Weights | None = None,
        crop: Box | None = None,
        fuse: str = "weighted",
        collapse: bool = False,
        precision: float | None = None,
        verify: int | None = None,
        orientations: bool = False,
        profile: str | None = None,
        rerank: str | None = None,
        thorough: bool = False,
        lang: str | None = None,
        things: Things | None = None,
    ) -> Results:
        """Answers, best first, to a `Query` about `sources`: pictures, `text:a red kite`, `words:kite`, `colour:teal`.

        Several pictures, or a list of them, are views of one thing; `2:a.jpg`, or `Weighted(pixels, 2)`, is a part of
        its own that counts twice (docs/questions.md). `by` is a weight of each channel, or a list of channels, which
        count alike. See `Query` for the rest. Raises `BadQuery`, `BadPicture`, `FetchRefused` for what cannot be asked,
        `SpaceMismatch` and `UnknownName` for a channel that is not there.
        """
        return self.answer(
            query_of(
                sources,
                minus,
                like=like,
                unlike=unlike,
                where=where,
                by=weights_of(by),
                crop=crop,
                orientations=orientations,
                k=k,
                verify=verify,
                collapse=collapse,
                precision=precision,
                fuse=fuse,
                profile=profile,
                rerank=rerank,
                thorough=thorough,
                lang=lang,
                things=things,
            )
        )

    def answer(self, query: Query) -> Results:
        """Answers to `query`, best first; raises as `search`."""
        from lookalike.search.search import Search

        indexes = (self._index, self._set_index)
        return Search(self.store, *indexes, self._decoder, self._describers(), self._judges).answer(query)

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
        """The `k` pictures that hold `template`, best first, of those that pass `where`; boxes in px of each.

        Each scores `least` or more by `locator` (by `ccoeff-normed`, if None), upright, at the sizes `scales` to its
        own; with `least` None it must be there, and not merely something like it, where the locator tells that. What
        is transparent does not count. Small planes tell which files to open: see docs/cli.md for what that may miss.
        Raises `BadQuery` where the library keeps no planes.
        """
        from lookalike.match.locate.judgement import of_opacity
        from lookalike.search.template.library_search import LibrarySearch

        source = fetched(template)
        sought = sample(source, decode=self._decoder.decode, label=name_of(template)).picture(None)
        parts = of_opacity(sought, alpha_of(source, opacity=self._decoder.opacity))
        search = LibrarySearch(self.store, self._decoder, locator, k, least, scales, parts.mask, parts.core)
        return search.find(sought, where)

    def dupes(
        self,
        relation: Relation = "identical",
        *,
        under: Folders = (),
        between: tuple[Folder, Folder] | None = None,
        reference: Folders = (),
        where: str | None = None,
        pairs: bool = True,
        bursts: bool = True,
        precision: float | None = None,
        by: Weights | None = None,
        options: Options | None = None,
    ) -> Groups:
        """Groups of files that are `relation`, or closer, to the best one of their group; the largest group first.

        Each member is proved against the best one, or by composing two proofs. Proofs are kept: the next time only new
        pictures are compared. Members lie in `under` and pass `where`; groups have files of both folders of `between`.
        A file of the `reference` folders is the best one, and none is one too many. Format `pairs` and `bursts` are
        left out on request. With `precision`, groups of `similar` pictures: every two of a group score so high that,
        as `calibrate` measured, that share of such pairs is right. They are ranked, not verified. Raises `BadQuery`
        where the library keeps no local features, is not calibrated, or knows no file in a folder.
        """
        from lookalike.search.duplicates.scope import scope_of
        from lookalike.search.duplicates.similar import check_grouping
        from lookalike.search.ranking.channels import channels_of

        check_grouping(relation, precision, weights_of(by))
        scope = scope_of(under, between, reference, where, pairs=pairs, bursts=bursts)
        if precision is not None:
            return self._duplicates(options).near(channels_of(self._describers(), weights_of(by)), precision, scope)
        return self._duplicates(options).groups(relation, scope, self._describers)

    def read_groups(self, document: object, *, reference: Folders = (), options: Options | None = None) -> Groups:
        """Groups of a document of `lookalike dupes --json`; what this library does not confirm is not acted upon."""
        from lookalike.search.duplicates.scope import scope_of

        return self._duplicates(options).given(document, scope_of(reference=reference), self._describers)

    def undo(self, runs: int = 1, *, options: Options | None = None) -> Resolution:
        """Brings back what the last `runs` runs of `Groups.resolve` acted upon; an outcome for each file."""
        from lookalike.search.resolve.undo_runs import undo_runs

        return undo_runs(self.location, runs, options or self._options())

    def _duplicates(self, options: Options | None) -> DuplicateSearch:
        from lookalike.search.duplicate_search import DuplicateSearch

        asked = options or self._options()
        return DuplicateSearch(self.location, self.store, self._index, self._set_index, self._decoder, asked)

    # looking after

    def status(self) -> Status:
        """Contents of the library, counted."""
        return status_of(self.store, self._derived, self._describers())

    def copy_to(self, where: LocationLike, options: Options | None = None) -> Copied:
        """Copies the library into another folder or database, which then gives the same answers.

        Raises `BadQuery` where a library is there that holds other pictures.
        """
        from lookalike.search.copying import copy_library

        return copy_library(self.location, Location.of(where), options or self._options())

    def verify(self) -> list[str]:
        """Sentences on what is wrong with the library; a damaged index is rebuilt, hence no problem."""
        return self.store.problems()

    def repair(self, options: Options | None = None) -> IndexReport:
        """Removes every damaged row, and makes anew what it held of pictures that are still there.

        Raises `LibraryDamaged` where more than rows and indexes is damaged.
        """
        options = options or self._options()
        with closing(open_store(self.location)) as store, store.writing():
            again = [path for path in store.remove_damaged() if os.path.lexists(path) and not is_uri(path)]
            beside: list[Product] = [*wanted_features(store, None)[0], *wanted_planes(store, None)[0]]
            report, _ = ingest_and_learn(
                store,
                describers_to_fill(store, [], self._given),
                again,
                options,
                beside=beside,
                in_session={describer.space for describer in self._given},
            )
            return report


def _several(paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]]) -> list[str | os.PathLike[str]]:
    """A single path is one, and not as many as it has characters."""
    return [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)
