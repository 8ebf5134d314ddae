"""Captions that teach a library words: kept where they help, and not where they do not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lookalike import Library
from lookalike.errors import BadQuery, SpaceMismatch
from lookalike.search.caption_table import captions_in
from lookalike.search.teach_words import LEAST, _Pairs, _tried

KINDS = {"zorp": (200, 40, 40), "quib": (40, 180, 60), "flom": (50, 60, 200), "drax": (220, 200, 60)}
"""Words that no class name knows, and a colour of each."""


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def pairs(*, told: bool) -> _Pairs:
    """150 pictures of 12 kinds whose captions tell the kind, or do not; class names never do."""
    rng = np.random.default_rng(0)
    kind = rng.permutation(np.arange(150) % 12)
    seen = np.abs(rng.normal(size=(12, 1280)))[kind] + 0.3 * np.abs(rng.normal(size=(150, 1280)))
    owner = np.repeat(np.arange(150), 2)
    of = kind[owner] if told else rng.permutation(kind[owner])
    sentences = rng.normal(size=(12, 384))[of] + 0.5 * rng.normal(size=(300, 384))
    return _Pairs(unit(seen), unit(rng.normal(size=(150, 384))), unit(sentences), owner)


def test_captions_that_tell_what_is_seen_are_kept_and_the_gain_is_on_pictures_left_out() -> None:
    lesson = _tried(pairs(told=True), 3, np.random.default_rng(0))
    assert (lesson.pictures, lesson.captions, lesson.unknown) == (150, 300, 3)
    assert lesson.labels.ten < 0.15
    assert 0.4 < lesson.fitted.ten < 0.95  # of its kind are twelve: no fit that cheats would stop here
    assert lesson.gain[0] == pytest.approx(lesson.fitted.ten - lesson.labels.ten)
    assert lesson.gain[1] > 0
    assert lesson.kept


def test_captions_of_other_pictures_are_not_kept() -> None:
    lesson = _tried(pairs(told=False), 0, np.random.default_rng(0))
    assert not lesson.kept
    assert lesson.gain[1] <= 0


@pytest.fixture
def kinds(tmp_path: Path) -> Path:
    """120 grainy pictures of four colours, and a table of captions."""
    folder = tmp_path / "kinds"
    (folder / "images").mkdir(parents=True)
    lines = ["path,caption"]
    for at in range(120):
        word = list(KINDS)[at % 4]
        grain = np.random.default_rng(at).integers(-40, 40, (12, 12, 3))
        pixels = np.clip(np.array(KINDS[word]) + grain, 0, 255).astype(np.uint8)
        Image.fromarray(pixels).resize((48, 48), Image.Resampling.NEAREST).save(folder / "images" / f"{at}.png")
        lines.append(f'{at}.png,"a {word}, number {at}"')
    (folder / "captions.csv").write_text("\n".join(lines) + "\n")
    return folder


def test_a_taught_library_finds_by_its_owners_words(library: Library, kinds: Path, reads_english: None) -> None:
    kept = ("convnet", "class_words")
    library.index(sorted((kinds / "images").glob("*.png"))[:-10], describers=kept, local=False, planes=False)
    lesson = library.teach_words(kinds / "captions.csv")
    assert (lesson.pictures, lesson.unknown) == (110, 10)
    assert lesson.kept
    library.index(kinds / "images")  # later ones are described by what was taught
    results = library.search("text:a flom", k=20)
    assert results.weights == {"taught_words": 10.0, "class_words": 1.0}
    assert np.mean([int(Path(one.path).stem) % 4 == 2 for one in results]) > 0.8
    assert results[0].why.startswith("seen as ")
    assert len(library.vectors("taught_words").ids) == 120
    described = library.describe([one.path for one in results[:1]])["taught_words"]
    at = library.vectors("taught_words").ids.tolist().index(results[0].record.id)
    np.testing.assert_allclose(library.vectors("taught_words").array[at], described[0], atol=1e-4)
    again = captions_in(kinds / "captions.csv")[5:]
    assert library.teach_words(again).kept
    assert [space.name for space in library.store.spaces()].count("taught_words") == 1
    assert library.forget_words()
    assert not library.forget_words()
    assert library.search("text:a flom", k=1).weights == {"class_words": 1.0}


def test_too_few_captions_are_counted(library: Library, folder: Path) -> None:
    library.index(folder, describers=("convnet", "class_words"), local=False, planes=False)
    captions = [(folder / "1.png", "one"), (folder / "2.png", "two"), (folder / "none.png", "three")]
    with pytest.raises(BadQuery, match=f"2 pictures .*{LEAST} or more; 1 captions name files"):
        library.teach_words(captions)


def test_a_library_without_the_rows_that_are_needed_says_what_to_run(filled: Library) -> None:
    with pytest.raises(SpaceMismatch, match="index PATH --describer convnet"):
        filled.teach_words([])


# tables


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", b"a.png,one\nb.png,two\n"),
        ("t.csv", b"image,caption\na.png,one\nb.png,two\n"),
        ("t.csv", b"\xef\xbb\xbfpath,caption\r\na.png,one\r\nb.png,two\r\n"),
        ("t.csv", "id,Title,File\n7,one,a.png\n8,two,b.png\n".encode("utf-16")),
        ("t.tsv", b"a.png\tone\n\nb.png\ttwo\nc.png\t \nonly\n"),
    ],
    ids=["bare", "with heads", "with a mark", "UTF-16 and other columns", "tabs, empty and short lines"],
)
def test_tables_are_read_as_people_save_them(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    assert captions_in(tmp_path / name) == [(str(tmp_path / "a.png"), "one"), (str(tmp_path / "b.png"), "two")]


@pytest.mark.parametrize(
    "content", [b"", b"a.png\n", b"\xe4\xf6\xfc,x\n", b"path,caption\n", b'a.png,"' + b"x" * 200_000]
)
def test_a_table_that_is_none_says_what_one_is(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(BadQuery, match=r"t\.csv"):
        captions_in(tmp_path / "t.csv")


def test_a_table_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadQuery, match="cannot be read: No such file"):
        captions_in(tmp_path / "none.csv")
