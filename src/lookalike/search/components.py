"""Describers and local features: those of a library, and those that a new library begins with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import is_dataclass, replace

from lookalike.describe import DESCRIBERS
from lookalike.errors import BadSetting, LookalikeError, UnknownName, WeightsError
from lookalike.local import EXTRACTORS
from lookalike.local.dense import DenseFeatures
from lookalike.local.sift import Sift
from lookalike.models.own_weights import own_weights
from lookalike.protocols import Describer, Extractor, Fittable, Store
from lookalike.registry import spelling
from lookalike.types import Space

DEFAULT_DESCRIBERS = ("convnet", "histogram", "phash", "class_words")
DEFAULT_EXTRACTOR: Extractor = Sift(side=320, max_keypoints=250, contrast=0.01, doubled=False)
"""At most 18.4 kB a picture where they are kept."""


def describers_of(store: Store, given: Sequence[Describer] = ()) -> list[Describer]:
    """One for each space that this program can still fill and ask; a space of another revision is left alone.

    `given` are objects of the session, beside those of the table.
    """
    own = {describer.space: describer for describer in given}
    found = (own.get(space) or _restored(store, space) for space in store.spaces())
    return [describer for describer in found if describer is not None]


def _restored(store: Store, space: Space) -> Describer | None:
    """The describer of the table that fills the space; None where there is none."""
    try:
        describer = DESCRIBERS.restore(store.configuration(space))
        return describer if describer.space == space else None
    except LookalikeError:  # of a package or a model that is not here, or of fields that are no more
        return None


def left_out(store: Store, describers: Sequence[Describer]) -> list[str]:
    """Names of spaces whose describer is neither among `describers` nor in the table, in order."""
    known = {describer.space for describer in describers}
    return sorted({space.name for space in store.spaces() if space not in known and space.name not in DESCRIBERS})


def describer_of(words: str | Describer) -> Describer:
    """A describer as it is, or that of NAME or NAME:FIELD=VALUE."""
    return DESCRIBERS.spelled(words) if isinstance(words, str) else words


def checked_describer(describer: Describer) -> Describer:
    """The object, if it can serve a session as it is; raises `BadSetting` where it cannot."""
    if not isinstance(describer, Describer) or not is_dataclass(describer) or type(describer).__hash__ is None:
        raise BadSetting(
            f"{describer!r} is no describer: make one of a function by lookalike.describer(fn, dim=..., name=...), "
            "or write a frozen dataclass as docs/extend.md shows"
        )
    if isinstance(describer, Fittable) and describer.fitted is None:
        raise BadSetting(f"{describer.name} must learn first: give what its `fit` returns")
    return describer


def by_name(describers: Sequence[Describer]) -> dict[str, Describer]:
    """Each under its NAME where it is the only one of it, else NAME:FIELD=VALUE with what is not the default."""
    distinct = list(dict.fromkeys(describers))
    count = Counter(each.name for each in distinct)
    return {each.name if count[each.name] == 1 else spelling(each): each for each in distinct}


def describers_to_fill(store: Store, named: Sequence[Describer], given: Sequence[Describer] = ()) -> list[Describer]:
    """Describers of the store and those that are named; for a new library without a name, the defaults."""
    there = describers_of(store, given)
    if not there and not named:
        return [DESCRIBERS.make(name) for name in DEFAULT_DESCRIBERS]
    return list(dict.fromkeys([*there, *named]))


def spaces_named(store: Store, names: Sequence[str], given: Sequence[Describer] = ()) -> list[Space]:
    """Spaces of vectors by the names or digests that `status` shows, in the order of the store.

    Raises `UnknownName` for a name that none has, `BadSetting` for one that several have, and where none would be left.
    """
    called = {describer.space: name for name, describer in by_name(describers_of(store, given)).items()}
    spaces = {space: (called.get(space, space.name), space.digest) for space in store.spaces()}
    found = set()
    for name in names:
        meant = [space for space, told in spaces.items() if name in told]
        if not meant:
            raise UnknownName("space of the library", name, [told for told, _ in spaces.values()])
        if len(meant) > 1:
            raise BadSetting(f"{name!r} is the name of {len(meant)} spaces: give a digest that `status` shows")
        found.update(meant)
    if len(found) == len(spaces):
        raise BadSetting("a library without any space compares nothing: leave one, or remove the library's folder")
    return [space for space in spaces if space in found]


def extractor_of(store: Store) -> Extractor | None:
    """The first of the library's extractors that this program can still fill and ask; None where it has none."""
    for space in store.spaces("local"):
        for extractor in _extractors(store.configuration(space)):
            try:
                if extractor.space == space:
                    return extractor
            except WeightsError:  # of a network whose weights are not here
                continue
    return None


def _extractors(configured: str) -> Iterator[Extractor]:
    """Extractors that may be meant: weights of one's own are known by their content, not by where they lie."""
    try:
        extractor = EXTRACTORS.restore(configured)
    except LookalikeError:  # of a package that is not installed here, or of fields that are no more
        return
    yield extractor
    if isinstance(extractor, DenseFeatures):
        yield from (replace(extractor, weights=own.name) for own in own_weights() if own.kind == extractor.name)
