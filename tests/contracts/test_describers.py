"""What every describer promises, whoever wrote it: each test runs over every row of the table, without exception."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import io
import itertools
import json
import pickle
import types
import typing
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lookalike.describe import DESCRIBERS
from lookalike.errors import LookalikeError, NotFitted
from lookalike.pixels.decode import decode
from lookalike.pixels.limits import Limits
from lookalike.pixels.turn import TURNED, turned
from lookalike.protocols import Describer, Explainer, Fittable
from lookalike.registry import configuration, digest, settable, spelling
from lookalike.types import Picture, Pixels, Vectors

TOLERANCE = 1e-6
Teach = typing.Callable[..., Describer]


def picture_of(pixels: Pixels) -> Picture:
    pixels.setflags(write=False)
    return Picture(pixels, (pixels.shape[1], pixels.shape[0]))


def checkerboard(side: int, square: int) -> Pixels:
    rows, columns = np.indices((side, side)) // square
    return np.repeat(((rows + columns) % 2 * 255).astype(np.uint8)[:, :, None], 3, axis=2)


ODD = {
    "one px": np.full((1, 1, 3), 77, np.uint8),
    "one row": np.arange(9000, dtype=np.uint32).astype(np.uint8).reshape(1, 3000, 3),
    "one column": np.arange(9000, dtype=np.uint32).astype(np.uint8).reshape(3000, 1, 3),
    "black": np.zeros((300, 200, 3), np.uint8),
    "white": np.full((200, 300, 3), 255, np.uint8),
    "checkerboard": checkerboard(300, 2),
}


@pytest.fixture(params=ODD)
def odd(request: pytest.FixtureRequest) -> Picture:
    return picture_of(ODD[request.param])


@pytest.fixture(scope="session")
def pair(photos: list[Picture]) -> list[Picture]:
    """Two photos, for tests that need no more."""
    return [photos[0], photos[3]]


def fresh(pictures: list[Picture]) -> list[Picture]:
    """The same pictures, remembering nothing of what was derived from them."""
    return [Picture(picture.pixels, picture.size) for picture in pictures]


def png(pixels: Pixels) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=0)
    return buffer.getvalue()


def assert_rows(rows: Vectors, n: int, describer: Describer) -> None:
    space = describer.space
    assert rows.shape == (n, space.columns)
    assert rows.dtype == space.dtype
    assert np.isfinite(rows).all()
    if space.metric == "cosine":
        np.testing.assert_allclose(np.linalg.norm(rows.astype(np.float64), axis=1), 1, atol=1e-5)


def assert_same(rows: Vectors, expected: Vectors, tolerance: float = TOLERANCE) -> None:
    """Bits must be equal; floats within the tolerance."""
    np.testing.assert_allclose(rows, expected, rtol=0, atol=0 if rows.dtype == np.uint8 else tolerance)


def test_it_says_what_it_is(describer: Describer) -> None:
    assert isinstance(describer, Describer)
    assert DESCRIBERS.load(describer.name) is type(describer)
    assert describer.revision >= 1
    assert describer.compares.strip()
    assert describer.source.strip()
    assert -1 <= describer.unrelated < 1
    assert describer.min_side >= 1
    assert inspect.getdoc(type(describer))


def test_its_space_carries_its_name_and_digest(describer: Describer) -> None:
    assert describer.space.name == describer.name
    assert describer.space.digest == digest(describer)
    assert describer.space.columns >= 1
    assert describer.space.metric != "hamming" or describer.space.dim % 8 == 0


def test_it_is_frozen_and_hashable(describer: Describer, taught: Teach) -> None:
    assert dataclasses.is_dataclass(describer)
    assert type(describer).__dataclass_params__.frozen
    assert hash(describer) == hash(taught(DESCRIBERS.make(describer.name)))


def test_rows_are_what_the_space_says(describer: Describer, photos: list[Picture]) -> None:
    assert_rows(describer.describe(photos), len(photos), describer)


def test_different_photos_have_different_rows(describer: Describer, photos: list[Picture]) -> None:
    rows = describer.describe(photos)
    assert len(np.unique(rows, axis=0)) == len(photos)


def test_nothing_in_gives_no_rows(describer: Describer) -> None:
    assert_rows(describer.describe([]), 0, describer)


def test_odd_pictures_have_rows(describer: Describer, odd: Picture) -> None:
    assert_rows(describer.describe([odd]), 1, describer)


def test_a_row_depends_on_its_own_image_alone(describer: Describer, photos: list[Picture]) -> None:
    together = describer.describe(fresh(photos))
    apart = np.concatenate([describer.describe([picture]) for picture in fresh(photos)])
    assert_same(together, apart)
    assert_same(describer.describe(fresh(photos)[::-1]), together[::-1])


def test_a_row_does_not_depend_on_who_looked_before(describer: Describer, pair: list[Picture], taught: Teach) -> None:
    alone = describer.describe(fresh(pair))
    shared = fresh(pair)
    for name in DESCRIBERS:
        taught(DESCRIBERS.make(name)).describe(shared)
    assert_same(describer.describe(shared), alone)


def test_a_picture_is_not_written_to(describer: Describer, photos: list[Picture]) -> None:
    pixels = photos[0].pixels.copy()
    before = pixels.copy()
    writable = describer.describe([Picture(pixels, photos[0].size)])
    np.testing.assert_array_equal(pixels, before)
    assert not photos[0].pixels.flags.writeable
    assert_same(describer.describe([photos[0]]), writable)


def test_rows_are_the_callers_own(describer: Describer, pair: list[Picture]) -> None:
    rows = describer.describe(pair)
    kept = rows.copy()
    rows[:] = 0
    assert_same(describer.describe(pair), kept)


def test_two_instances_agree(describer: Describer, pair: list[Picture], taught: Teach) -> None:
    other = taught(DESCRIBERS.make(describer.name))
    assert other == describer
    assert_same(other.describe(fresh(pair)), describer.describe(fresh(pair)))


@pytest.mark.parametrize("twin", [copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))], ids=["copy", "pickle"])
def test_a_copy_is_equal_and_describes_equally(
    twin: typing.Callable[[Describer], Describer], describer: Describer, pair: list[Picture]
) -> None:
    expected = describer.describe(pair)  # before it is copied: what it remembers must not be in the way
    other = twin(describer)
    assert other == describer
    assert other.space == describer.space
    assert_same(other.describe(fresh(pair)), expected)


def test_a_turned_copy_has_the_row_of_the_turned_original(describer: Describer, pair: list[Picture]) -> None:
    views = [turned(pair[0], orientation) for orientation in TURNED]
    copies = [decode(png(view.pixels), min_side=describer.min_side, limits=Limits()).picture for view in views]
    assert_same(describer.describe(copies), describer.describe(views))


def test_it_comes_back_from_its_configuration(describer: Describer, taught: Teach) -> None:
    for component in (describer, *all_variants(describer, taught)):
        restored = DESCRIBERS.restore(json.dumps(json.loads(configuration(component))))
        assert restored == component
        assert restored.space == component.space


def test_its_settings_can_be_spelled_and_what_it_learned_is_none_of_them(describer: Describer, taught: Teach) -> None:
    for component in (describer, *all_variants(describer, taught)):
        read = DESCRIBERS.spelled(spelling(component))
        bare = dataclasses.replace(component, fitted=None) if hasattr(component, "fitted") else component
        assert digest(read) == digest(bare)


def test_each_compared_field_moves_the_digest(describer: Describer, taught: Teach) -> None:
    for field in settable(describer):
        if field.compare:
            changed = variants(describer, field.name, taught)
            assert changed, f"no second value found for {describer.name}.{field.name}"
            for variant in changed:
                assert digest(variant) != digest(describer), field.name
                assert variant.space != describer.space, field.name


def test_no_other_field_moves_digest_or_output(describer: Describer, pair: list[Picture], taught: Teach) -> None:
    for field in settable(describer):
        if not field.compare:
            changed = variants(describer, field.name, taught)
            assert changed, f"no second value found for {describer.name}.{field.name}"
            assert {digest(variant) for variant in changed} == {digest(describer)}, field.name
            assert_same(changed[0].describe(fresh(pair)), describer.describe(fresh(pair)))


def test_what_is_configured_describes_as_its_space_says(
    describer: Describer, pair: list[Picture], taught: Teach
) -> None:
    for variant in all_variants(describer, taught):
        assert_rows(variant.describe(pair), len(pair), variant)


def test_it_explains_any_pair(describer: Describer, photos: list[Picture]) -> None:
    if not isinstance(describer, Explainer):
        assert not hasattr(describer, "explain")
        return
    odd = [picture_of(pixels) for pixels in ODD.values()]
    for query, hit in itertools.pairwise([photos[0], photos[0], *odd, odd[-1], photos[3]]):
        explanation = describer.explain(query, hit)
        assert explanation.line.strip()
        assert "\n" not in explanation.line
        assert "nan" not in explanation.line
        if explanation.picture is not None:
            height, width, channels = explanation.picture.shape
            assert explanation.picture.dtype == np.uint8
            assert channels == 3
            assert 16 <= height <= 800
            assert 16 <= width <= 800


def test_one_that_learns_says_so_before(describer: Describer, pair: list[Picture]) -> None:
    if isinstance(describer, Fittable):
        assert dataclasses.replace(describer, fitted=None).space.dim == describer.space.dim
        with pytest.raises(NotFitted, match=f"index PATH --describer {describer.name}"):
            dataclasses.replace(describer, fitted=None).describe(pair)


def test_one_that_learns_needs_enough_different_pictures(describer: Describer, pair: list[Picture]) -> None:
    if isinstance(describer, Fittable):
        rows = describer.seen.describe([pair[0]])
        for few in (rows[:0], rows, np.repeat(rows, 500, axis=0)):
            with pytest.raises(NotFitted, match=f"{describer.name} needs"):
                describer.fit(few)


def all_variants(describer: Describer, taught: Teach) -> list[Describer]:
    return [variant for field in settable(describer) for variant in variants(describer, field.name, taught)]


def variants(describer: Describer, name: str, taught: Teach) -> list[Describer]:
    """Describers that differ in that one field, and in what they learned: what it may hold is found by trying."""
    if hasattr(describer, "fitted"):
        describer = dataclasses.replace(describer, fitted=None)
        if name == "fitted":
            return [taught(describer, 1)]
    kind = typing.get_type_hints(type(describer))[name]
    found = []
    for value in other_values(getattr(describer, name), kind):
        try:
            variant = taught(dataclasses.replace(describer, **{name: value}))  # type: ignore[type-var]
            getattr(variant, "weight_digests", None)  # raises where a model of the user's is not there
        except (ValueError, LookalikeError):
            continue
        if getattr(variant, name) != getattr(describer, name):
            found.append(variant)
    return found[:2]


def other_values(value: typing.Any, kind: typing.Any) -> Iterator[object]:
    """Values of that type other than `value`, likely ones first."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    candidates: list[object]
    if origin in (types.UnionType, typing.Union):
        candidates = [other for argument in arguments for other in other_values(value, argument)]
    elif origin is typing.Literal:
        candidates = list(arguments)
    elif kind is types.NoneType:
        candidates = [None]
    elif kind is bool:
        candidates = [True, False]
    elif kind is int:
        count = value if isinstance(value, int) else 1
        candidates = [count + 1, count + 4, count * 2, count // 2, count - 1]
    elif kind is float:
        amount = value if isinstance(value, float) else 1.0
        candidates = [amount / 2, amount * 2, amount + 0.5, amount - 0.5]
    elif kind is str:
        candidates = [f"{value}x", "", "thumbnail", "phash", "patch"]
    elif origin is tuple and isinstance(value, tuple):
        candidates = [(*value, *value[-1:]), value[::-1], value[:-1]]
    elif kind is Path:
        candidates = [Path("elsewhere")]
    else:
        candidates = []
    return (candidate for candidate in candidates if candidate != value)
