"""Names to classes, and components to digests: the one mechanism of configuration, persistence and versions.

A component is a frozen dataclass whose fields are its whole configuration. A field that cannot change the output
(threads, batch size, a path) is `field(compare=False)`. A component that carries weights says so in `weight_digests`,
the sha256 of each weight file. A field may hold what was fitted, as a `Written` value.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import hashlib
import importlib
import json
import math
import types
import typing
from collections.abc import Iterator, Mapping
from importlib.metadata import entry_points
from typing import Any, Generic, Literal, Protocol, TypeVar, runtime_checkable

from lookalike.errors import BadSetting, MissingExtra, UnknownName

T = TypeVar("T")

RESTORED = 64
"""Components of a table that are held by the text they were restored from."""


@runtime_checkable
class Written(Protocol):
    """A value that a field may hold beside plain ones: long to write, short to tell apart."""

    @property
    def digest(self) -> str: ...

    def to_text(self) -> str: ...

    @classmethod
    def from_text(cls, text: str) -> Written:
        """Raises ValueError where it is none that `to_text` wrote."""
        ...


class Table(Generic[T]):
    """Name -> class, as 'package.module:Class'; nothing is imported until asked for.

    Other packages add rows by entry points of the group `lookalike.<kind>s`. Rows `apart` are made when they are named,
    and not told among the others: they need something of the user's. `extra` brings the packages that all rows need.
    """

    def __init__(
        self, kind: str, rows: Mapping[str, str], apart: Mapping[str, str] | None = None, extra: str = ""
    ) -> None:
        self.kind = kind
        self._extra = extra
        self._rows = dict(rows)
        self._apart = dict(apart or {})
        self._restored: dict[str, T] = {}

    @property
    def apart(self) -> tuple[str, ...]:
        """Names of the rows that are not told."""
        return tuple(self._apart)

    def _all(self) -> dict[str, str]:
        foreign = {point.name: point.value for point in entry_points(group=f"lookalike.{self.kind}s")}
        return foreign | self._rows

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._all()))

    def load(self, name: str) -> type[T]:
        """The class of that name, imported now; raises `MissingExtra` where packages of the extra are not here."""
        own = self._rows | self._apart
        rows = own if name in own else self._all() | self._apart
        if name not in rows:
            raise UnknownName(self.kind, name, rows)
        module, _, attribute = rows[name].partition(":")
        return typing.cast(type[T], getattr(self._imported(module), attribute))

    def _imported(self, module: str) -> types.ModuleType:
        try:
            return importlib.import_module(module)
        except ModuleNotFoundError as error:
            if not self._extra or (error.name or "").partition(".")[0] == "lookalike":
                raise
            raise MissingExtra(
                f"a {self.kind} needs {error.name}: install lookalike[{self._extra}]: "
                f"pip install 'lookalike[{self._extra}]'"
            ) from error

    def make(self, name: str, settings: Mapping[str, object] | None = None) -> T:
        """The component of that name, its fields set; a text is read as the type of its field."""
        component = self.load(name)
        hints = typing.get_type_hints(component)
        fields = {f.name: f.name for f in settable(component)}
        by_any_name = {_key(f): f.name for f in settable(component)} | fields
        values = {}
        for key, value in (settings or {}).items():
            if key not in by_any_name:
                raise BadSetting(f"{name} has no field {key!r}; its fields: {', '.join(fields) or 'none'}")
            values[by_any_name[key]] = _read(f"{name}.{key}", value, hints[by_any_name[key]])
        try:
            return component(**values)
        except ValueError as error:
            raise BadSetting(f"{name}: {error}") from error

    def spelled(self, words: str, settings: Mapping[str, object] | None = None) -> T:
        """The component of NAME or NAME:FIELD=VALUE:FIELD=VALUE, as `spelling` writes it; `settings` outdo those."""
        name, *fields = words.split(":")
        pairs = [field.partition("=") for field in fields]
        if not all(sign for _, sign, _ in pairs):
            raise BadSetting(f"{words!r} names no {self.kind}: write NAME or NAME:FIELD=VALUE")
        return self.make(name, {field: value for field, _, value in pairs} | dict(settings or {}))

    def restore(self, text: str) -> T:
        """The component that `configuration` wrote; of the same text the same one, since each question asks for it.

        Not of rows apart, whose files may have changed.
        """
        if text in self._restored:
            return self._restored[text]
        document = json.loads(text)
        component = self.make(document["name"], document["fields"])
        if document["name"] not in self._apart:
            if len(self._restored) >= RESTORED:
                self._restored.clear()
            self._restored[text] = component
        return component


def formerly(key: str) -> dict[str, str]:
    """Metadata of a field that was called `key`: digests and stored configurations keep that name."""
    return {"key": key}


def later() -> dict[str, bool]:
    """Metadata of a field that came later: with its default, digests and stored configurations are as before it."""
    return {"later": True}


def settable(component: Any) -> list[dataclasses.Field[Any]]:
    """The fields that a caller may set, of a component or its class."""
    return [f for f in dataclasses.fields(component) if f.init]


def configuration(component: Any) -> str:
    """The JSON from which `Table.restore` makes an equal component."""
    hints = _hints(component.__class__)
    fields = {
        _key(f): _written(_canonical(f, getattr(component, f.name), hints))
        for f in settable(component)
        if _counts(f, component)
    }
    return json.dumps({"name": component.name, "fields": fields}, sort_keys=True)


def spelling(component: Any) -> str:
    """NAME:FIELD=VALUE:FIELD=VALUE of the fields that are not the defaults, as `Table.spelled` reads it.

    NAME alone where all are; what was fitted, and what cannot change the output, is left out.
    """
    values = {f: getattr(component, f.name) for f in settable(component) if f.compare}
    told = [
        f"{f.name}={_spelled(value)}"
        for f, value in values.items()
        if value != _default(f) and not isinstance(value, Written)
    ]
    return ":".join([component.name, *told])


def digest(component: Any) -> str:
    """16 hex digits that change with everything that can change the component's output, and with nothing else.

    The class counts by its bare name, so that moving a file does not make a new space.
    """
    return hashlib.sha256(json.dumps(_identity(component), sort_keys=True).encode()).hexdigest()[:16]


def _identity(component: Any) -> dict[str, Any]:
    hints = _hints(component.__class__)
    return {
        "class": type(component).__qualname__,
        "revision": component.revision,
        "fields": {
            _key(f): _plain(_canonical(f, getattr(component, f.name), hints))
            for f in dataclasses.fields(component)
            if _counts(f, component)
        },
        "weights": list(getattr(component, "weight_digests", ())),
    }


@functools.cache
def _hints(component: type) -> Mapping[str, Any]:
    """Types of the fields, which are compiled from text: a question asks for them hundreds of times."""
    return typing.get_type_hints(component)


def _counts(field: dataclasses.Field[Any], component: Any) -> bool:
    """Whether a field is told in digests and stored configurations."""
    unsaid = field.metadata.get("later", False) and getattr(component, field.name) == _default(field)
    return field.compare and not unsaid


def _key(field: dataclasses.Field[Any]) -> str:
    """The name of a field in digests and stored configurations."""
    return str(field.metadata.get("key", field.name))


def _canonical(field: dataclasses.Field[Any], value: Any, hints: Mapping[str, Any]) -> Any:
    """One form of equal values, since JSON tells 3 from 3.0: the default's own form, else the field's type."""
    default = _default(field)
    if default is not dataclasses.MISSING and type(value) is not bool and value == default:
        return default
    plain = value.item() if hasattr(value, "dtype") and not getattr(value, "shape", ()) else value
    return float(plain) if hints.get(field.name) is float and type(plain) is int else plain


def _written(value: Any) -> Any:
    """A value as `_read` reads it."""
    return value.to_text() if isinstance(value, Written) else _plain(value)


def _default(field: dataclasses.Field[Any]) -> Any:
    return field.default if field.default_factory is dataclasses.MISSING else field.default_factory()


def _spelled(value: Any) -> str:
    if isinstance(value, (tuple, list)):
        return ",".join(map(_spelled, value))
    return str(value).lower() if value is None or isinstance(value, bool) else str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Written):
        return value.digest
    if dataclasses.is_dataclass(value):
        return _identity(value)
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    return value


def _read(where: str, value: object, kind: Any) -> object:
    """`value`, or its text, as `kind`: bool, int, float, str, Literal, tuple, `Written`, or a union of these."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return _read_first(where, value, arguments)
    if kind is types.NoneType and value in (None, "none"):
        return None
    if origin is Literal:
        for choice in arguments:
            if value == choice or value == str(choice):
                return choice
        raise BadSetting(f"{where} takes one of {', '.join(map(str, arguments))}, not {value!r}")
    if origin is tuple and isinstance(value, (str, tuple, list)):
        items = value.split(",") if isinstance(value, str) else value
        return tuple(_read(where, item, arguments[0]) for item in items)
    if kind is bool and str(value).lower() in ("true", "false", "yes", "no"):
        return str(value).lower() in ("true", "yes")
    if hasattr(kind, "from_text"):
        if isinstance(value, kind):
            return value
        with contextlib.suppress(ValueError):
            if isinstance(value, str):
                return kind.from_text(value)
    if kind in (int, float, str) and not isinstance(value, bool):
        with contextlib.suppress(TypeError, ValueError, OverflowError):
            read = kind(value)
            exact = kind is not int or not isinstance(value, float)
            finite = kind is not float or math.isfinite(read)  # JSON has no other, and NaN is not even itself
            if exact and finite:
                return read
    raise BadSetting(f"{where} takes {_in_words(kind)}, not {value!r}")


def _read_first(where: str, value: object, kinds: tuple[Any, ...]) -> object:
    for kind in sorted(kinds, key=lambda k: k is str):  # text reads as anything, so it is tried last
        try:
            return _read(where, value, kind)
        except BadSetting:
            continue
    raise BadSetting(f"{where} takes {' or '.join(map(_in_words, kinds))}, not {value!r}")


def _in_words(kind: Any) -> str:
    """Words for the values that a person may write for a field of that type."""
    if typing.get_origin(kind) is Literal:
        return f"one of {', '.join(map(str, typing.get_args(kind)))}"
    words = {int: "a whole number", float: "a number", bool: "yes or no", str: "a text", types.NoneType: "none"}
    return words.get(kind, getattr(kind, "__name__", str(kind)))
