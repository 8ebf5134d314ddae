"""A library in a database of PostgreSQL answers as one in a folder does."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import lookalike
from lookalike import Library
from lookalike.errors import BadQuery
from lookalike.facts import Judgement
from lookalike.search.ingest.options import Options, Progress
from lookalike.search.results import Results
from lookalike.store import open_store
from lookalike.types import SPACE_KINDS


@pytest.fixture
def pictures(folder: Path) -> Path:
    """Five different ones, copies of three, a part of one, two frames, one with facts, and one that is none."""
    whole = Image.open(folder / "0.png").resize((640, 480))
    whole.save(folder / "large.png")
    whole.save(folder / "large.jpg", quality=70)
    whole.crop((100, 60, 500, 420)).save(folder / "part.png")
    Image.open(folder / "1.png").save(folder / "1 again.bmp")
    frames = [Image.open(folder / f"{number}.png") for number in (2, 3)]
    frames[0].save(folder / "moving.gif", save_all=True, append_images=frames[1:])
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Maker", "Model 7"
    exif.get_ifd(0x8769)[0x9003] = "2021:05:17 10:00:00"
    Image.open(folder / "4.png").save(folder / "told.jpg", exif=exif)
    (folder / "none.jpg").write_text("no picture")
    (folder / os.fsdecode(b"odd \xff.png")).write_bytes((folder / "4.png").read_bytes())
    return folder


@pytest.fixture
def on_a_server(new_database: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    monkeypatch.setenv("LOOKALIKE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    with lookalike.open(new_database()) as opened:
        yield opened


def answers(results: Results) -> list[tuple[Any, ...]]:
    """All that is told of each, the id of its content aside."""
    return [
        (a.record.path, a.score, a.relation, dict(a.channels), a.why, a.box, np.asarray(a.transform).tolist())
        for a in results
    ]


def told(library: Library, folder: Path) -> dict[str, Any]:
    """What a library says of its pictures, asked in many ways."""
    status = library.status()
    return {
        "status": (
            status.images,
            status.failed,
            [(s.name, s.space, s.vectors, s.index) for s in (*status.spaces, *status.local)],
            status.planes,
        ),
        "copy": answers(library.search(folder / "large.jpg", k=20)),
        "each": [answers(library.search(folder / f"{number}.png", k=20)) for number in range(5)],
        "filtered": answers(library.search(folder / "0.png", where="name = *.png and width >= 64 and not label = b*")),
        "words": answers(library.search("words:again", k=5)),
        "colour": answers(library.search("colour:teal", k=5)),
        "copies": [[member.path for member in group.members] for group in library.dupes("part")],
        "records": [(r.path, r.stamp, r.content, r.labels, r.facts, r.object) for r in library.records()],
        "taken": [r.path for r in library.records("camera = *model* and taken = 2021-05")],
        "failures": library.store.failures(),
        "verify": library.verify(),
    }


def test_answers_are_those_of_a_library_in_a_folder(library: Library, on_a_server: Library, pictures: Path) -> None:
    both = (library, on_a_server)
    options = Options(workers=1)  # of two, now the one and now the other is first
    reports = [each.index(pictures, describers=["phash", "histogram"], options=options) for each in both]
    assert reports[0].failed == reports[1].failed == 1
    for each in both:
        each.labels.add([pictures / "0.png", pictures / "1.png"], "box", "price=3.50")
        each.objects.add([pictures / "0.png", pictures / "part.png"], "mug")
    expected = told(library, pictures)
    assert [part for part in ("copy", "filtered", "words", "copies", "taken", "failures") if not expected[part]] == []
    assert told(on_a_server, pictures) == expected
    for each in both:
        assert each.index(pictures).unchanged == reports[0].added
        assert each.forget([pictures / "large.png", pictures / "none.jpg"]) == 2
        each.compact()
    assert told(on_a_server, pictures) == told(library, pictures)


def test_what_was_resolved_is_undone(on_a_server: Library, pictures: Path, tmp_path: Path) -> None:
    on_a_server.index(pictures, describers=["phash"], local=False, planes=False)
    before = sorted(pictures.iterdir())
    resolution = on_a_server.dupes("identical").resolve(action="move", into=tmp_path / "aside")
    assert len(before) - len(list(pictures.iterdir())) == 2, resolution
    assert on_a_server.folder.is_dir()
    on_a_server.undo()
    assert sorted(pictures.iterdir()) == before


def test_the_files_of_indexes_are_in_the_cache_and_of_another_database_are_not_taken(
    on_a_server: Library, new_database: Callable[[], str], pictures: Path, tmp_path: Path
) -> None:
    on_a_server.index(pictures / "0.png", describers=["phash"], local=False)
    on_a_server.build_indexes()
    assert list((tmp_path / "cache").rglob("phash-*.faiss"))
    with lookalike.open(new_database()) as other:
        other.index(pictures / "1.png", describers=["phash"], local=False)
        assert other.location.cache != on_a_server.location.cache
        space = other.store.spaces()[0]
        assert other.store.generation(space) != on_a_server.store.generation(space)


def rows(library: Library) -> dict[str, Any]:
    """All that a library keeps, by what tells contents apart, whatever their ids."""
    store = library.store
    names = {record.id: record.content.sha256 for record in store.records()}
    judges = {
        judge: (
            [names[id] for id in store.compared(judge).tolist()],
            [replace(pair, a=names[pair.a], b=names[pair.b]) for pair in store.relations(judge)],
        )
        for judge in store.judges()
    }
    vectors = {
        space: {
            names[id]: row.tobytes()
            for ids, rows in store.vectors(space)
            for id, row in zip(ids.tolist(), rows, strict=True)
        }
        for kind in ("vectors", "planes")
        for space in store.spaces(kind)
    }
    frames = {
        space: [
            (names[id], number, row.tobytes())
            for part in store.frames(space)
            for id, number, row in zip(*part, strict=True)
        ]
        for space in store.spaces()
    }
    return {
        "order": list(dict.fromkeys(names.values())),
        "vectors": vectors,
        "frames": frames,
        "local": [[(names[id], row) for id, row in store.packed(space)] for space in store.spaces("local")],
        "configurations": [store.configuration(space) for kind in SPACE_KINDS for space in store.spaces(kind)],
        "judges": judges,
        "facts": (list(store.facts.of_contents()), list(store.facts.of_sidecars())),
        "people": (store.labels.all(), store.objects.all(), store.lessons.judgements(), store.lessons.profiles()),
        "calibrations": store.calibrations(),
    }


@pytest.fixture
def rich(library: Library, pictures: Path) -> Library:
    """A library with something of everything that one can keep."""
    (pictures / "4.xmp").write_text(
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="4"/></rdf:RDF></x:xmpmeta>'
    )
    library.index(pictures, describers=["phash", "histogram"])
    library.labels.add([pictures / "0.png", pictures / "1.png"], "box", "price=3.50")
    library.objects.add([pictures / "0.png", pictures / "part.png"], "mug")
    library.dupes("part")
    with closing(open_store(library.location)) as store, store.writing(), store.transaction():
        store.put_calibration("key", "text")
        store.lessons.put_profile("goods", "{}")
        store.lessons.judge([Judgement("question", "0" * 64, True)])
    return library


def test_a_copy_there_and_back_holds_the_same_and_answers_the_same(
    rich: Library, on_a_server: Library, pictures: Path, tmp_path: Path
) -> None:
    kept, expected = rows(rich), told(rich, pictures)
    assert [part for part, found in kept.items() if not found] == []
    assert all(kept["frames"].values())
    copied = rich.copy_to(on_a_server.location)
    assert (copied.added, copied.files, copied.changed, copied.interrupted) == (len(rich), len(rich), False, False)
    with lookalike.open(tmp_path / "back") as back:
        on_a_server.copy_to(tmp_path / "back")
        for copy in (on_a_server, back):
            assert rows(copy) == kept
            assert told(copy, pictures) == expected
            again = rich.copy_to(copy.location)
            assert (again.added, again.rows) == (0, 0)


@pytest.mark.parametrize("commits", [0, 1, 3, 6])
def test_a_copy_that_was_stopped_goes_on(rich: Library, on_a_server: Library, pictures: Path, commits: int) -> None:
    steps: list[Progress] = []
    stopped = rich.copy_to(
        on_a_server.location, Options(on_commit=steps.append, should_stop=lambda: len(steps) >= commits)
    )
    assert stopped.interrupted
    steps.clear()
    rest = rich.copy_to(on_a_server.location, Options(on_commit=steps.append))
    assert stopped.added + rest.added == len(rich)
    assert stopped.rows + rest.rows == steps[-1].total - len(rich)
    assert steps[-1].committed == steps[-1].total
    assert rows(on_a_server) == rows(rich)


def test_what_holds_other_pictures_is_not_copied_into(rich: Library, on_a_server: Library, folder: Path) -> None:
    on_a_server.add({"shop:1": np.zeros((64, 64, 3), np.uint8)}, describers=["phash"])
    with pytest.raises(BadQuery, match="holds 'shop:1', which the one to copy does not"):
        rich.copy_to(on_a_server.location)
    assert len(on_a_server) == 1
    with pytest.raises(BadQuery, match="into itself"):
        rich.copy_to(rich.folder)
