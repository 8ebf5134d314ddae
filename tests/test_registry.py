from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, make_dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

import pytest

from lookalike.errors import BadSetting, UnknownName
from lookalike.registry import Table, configuration, digest, later, settable, spelling


@dataclass(frozen=True)
class Grain:
    """A component inside another."""

    name: ClassVar[str] = "grain"
    revision: ClassVar[int] = 1
    sigma: float = 1.5


@dataclass(frozen=True)
class Thing:
    """One field of each type that a text is read as."""

    name: ClassVar[str] = "thing"
    revision: ClassVar[int] = 1
    count: int = 8
    scale: float = 0.5
    deep: bool = False
    label: str = "plain"
    pooling: Literal["mean", "gem"] = "mean"
    level: Literal[1, 2] = 1
    sides: tuple[int, ...] = (1, 2)
    limit: int | None = None
    threads: int = field(default=1, compare=False)

    def __post_init__(self) -> None:
        if self.count < 1:
            raise ValueError(f"count must be 1 or more, not {self.count}")


@dataclass(frozen=True)
class Nest:
    """A component with a component in it, and one with fitted weights."""

    name: ClassVar[str] = "nest"
    revision: ClassVar[int] = 1
    grain: Grain = Grain()
    weights: str = field(default="here.bin", compare=False)
    weight_digests: tuple[str, ...] = field(default=("ab12",), init=False)


HERE = __name__
THINGS: Table[Any] = Table("thing", {"thing": f"{HERE}:Thing", "nest": f"{HERE}:Nest", "grain": f"{HERE}:Grain"})


def test_an_unknown_name_is_answered_with_the_nearest_and_all() -> None:
    with pytest.raises(UnknownName, match="no thing 'thin'; did you mean 'thing'\\? known: grain, nest, thing"):
        THINGS.make("thin")


def test_an_unknown_setting_is_answered_with_all() -> None:
    with pytest.raises(BadSetting, match="grain has no field 'bins'; its fields: sigma"):
        THINGS.make("grain", {"bins": 3})


def test_a_table_lists_its_names_in_order() -> None:
    assert list(THINGS) == ["grain", "nest", "thing"]


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("count", "16", 16),
        ("scale", "0.25", 0.25),
        ("scale", "2", 2.0),
        ("deep", "true", True),
        ("deep", "No", False),
        ("label", "16", "16"),
        ("pooling", "gem", "gem"),
        ("level", "2", 2),
        ("sides", "3,4,5", (3, 4, 5)),
        ("sides", "7", (7,)),
        ("limit", "9", 9),
        ("limit", "none", None),
        ("threads", "4", 4),
    ],
)
def test_a_text_is_read_as_the_type_of_its_field(name: str, text: str, value: object) -> None:
    read = getattr(THINGS.make("thing", {name: text}), name)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("count", "many"),
        ("count", "1.5"),
        ("count", 1.5),
        ("count", float("inf")),
        ("scale", float("nan")),
        ("count", True),
        ("count", None),
        ("scale", "wide"),
        ("scale", "nan"),
        ("scale", "inf"),
        ("scale", False),
        ("deep", "perhaps"),
        ("deep", 1),
        ("pooling", "max"),
        ("level", "3"),
        ("sides", "1,two"),
        ("sides", 5),
        ("limit", "soon"),
    ],
)
def test_a_bad_value_is_refused_naming_the_field(name: str, value: object) -> None:
    with pytest.raises(BadSetting, match=f"thing.{name} takes "):
        THINGS.make("thing", {name: value})


def test_a_value_that_the_component_refuses_is_a_bad_setting() -> None:
    with pytest.raises(BadSetting, match="thing: count must be 1 or more, not 0"):
        THINGS.make("thing", {"count": "0"})


@pytest.mark.parametrize(
    "thing",
    [
        Thing(),
        Thing(count=3, scale=1e-9, deep=True, label="é\n'", pooling="gem", level=2, sides=(), limit=0),
        Thing(label="none", limit=None, sides=(5,)),
    ],
)
def test_restoring_a_configuration_gives_an_equal_component(thing: Thing) -> None:
    restored = THINGS.restore(configuration(thing))
    assert restored == thing
    assert digest(restored) == digest(thing)


def test_what_cannot_change_the_output_is_not_in_the_configuration() -> None:
    assert configuration(Thing(threads=8)) == configuration(Thing())
    assert "threads" not in json.loads(configuration(Thing()))["fields"]
    assert digest(Thing(threads=8)) == digest(Thing())


@pytest.mark.parametrize(
    "other",
    [Thing(count=9), Thing(scale=0.6), Thing(deep=True), Thing(pooling="gem"), Thing(sides=(2, 1)), Thing(limit=0)],
)
def test_each_compared_field_moves_the_digest(other: Thing) -> None:
    assert digest(other) != digest(Thing())


def test_a_digest_is_the_same_forever() -> None:
    assert digest(Grain()) == "1787cc5ceb0442fa"


def test_a_moved_class_keeps_its_digest() -> None:
    moved = make_dataclass("Grain", [("sigma", float, 1.5)], frozen=True, namespace={"name": "grain", "revision": 1})
    moved.__module__ = "elsewhere.entirely"
    assert digest(moved()) == digest(Grain())


def test_a_field_that_came_later_counts_once_it_is_not_as_before() -> None:
    fields: list[Any] = [("sigma", float, 1.5), ("window", str, field(default="box", metadata=later()))]
    grown = make_dataclass("Grain", fields, frozen=True, namespace={"name": "grain", "revision": 1})
    assert digest(grown()) == digest(Grain())
    assert configuration(grown()) == configuration(Grain())
    assert digest(grown(window="hann")) != digest(Grain())
    assert "hann" in configuration(grown(window="hann"))


def test_a_renamed_class_or_another_revision_is_another_digest() -> None:
    fields = [("sigma", float, 1.5)]
    renamed = make_dataclass("Grit", fields, frozen=True, namespace={"name": "grain", "revision": 1})
    revised = make_dataclass("Grain", fields, frozen=True, namespace={"name": "grain", "revision": 2})
    assert len({digest(Grain()), digest(renamed()), digest(revised())}) == 3


def test_a_component_inside_counts_with_all_its_fields() -> None:
    assert digest(Nest(Grain(2.0))) != digest(Nest())
    assert digest(Nest(Grain(1.5))) == digest(Nest())


def test_weights_count_by_their_sha256_and_not_by_their_path() -> None:
    retrained = Nest()
    object.__setattr__(retrained, "weight_digests", ("cd34",))
    assert digest(retrained) != digest(Nest())
    assert digest(Nest(weights="there.bin")) == digest(Nest())


def test_only_what_a_caller_may_set_is_settable() -> None:
    assert [f.name for f in settable(Nest)] == ["grain", "weights"]


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[None]:
    """A package that adds the rows 'foreign' and 'thing' to the table, as pip would install it."""
    (tmp_path / "foreign_things.py").write_text(
        "from dataclasses import dataclass\n"
        "@dataclass(frozen=True)\n"
        "class Foreign:\n"
        "    name = 'foreign'\n"
        "    revision = 1\n"
        "    depth: int = 3\n"
    )
    metadata = tmp_path / "foreign_things-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: foreign_things\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(
        "[lookalike.things]\nforeign = foreign_things:Foreign\nthing = foreign_things:Foreign\n"
    )
    sys.path.append(str(tmp_path))
    importlib.invalidate_caches()
    yield
    sys.path.remove(str(tmp_path))
    sys.modules.pop("foreign_things", None)


def test_another_package_adds_rows(installed: None) -> None:
    assert list(THINGS) == ["foreign", "grain", "nest", "thing"]
    foreign = THINGS.make("foreign", {"depth": "5"})
    assert foreign.depth == 5
    assert THINGS.restore(configuration(foreign)) == foreign


def test_another_package_cannot_take_a_name_that_is_ours(installed: None) -> None:
    assert type(THINGS.make("thing")) is Thing


def test_nothing_is_imported_before_it_is_asked_for(installed: None) -> None:
    list(THINGS)
    THINGS.load("grain")
    assert "foreign_things" not in sys.modules
    THINGS.load("foreign")
    assert "foreign_things" in sys.modules


def test_a_component_is_spelled_with_its_settings() -> None:
    assert THINGS.spelled("grain") == Grain()
    assert THINGS.spelled("thing:count=3:sides=4,5") == Thing(count=3, sides=(4, 5))
    with pytest.raises(BadSetting, match="'thing:count' names no thing: write NAME or NAME:FIELD=VALUE"):
        THINGS.spelled("thing:count")
    assert THINGS.spelled("thing:count=3:deep=yes", {"count": "4"}) == Thing(count=4, deep=True)


@pytest.mark.parametrize(
    ("thing", "words"),
    [
        (Thing(), "thing"),
        (Thing(threads=4), "thing"),
        (Thing(sides=(4, 5), deep=True), "thing:deep=true:sides=4,5"),
        (Thing(count=3, scale=0.25, label="", level=2), "thing:count=3:scale=0.25:label=:level=2"),
        (Thing(scale=1e-7, limit=9), "thing:scale=1e-07:limit=9"),
    ],
)
def test_a_component_is_written_as_it_is_spelled(thing: Thing, words: str) -> None:
    """Only what is not the default, and what can change the output."""
    assert spelling(thing) == words
    assert digest(THINGS.spelled(words)) == digest(thing)


def test_what_is_none_is_spelled_where_it_is_not_the_default() -> None:
    limited: Any = make_dataclass(
        "Limited",
        [("limit", "int | None", field(default=3)), ("sides", "tuple[int, ...]", field(default_factory=tuple))],
    )
    limited.name = "limited"
    assert spelling(limited()) == "limited"
    assert spelling(limited(limit=None, sides=(1,))) == "limited:limit=none:sides=1"


@dataclass(frozen=True)
class Secret:
    """A value that writes itself."""

    word: str

    @property
    def digest(self) -> str:
        return self.word[:1]

    def to_text(self) -> str:
        return self.word

    @classmethod
    def from_text(cls, text: str) -> Secret:
        if not text:
            raise ValueError("no word")
        return cls(text)


@dataclass(frozen=True)
class Keeper:
    """A component with such a value in it."""

    name: ClassVar[str] = "keeper"
    revision: ClassVar[int] = 1
    secret: Secret | None = None


def test_a_value_that_writes_itself_comes_back_and_counts_by_its_digest() -> None:
    keepers: Table[Any] = Table("keeper", {"keeper": f"{HERE}:Keeper"})
    for keeper in (Keeper(), Keeper(Secret("open"))):
        assert keepers.restore(configuration(keeper)) == keeper
    assert digest(Keeper(Secret("open"))) == digest(Keeper(Secret("other"))) != digest(Keeper(Secret("shut")))
    assert digest(Keeper()) != digest(Keeper(Secret("open")))
    assert spelling(Keeper(Secret("open"))) == "keeper"
    with pytest.raises(BadSetting, match=r"keeper\.secret"):
        keepers.make("keeper", {"secret": ""})
