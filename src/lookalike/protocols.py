"""The seams. Each is right when its test double is trivial."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import ClassVar, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from lookalike.keepers import FactKeeper, LabelKeeper, LessonKeeper, Listed, ObjectKeeper, WordKeeper
from lookalike.types import (
    Content,
    Explanation,
    Failure,
    Geometry,
    Hits,
    Ids,
    Keypoints,
    LocalFeatures,
    Located,
    Matches,
    Picture,
    Record,
    Space,
    SpaceKind,
    Stamp,
    Vectors,
    VerifiedPair,
)


@runtime_checkable
class Describer(Protocol):
    """Turns pictures into vectors. A frozen dataclass: its fields are its whole configuration (see `registry`).

    `name` is as in the table. `compares` is what two pictures share that it calls alike, as in 'alike in ...'.
    `unrelated` is the median similarity of two unrelated photos: where 'alike' begins to mean something.
    """

    revision: ClassVar[int]
    """Raised by hand when the output changes."""
    source: ClassVar[str]
    """Paper or package it comes from."""

    @property
    def name(self) -> str: ...
    @property
    def compares(self) -> str: ...
    @property
    def unrelated(self) -> float: ...
    @property
    def space(self) -> Space: ...
    @property
    def min_side(self) -> int:
        """Pixels that the shorter side should have: a JPEG may be decoded smaller than it is, down to this."""

    def describe(self, pictures: Sequence[Picture]) -> Vectors:
        """(n, d) rows; row i depends on picture i alone, whatever other describers ran."""


@runtime_checkable
class Explainer(Protocol):
    """Optional second face of a describer."""

    def explain(self, query: Picture, hit: Picture) -> Explanation: ...


@runtime_checkable
class TextDescriber(Describer, Protocol):
    """A describer that reads: words and pictures of one meaning lie near each other."""

    def describe_text(self, texts: Sequence[str]) -> Vectors:
        """(n, d) rows in the space of `describe`."""


@runtime_checkable
class ColourDescriber(Describer, Protocol):
    """A describer of colours, which a palette alone can ask."""

    def describe_colours(self, colours: NDArray[np.uint8], shares: NDArray[np.float64]) -> Vectors:
        """(1, d) row, in the space of `describe`, of (c, 3) RGB colours with (c,) shares, sum 1."""


@runtime_checkable
class Fittable(Describer, Protocol):
    """A describer that learns from a sample of the pictures before it describes; until then it raises `NotFitted`."""

    @property
    def fitted(self) -> object | None:
        """Result of learning; None before it."""

    @property
    def sample(self) -> int:
        """Pictures that it learns from at most."""

    @property
    def seed(self) -> int:
        """Seed for the choice of these, and for what is random in learning."""

    @property
    def seen(self) -> Describer:
        """Describer whose rows it learns from."""

    def fit(self, rows: Vectors) -> Fittable:
        """A copy fitted to (n, d) rows of `seen`; raises `NotFitted` where they are too few or too alike."""


class Locator(Protocol):
    """Finds a template in an image, by a sliding window or its kin. Frozen configuration."""

    def locate(
        self, template: Picture, image: Picture, k: int = 1, mask: NDArray[np.bool_] | None = None
    ) -> Located: ...


class Store(Protocol):
    """The truth: which files, which contents, which vectors, which failures.

    Writing happens inside `transaction()`, all or nothing, by a holder of the writer's lock. Readers never wait.
    """

    facts: FactKeeper
    labels: LabelKeeper
    lessons: LessonKeeper
    objects: ObjectKeeper
    words: WordKeeper

    # records: a file and the content it had when last read
    def stamps(self, under: Sequence[str]) -> dict[str, Stamp]:
        """Stamp of every known file, failed ones included, that is one of these paths or lies below one."""

    def put_records(self, rows: Sequence[tuple[str, Stamp, str]]) -> None:
        """Adds or replaces (path, stamp, sha256 of a known content); clears a failure of the path."""

    def drop_records(self, paths: Sequence[str]) -> None:
        """Drops files and failures of these paths. Contents and vectors stay until `compact`."""

    def records(self, ids: Ids | None = None, where: str | None = None) -> Iterator[Record]:
        """By id, then path; `where` as in docs/where.md, `BadQuery` where it does not parse."""

    def listed(self, where: str | None = None) -> list[Listed]:
        """As `records`, of very many in a hundredth of the time; rows are read where they lie, and not checked."""

    def count(self) -> int:
        """Number of records."""

    def count_contents(self) -> int:
        """Number of contents that have a record."""

    # contents
    def put_contents(self, contents: Sequence[Content]) -> Ids:
        """Adds what is new; ids in the order given."""

    def contents(self, sha256s: Collection[str]) -> dict[str, tuple[int, Content]]:
        """Contents that are known, with their ids."""

    def ids(self, where: str | None = None) -> Ids:
        """Ascending ids of contents that have a record (which passes `where`)."""

    # spaces
    def spaces(self, kind: SpaceKind = "vectors") -> list[Space]:
        """Spaces of that kind, in the order in which they were added."""

    def configuration(self, space: Space) -> str:
        """The JSON of the component that `add_space` was given."""

    def add_space(self, space: Space, configuration: str, kind: SpaceKind = "vectors") -> None:
        """No effect when it is there already."""

    def drop_space(self, space: Space) -> None: ...
    def missing(self, space: Space) -> Ids:
        """Ascending ids of contents with a record and without a row, or local features, there."""

    def put(self, space: Space, ids: Ids, vectors: Vectors) -> None: ...
    def put_frames(self, space: Space, id: int, numbers: Sequence[int], vectors: Vectors) -> None: ...
    def frames(self, space: Space, *, batch: int = 4096) -> Iterator[tuple[Ids, NDArray[np.int64], Vectors]]:
        """Batches of further frames of contents with a record: ids, numbers, rows; by id, then number."""

    def put_local(self, space: Space, features: Mapping[int, LocalFeatures | bytes]) -> None: ...

    def local(self, space: Space, ids: Ids | None = None) -> Iterator[tuple[int, LocalFeatures]]:
        """By ascending id; with `ids`, of those of them that have some. Raises `LibraryDamaged`."""

    def packed(self, space: Space, ids: Ids | None = None) -> Iterator[tuple[int, bytes]]:
        """As `local`, in the bytes that are kept and that `put_local` takes."""

    def vectors(self, space: Space, ids: Ids | None = None, *, batch: int = 512) -> Iterator[tuple[Ids, Vectors]]:
        """Batches of rows, by ascending id; with `ids`, those of them that have a vector."""

    def vector_ids(self, space: Space) -> Ids:
        """Ascending ids of contents with a record and a vector, or local features, there: what an index should hold."""

    def generation(self, space: Space) -> int:
        """Grows with every change that an index of the space must follow, changes of records included."""

    # failures
    def put_failures(self, failures: Sequence[Failure]) -> None:
        """Remembers them, one a path; drops the path's record."""

    def failures(self, under: Sequence[str] | None = None) -> list[Failure]:
        """By path; with `under`, of files that are one of these paths or lie below one."""

    def failed_contents(self, sha256s: Collection[str]) -> dict[str, Failure]:
        """By sha256, of those bytes that are known to give no picture, any failure that says so."""

    # what scores are worth, by the name of the score
    def put_calibration(self, key: str, text: str) -> None:
        """Adds or replaces it; no index need follow."""

    def calibration(self, key: str) -> str | None: ...
    def calibrations(self) -> dict[str, str]:
        """Every text, by its key."""

    # what geometry found of pairs, by the one who judged
    def put_relations(self, judge: str, compared: Ids, relations: Sequence[VerifiedPair]) -> None:
        """Notes that `judge` compared these contents with all others, and what it found; no index need follow."""

    def judges(self) -> list[str]: ...
    def compared(self, judge: str) -> Ids: ...
    def relations(self, judge: str) -> list[VerifiedPair]: ...

    def transaction(self) -> AbstractContextManager[None]:
        """Commits on leaving, rolls back on an error."""

    def writing(self, *, together: bool = False) -> AbstractContextManager[None]:
        """Holds the writer's lock; raises `LibraryBusy`, naming the holder, when another has it.

        With `together`, a store that can serve several writers lets others write who said the same.
        """

    def bytes(self) -> int: ...
    def problems(self) -> list[str]:
        """Sentences on all that a full check finds wrong; empty when all is well."""

    def remove_damaged(self) -> list[str]:
        """Removes damaged rows, which then count as missing; the paths of files that are to be read again.

        Raises `LibraryDamaged` where that does not mend the library.
        """

    def compact(self) -> None:
        """Drops contents without a record, their vectors, and free space."""

    def close(self) -> None: ...


class Fuser(Protocol):
    """Orders candidates of several channels into one list. Frozen configuration."""

    def fuse(self, lists: Mapping[str, Hits], weights: Mapping[str, float], k: int) -> Hits: ...


@runtime_checkable
class Detector(Protocol):
    """Finds places of a picture that can be found again. A frozen dataclass."""

    name: ClassVar[str]
    revision: ClassVar[int]
    source: ClassVar[str]

    @property
    def min_side(self) -> int:
        """As of a describer."""

    def detect(self, picture: Picture) -> Keypoints: ...


@runtime_checkable
class Extractor(Protocol):
    """Turns places of a picture into rows that compare. A frozen dataclass; one that is also a `Detector` is both."""

    name: ClassVar[str]
    revision: ClassVar[int]
    source: ClassVar[str]

    @property
    def space(self) -> Space: ...
    @property
    def min_side(self) -> int:
        """As of a describer."""

    def extract(self, picture: Picture, keypoints: Keypoints | None = None) -> LocalFeatures:
        """Rows of `keypoints`, less those too near the border to have one; None: of those that it finds itself."""


@runtime_checkable
class Mirroring(Protocol):
    """Optional second face of an extractor."""

    def mirrored(self, features: LocalFeatures) -> LocalFeatures:
        """Features of the mirrored picture: the keypoints as they are, with the rows that they would have there."""


@runtime_checkable
class Matcher(Protocol):
    """Says which features of two pictures belong together. A frozen dataclass."""

    name: ClassVar[str]
    revision: ClassVar[int]
    source: ClassVar[str]
    symmetric: ClassVar[bool]
    """Whether match(b, a) is match(a, b) with its pairs turned."""

    def match(self, a: LocalFeatures, b: LocalFeatures) -> Matches: ...


@runtime_checkable
class Specialised(Protocol):
    """Optional second face of a matcher that was trained on the features of certain extractors."""

    def for_features(self, extractor: str) -> Matcher:
        """Itself for features of the extractor of that name; raises `BadSetting` where it was trained on none."""

    def assignment(self, a: LocalFeatures, b: LocalFeatures) -> NDArray[np.float32]:
        """(ka, kb) in [0, 1]: how sure it is that a feature of a and one of b belong together."""


@runtime_checkable
class Verifier(Protocol):
    """Says whether one geometry explains matches better than chance would. A frozen dataclass."""

    name: ClassVar[str]
    revision: ClassVar[int]
    source: ClassVar[str]

    def verify(
        self, a: LocalFeatures, b: LocalFeatures, matches: Matches, *, mirrored: bool = False
    ) -> Geometry | None:
        """None where no model is sound and beyond chance. `mirrored`: a's rows are those of its mirror image."""
