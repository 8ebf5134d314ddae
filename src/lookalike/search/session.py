"""A library while it is open: its store, its indexes, its decoder, and the describers that are at hand."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

import numpy as np

from lookalike.errors import BadQuery, ChannelLeftOut
from lookalike.finders import Finder, Index, SetIndex
from lookalike.index.current import current, current_set
from lookalike.index.derived import INDEX_FOLDER, Derived
from lookalike.index.refined import refined
from lookalike.location import Location, LocationLike
from lookalike.pixels.limits import Limits
from lookalike.protocols import Describer, Store
from lookalike.search.classes import BY_FOLDER
from lookalike.search.classification.judges import Judges
from lookalike.search.components import by_name, checked_describer, describers_of, extractor_of, left_out
from lookalike.search.described import evaluations_folder
from lookalike.search.index_cache import IndexCache
from lookalike.search.ingest.options import Options
from lookalike.search.judgements import Judgements
from lookalike.search.label_targets import Paths, contents_of, several
from lookalike.search.labels import Labels
from lookalike.search.objects import Objects
from lookalike.search.query.decoder import PictureDecoder
from lookalike.search.query.query import Weights, listed, weights_of
from lookalike.search.query.source import Sample, Source, sample
from lookalike.search.query.things import LEAST, check_least
from lookalike.search.stored_vectors import LibraryVectors, library_vectors
from lookalike.store import open_store
from lookalike.store.readers import Readers
from lookalike.types import Picture, Record, Space, Vectors

if TYPE_CHECKING:  # what learns is loaded by who has it learn
    from lookalike.learn.adapt import Adaptation
    from lookalike.learn.own_copies import SelfAdaptation
    from lookalike.search.calibration.fit import Fitted
    from lookalike.search.classification.classify import Classified, Classifier
    from lookalike.search.classification.suggest import Suggestion
    from lookalike.search.ranking.verification import GeometricVerifier
    from lookalike.search.teach_words import Lesson
    from lookalike.search.tuning.profile import Profile
    from lookalike.search.tuning.tune import Tuned

OPENED: Final = 64
"""Hits whose pictures are held while the same original is asked about again."""


class Session:
    """A context manager; several threads may ask at once.

    With `shares_indexes` other processes that do so hold the same memory for them.
    """

    def __init__(
        self,
        folder: LocationLike,
        *,
        limits: Limits = Limits(),
        workers: int = 0,
        describers: Sequence[Describer] = (),
        shares_indexes: bool = False,
    ) -> None:
        self.location = Location.of(folder)
        self.limits = limits
        self.workers = workers or os.cpu_count() or 1
        self._given = tuple(map(checked_describer, describers))
        self._told: set[str] = set()
        self._decoder = PictureDecoder(limits)
        self._judges = Judges()
        self._derived = Derived(self.location.cache / INDEX_FOLDER, maps=shares_indexes)
        self._readers = Readers(lambda: open_store(self.location, write=False))
        self._indexes = IndexCache[Index](self._derived, current)
        self._set_indexes = IndexCache[SetIndex](self._derived, current_set)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.location)!r})"

    def __enter__(self) -> Self:
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
    def folder(self) -> Path:
        """The library's own; of one on a server, where this machine keeps what is not in its database."""
        return self.location.folder

    def teach_words(self, captions: str | os.PathLike[str] | Sequence[tuple[str | os.PathLike[str], str]]) -> Lesson:
        """Fits `taught_words` to captions, a table or (path, text) each, and keeps it where it finds more than before.

        100 captioned pictures of the library or more. Raises `BadQuery`, `SpaceMismatch` and `WeightsError`.
        """
        from lookalike.search.caption_table import captions_in
        from lookalike.search.teach_words import teach_words

        if isinstance(captions, (str, os.PathLike)):
            pairs = captions_in(Path(captions))
        else:
            pairs = [(os.path.realpath(path), text) for path, text in captions]
        with closing(open_store(self.location)) as store, store.writing():
            return teach_words(store, pairs)

    def forget_words(self) -> bool:
        """Drops what was taught; False where nothing was."""
        from lookalike.search.teach_words import forget_words

        with closing(open_store(self.location)) as store, store.writing(), store.transaction():
            return forget_words(store)

    def adapt(self, *, by: str = "label", where: str | None = None) -> Adaptation:
        """Fits `adapted` to classes of the library's pictures: by `label`, `object`, `folder` and so on as `tune`.

        It is kept where it finds more of classes that it has not seen, and then asked beside `convnet`. Raises
        `BadQuery` where fewer than eight classes have two pictures, `SpaceMismatch` without `convnet` rows.
        """
        from lookalike.search.adapt import adapt_library

        with closing(open_store(self.location)) as store, store.writing():
            return adapt_library(store, by, where)

    def adapt_self(
        self,
        *,
        originals: int = 200,
        seed: int = 0,
        options: Options | None = None,
        cache: str | os.PathLike[str] | None = None,
    ) -> SelfAdaptation | None:
        """Fits `adapted` to edited copies of `originals` pictures, in place of what it was fitted to before.

        It is kept where it finds more copies of other pictures by other edits. Copies are described once, and stay in
        `cache`, by default the user's. None where `options.should_stop` ended it. Raises as `adapt`.
        """
        from lookalike.search.adapt_self import adapt_self_library

        place = Path(cache) if cache is not None else evaluations_folder()
        with closing(open_store(self.location)) as store, store.writing():
            return adapt_self_library(store, place, options or Options(), originals, seed)

    def forget_adapted(self) -> bool:
        """Drops what `adapt` learned; False where nothing was."""
        from lookalike.search.adapt import forget_adapted

        with closing(open_store(self.location)) as store, store.writing(), store.transaction():
            return forget_adapted(store)

    @property
    def store(self) -> Store:
        """For reading, by the thread that asks."""
        return self._readers.mine()

    @property
    def labels(self) -> Labels:
        """Labels that the pictures were given."""
        return Labels(self.location, self._readers.mine)

    @property
    def judgements(self) -> Judgements:
        """Judgements of answers."""
        return Judgements(self.location, self._readers.mine)

    def tune(
        self,
        name: str = "tuned",
        *,
        source: str = "auto",
        originals: int = 100,
        seed: int = 0,
        options: Options | None = None,
    ) -> Tuned | None:
        """Learns how much each channel counts, and whether to re-rank, and keeps it as a profile where that helps.

        `source` is `object`, `label`, `folder` (the one that holds a picture), `folder:DIR` (the one right below DIR),
        the KEY of a fact, `copies`, `judgements`, or `auto`: objects, labels, judgements, copies, the first that there
        is. Judged by MAP@R on classes, originals or questions that taught nothing; kept where the lower end of the
        gain's interval is above 0. None when `options.should_stop` ended it. Raises `BadQuery` for too little.
        """
        from lookalike.search.tuning.run import tune

        describers = describers_of(self.store)
        with closing(open_store(self.location)) as store, store.writing():
            chosen = options or self._options()
            return tune(store, describers, name, source, originals=originals, seed=seed, options=chosen)

    def calibrate(
        self,
        *,
        by: Weights | None = None,
        source: str = "copies",
        labels: str | os.PathLike[str] | None = None,
        originals: int = 100,
        seed: int = 0,
        options: Options | None = None,
    ) -> Fitted | None:
        """Finds out what scores are worth on these pictures, and keeps it; the next searches tell a probability.

        It asks about edited copies of `originals` pictures and of half as many more that count as not being there. From
        classes, as `tune` names them, 'right' is 'of the same class'; `labels`, a folder of a folder for each class, is
        `folder:DIR`. From `judgements` it is 'would be liked', and answers that nobody judged say nothing.
        Of scores by looks alone and, where the library keeps local features, of those with proof, which are told.
        None when `options.should_stop` ended it. Raises `BadQuery` where there is too little to learn from.
        """
        from lookalike.search.calibration.calibrate import COPIES, calibrate
        from lookalike.search.calibration.questions import Asker
        from lookalike.search.ranking.channels import channels_of
        from lookalike.search.ranking.engine import Engine
        from lookalike.search.ranking.fuse import FUSERS

        if labels is not None and source != COPIES:
            raise BadQuery("the folder of classes is what is learned from: leave out the source, or the labels")
        options = options or self._options()
        channels = channels_of(self._describers(), weights_of(by))
        session = {describer.space for describer in self._given}
        asked = tuple(each for each in channels if each.weight > 0 or each.describer.space not in session)
        prover = replace(self._verifier(), open_hit=lru_cache(OPENED)(self._decoder.sample))
        engine = Engine(self.store, self._index)
        asker = Asker(self.store, engine, prover, asked, FUSERS.make("weighted"), options)
        with closing(open_store(self.location)) as store, store.writing():  # first: work must not be lost to another
            chosen = source if labels is None else f"{BY_FOLDER}:{os.fspath(labels)}"
            fitted = calibrate(asker, chosen, originals, seed)
            with store.transaction():
                for key, each in fitted.items():
                    store.put_calibration(key, each.calibration.to_json())
        return list(fitted.values())[-1] if fitted else None

    def profiles(self) -> dict[str, Profile]:
        """Profiles that `tune` kept, by name."""
        from lookalike.search.tuning.profile import Profile

        return {name: Profile.of_json(text) for name, text in self.store.lessons.profiles().items()}

    def revert_profile(self, name: str) -> bool:
        """Brings back the profile that was there before the last `tune`; False where there was none, and drops it."""
        from lookalike.search.tuning.profile import revert

        with closing(open_store(self.location)) as store, store.writing(), store.transaction():
            return revert(store, name)

    @property
    def objects(self) -> Objects:
        """Objects that the pictures are views of."""
        return Objects(self.location, self._readers.mine)

    def classify(
        self,
        sources: Source | Sequence[Source],
        *,
        by: str = "label",
        least: float = LEAST,
        where: str | None = None,
        k: int = 5,
    ) -> list[Classified]:
        """The class of each picture among those of the library, by `label`, `object`, `folder` and so on as `tune`.

        All views of a class vote by their looks. None of the classes is named where the best is less likely than
        `least`, as learned from the pictures that have one, each asked about without its own. Of pictures that pass
        `where`, and the scores of the best `k`. Raises `BadPicture` and `BadQuery`.
        """
        classifier = self.classifier(by, where, least)
        return classifier.classified([classifier.asked(self.sampled(one)) for one in listed(sources)], least, k)

    def suggest_labels(
        self, paths: Paths = None, *, by: str = "label", least: float = LEAST, where: str | None = None
    ) -> list[Suggestion]:
        """Labels for pictures at and below `paths` that pass `where`, from those that look like them; writes nothing.

        One a picture at most, which it has not and which is at least so likely; `by` a KEY suggests values of that
        fact. Raises `BadQuery` for a path without a picture of the library, and where no picture has a label.
        """
        from lookalike.search.classification.suggest import suggestions

        classifier, store = self.classifier(by, None, least), self.store
        known = store.contents(contents_of(store, several(paths), where))
        contents = np.array(sorted(id for id, _ in known.values()), np.int64)
        return sorted(suggestions(classifier, by, contents, least), key=lambda one: one.path)

    def classifier(self, by: str = "label", where: str | None = None, least: float = LEAST) -> Classifier:
        """Learned once, for many pictures; see `classify`."""
        from lookalike.search.classification.classify import Classifier

        check_least(least)
        return Classifier.of(self.store, self._describers(), by, where, self._judges)

    def sampled(self, source: Source) -> Sample:
        """A picture to ask a `classifier` about."""
        return sample(source, decode=self._decoder.decode)

    def __len__(self) -> int:
        """Number of files, and of pictures without one."""
        return self.store.count()

    def records(self, where: str | None = None) -> list[Record]:
        """Files that pass `where` (docs/where.md), by path; raises `BadQuery` where it does not parse."""
        return sorted(self.store.records(where=where), key=lambda record: record.path)

    def vectors(self, name: str) -> LibraryVectors:
        """Vectors of one describer, NAME or NAME:FIELD=VALUE; raises `SpaceMismatch` where the library keeps none."""
        from lookalike.search.ranking.channels import channels_of

        (channel,) = channels_of(self._describers(), {name: 1.0})
        return library_vectors(self.store, channel.describer.space)

    def describe(self, pictures: Source | Sequence[Source]) -> dict[str, Vectors]:
        """(n, d) vectors of `pictures`, row by row in their order, by name of each of the library's describers.

        They are in the spaces of `vectors`, and nothing is kept. Raises `BadPicture` and `BadQuery`.
        """
        from lookalike.search.describe import several as each_of
        from lookalike.search.describe import vectors_of

        return vectors_of(each_of(pictures), by_name(self._describers()), self._decoder.decode)

    def picture_of(self, record: Record, min_side: int | None = None) -> Picture:
        """The picture in a file of the library; whole, or with `min_side` px a side or more.

        Raises `BadPicture` where the file is not as it was indexed.
        """
        return self._decoder.sample(record).picture(min_side)

    def bytes_of(self, record: Record) -> bytes:
        """Bytes of a file of the library; raises `BadPicture` where it is not as it was indexed."""
        return self._decoder.read(record)

    def _verifier(self) -> GeometricVerifier:
        from lookalike.search.ranking.verification import verifier_of

        return verifier_of(self.store, extractor_of(self.store), self._set_index, self._decoder.sample)

    def _describers(self) -> list[Describer]:
        """Describers of the store and of this session; tells once of each that is not at hand."""
        describers = describers_of(self.store, self._given)
        for name in sorted({*left_out(self.store, describers)} - self._told):
            self._told.add(name)
            warnings.warn(
                f"the channel {name!r} is left out, since its describer is not here: give it to lookalike.open, "
                "install the package that brings it, or add its model (`lookalike models add`)",
                ChannelLeftOut,
                stacklevel=3,
            )
        return describers

    def _options(self) -> Options:
        return Options(workers=self.workers, limits=self.limits)

    def _index(self, space: Space) -> Finder:
        """With the rows of this thread's store."""
        store = self.store
        return refined(self._indexes.of(store, space), partial(store.vectors, space))

    def _set_index(self, space: Space) -> SetIndex:
        return self._set_indexes.of(self.store, space)
