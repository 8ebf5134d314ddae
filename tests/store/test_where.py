from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lookalike.errors import BadQuery
from lookalike.store.matching import passes
from lookalike.store.memory import MemoryStore
from lookalike.store.sqlite import SQLiteStore
from lookalike.store.where import parse
from lookalike.types import Content, Record, Stamp


def record(
    path: str = "/photos/me/holiday/IMG 1.jpg",
    size: tuple[int, int] = (1200, 800),
    format: str = "jpeg",
    bytes: int = 300_000,
    taken: str | None = "2021-05-17T10:00:00",
) -> Record:
    stamp = Stamp(bytes, int(datetime(2019, 3, 4, 12).timestamp() * 1e9), 1, 1)
    return Record(path, stamp, Content("00", bytes, size, format, taken), 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("width = 1200", True),
        ("width > 1200", False),
        ("width>=1200 and height<801", True),
        ("pixels > 0.9M", True),
        ("bytes < 300kB", False),
        ("bytes <= 300kB", True),
        ("bytes > 292KiB", True),
        ("format = jpg", True),
        ("format != PNG", True),
        ("path = holiday/*", True),
        ("path = 'me/*/IMG 1.jpg'", True),
        ("path = /photos/*", True),
        ("path = day/*", False),
        ("path = *.png", False),
        ('name = "IMG ?.jpg"', True),
        ("name = img*", False),
        ("date = 2021", True),
        ("date = 2021-05-17", True),
        ("date > 2021", False),
        ("date >= 2021-05", True),
        ("date < 2021-06", True),
        ("date <= 2021-05", True),
        ("not width = 1200", False),
        ("NOT width = 1 AND height = 1", False),
        ("not (width = 1 and height = 1)", True),
        ("width = 1 or height = 800 and format = jpeg", True),
        ("(width = 1 or height = 800) and format = png", False),
        ("not not width = 1200", True),
    ],
)
def test_the_language_means_what_it_says(text: str, expected: bool) -> None:
    assert passes(parse(text).expression, record()) is expected


def test_without_an_exif_date_the_file_was_written_then() -> None:
    assert passes(parse("date = 2019-03-04").expression, record(taken=None))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "does not parse"),
        ("width", "does not parse"),
        ("width = 1 and", "does not parse"),
        ("width = 1 height = 2", "at character 11"),
        ("(width = 1", "does not parse"),
        ("wide = 1", "no field 'wide'"),
        ("width = wide", "compared with a number"),
        ("date = yesterday", "compared with a year"),
        ("name < a", "by = or !="),
        ("format > png", "by = or !="),
        ("width = 1; drop table contents", "at character 12"),
    ],
)
def test_what_makes_no_sense_is_told(text: str, told: str) -> None:
    with pytest.raises(BadQuery, match=told):
        parse(text)


@pytest.mark.parametrize("text", ["(" * 10_000 + "width = 1" + ")" * 10_000, "not " * 10_000 + "width = 1"])
def test_a_filter_nested_too_deeply_is_refused(tmp_path: Path, text: str) -> None:
    store = SQLiteStore.create(tmp_path)
    with pytest.raises(BadQuery, match="nested too deeply"):
        store.ids(text)
    store.close()


names = st.text("ab/ .[]*?'\"%_\udcff", min_size=1, max_size=6)
sizes = st.integers(1, 4)
records = st.builds(
    record,
    path=names.map(lambda name: f"/{name}"),
    size=st.tuples(sizes, sizes),
    format=st.sampled_from(["jpeg", "png"]),
    bytes=sizes,
    taken=st.sampled_from([None, "2019-03-04T12:00:00", "2021-05-17T10:00:00", "2021-06-01T00:00:00"]),
)
operators = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
equality = st.sampled_from(["=", "!="])
patterns = st.text("ab/.*?[]", min_size=1, max_size=4).filter(lambda text: "'" not in text)
comparisons = st.one_of(
    st.tuples(st.sampled_from(["width", "height", "pixels", "bytes"]), operators, sizes.map(str)),
    st.tuples(st.just("date"), operators, st.sampled_from(["2019", "2021-05", "2021-05-17"])),
    st.tuples(st.just("format"), equality, st.sampled_from(["jpg", "png"])),
    st.tuples(st.sampled_from(["path", "name"]), equality, patterns.map(lambda text: f"'{text}'")),
).map(" ".join)
filters = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        inner.map(lambda text: f"not ({text})"),
        st.tuples(inner, st.sampled_from([" and ", " or "]), inner).map(lambda parts: f"({''.join(parts)})"),
    ),
    max_leaves=5,
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=st.lists(records, max_size=6, unique_by=lambda each: each.path), text=filters)
def test_both_stores_agree_on_every_filter(
    tmp_path_factory: pytest.TempPathFactory, found: list[Record], text: str
) -> None:
    ids = []
    for store in (MemoryStore(), SQLiteStore.create(Path(tmp_path_factory.mktemp("library")))):
        contents = [
            Content(f"{number:064x}", r.content.bytes, r.content.size, r.content.format, r.content.taken)
            for number, r in enumerate(found)
        ]
        with store.writing(), store.transaction():
            store.put_contents(contents)
            store.put_records([(r.path, r.stamp, c.sha256) for r, c in zip(found, contents, strict=True)])
        ids.append(store.ids(text).tolist())
        store.close()
    assert ids[0] == ids[1]
