"""The pipeline from a query to results: relations are known before answers are ordered, cut and folded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import skimage.data
from numpy.typing import NDArray
from PIL import Image

from lookalike import Library, Results, Weighted
from lookalike.describe import DESCRIBERS
from lookalike.errors import BadQuery
from lookalike.search.query.parts import Pictures, Text, is_plain
from lookalike.search.query.query import Query
from lookalike.search.query.source import sample
from lookalike.search.ranking.channels import Channel, mean_alike
from lookalike.types import Picture, Space, Vectors


def refuse(data: bytes, min_side: int | None) -> Picture:
    raise AssertionError("an array needs no decoder")


def pictures(*arrays: NDArray[np.uint8]) -> Pictures:
    return Pictures([sample(array, decode=refuse) for array in arrays])


def plain(red: int, green: int, blue: int) -> NDArray[np.uint8]:
    return np.full((48, 64, 3), (red, green, blue), np.uint8)


@dataclass(frozen=True)
class Reader:
    """Describes a text by its length."""

    name = "reader"
    revision = 1
    compares = "length"
    source = "made for this test"
    unrelated = 0.0
    space = Space("reader", "0", 1, "l2")
    min_side = 8

    def describe(self, pictures: Sequence[Picture]) -> Vectors:
        return np.zeros((len(pictures), 1), np.float32)

    def describe_text(self, texts: Sequence[str]) -> Vectors:
        return np.array([[len(text)] for text in texts], np.float32)


def test_an_identical_picture_comes_before_its_copies_whatever_they_score(library: Library, tmp_path: Path) -> None:
    photo = Image.fromarray(skimage.data.coffee()).resize((700, 466))
    folder = tmp_path / "photos"
    folder.mkdir()
    photo.resize((350, 233)).save(folder / "0_half.png")
    photo.save(folder / "1_other_codec.jpg", quality=97)
    photo.save(folder / "9_original.png")
    photo.save(tmp_path / "asked.webp", lossless=True)
    library.index(folder, describers=["phash", "histogram"], planes=False)
    results = library.search(tmp_path / "asked.webp")
    assert [answer.relation for answer in results] == ["identical", "copy", "copy"]
    assert results[0].record.path.endswith("9_original.png")
    for few in (library.search(tmp_path / "asked.webp", k=1), library.search(tmp_path / "asked.webp", collapse=True)):
        assert few[0].relation == "identical"


def test_a_query_is_refused_where_its_parts_do_not_go_together() -> None:
    for fields in (
        {},
        {"views": ("a.png",), "k": 0},
        {"views": ("a.png",), "verify": -1},
        {"views": ("a.png", "b.png"), "crop": (0, 0, 5, 5)},
        {"colours": ("colour:teal",), "crop": (0, 0, 5, 5)},
        {"views": ("a.png",), "orientations": True, "precision": 0.9},
        {"texts": (" ",)},
    ):
        with pytest.raises(BadQuery):
            Query(**fields)  # type: ignore[arg-type]


def test_results_carry_their_query_and_slices_are_results(filled: Library, folder: Path) -> None:
    query = Query((folder / "2.png",), k=3)
    results = filled.answer(query)
    assert results.query is query
    assert isinstance(results[:2], Results)
    assert [one.record.path for one in results[:2]] == [one.record.path for one in list(results)[:2]]
    assert "<!doctype html>" in results[:1].to_html().lower()


def test_a_list_of_sources_is_several_views_and_a_list_of_channels_counts_alike(filled: Library, folder: Path) -> None:
    several = filled.search([folder / "1.png", folder / "3.png"], by=["phash", "histogram"])
    assert {Path(one.record.path).name for one in several[:2]} == {"1.png", "3.png"}
    assert several.weights == {"phash": 1.0, "histogram": 1.0}


def test_a_channel_without_a_vector_abstains_and_its_weight_is_shared() -> None:
    first, second = (Channel(DESCRIBERS.make(name), weight) for name, weight in (("phash", 3.0), ("histogram", 1.0)))
    floor = np.float32(second.describer.unrelated)
    scores = mean_alike(
        {first: np.array([np.nan, 1, np.nan], np.float32), second: np.array([1, floor, np.nan], np.float32)}
    )
    assert scores == pytest.approx([1, 0.75, 0])


def test_of_a_plain_picture_only_describers_of_colours_speak() -> None:
    assert is_plain(Picture(plain(10, 20, 30), (64, 48)))
    lined = plain(10, 20, 30)
    lined[:, 31] = 90
    assert not is_plain(Picture(lined, (64, 48)))
    for name, speaks in (("phash", False), ("convnet", False), ("histogram", True), ("palette", True)):
        described = Channel(DESCRIBERS.make(name), 1.0).describe(pictures(plain(200, 30, 40)))
        assert (described is not None) == speaks
    assert Channel(DESCRIBERS.make("phash"), 1.0).describe(pictures(plain(200, 30, 40), lined)) is not None


def test_plain_pictures_are_found_by_their_colour(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    for name, colour in {"red": (200, 30, 40), "blue": (40, 60, 200), "white": (255, 255, 255)}.items():
        Image.new("RGB", (80, 60), colour).save(folder / f"{name}.png")
    Image.fromarray(skimage.data.coffee()).save(folder / "coffee.jpg")
    library.index(folder, planes=False)
    results = library.search(plain(204, 28, 42))
    assert Path(results[0].record.path).name == "red.png"
    assert results[0].relation == "similar"
    assert all(one.score < 0.2 for one in results[1:])
    assert set(results.weights) == {"histogram"}


def test_a_plain_picture_is_no_question_where_no_channel_compares_colours(library: Library, folder: Path) -> None:
    library.index(folder, describers=["phash"], local=False, planes=False)
    with pytest.raises(BadQuery, match="of one colour"):
        library.search(plain(1, 2, 3))


def test_a_default_library_is_asked_for_colours(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for name, colour in {"teal": (10, 130, 126), "red": (200, 30, 40), "navy": (12, 10, 120)}.items():
        canvas = Image.fromarray(skimage.data.coffee()).resize((120, 80))
        canvas.paste(colour, (0, 0, 120, 60))
        canvas.save(folder / f"{name}.png")
    library.index(folder, describers=["phash", "histogram"], local=False, planes=False)
    for asked in ("teal", "red", "navy"):
        colour = {"red": "#c81e28"}.get(asked, asked)
        assert Path(library.search(f"colour:{colour}")[0].record.path).stem == asked


def test_words_are_read_by_describers_of_text_alone(filled: Library) -> None:
    rows = Channel(Reader(), 1.0).describe(Text("three"))
    assert rows is not None
    assert rows.tolist() == [[5.0]]
    assert Channel(DESCRIBERS.make("phash"), 1.0).describe(Text("three")) is None
    with pytest.raises(BadQuery, match="reads words"):
        filled.answer(Query(texts=("three",)))


def test_a_picture_and_colours_count_alike(filled: Library, folder: Path) -> None:
    alone, both = filled.search(folder / "2.png"), filled.search(folder / "2.png", "colour:#ff0000")
    assert alone[0].relation == both[0].relation == "identical"
    scores = {one.record.path: one.score for one in alone[1:]}
    assert any(one.score != pytest.approx(scores[one.record.path], abs=1e-4) for one in both[1:])


def halves(left: tuple[int, int, int], right: tuple[int, int, int]) -> NDArray[np.uint8]:
    return np.concatenate([plain(*left)[:, :32], plain(*right)[:, :32]], axis=1)


@pytest.fixture
def of_two_colours(library: Library, tmp_path: Path) -> Library:
    """Pictures that are red and green, red and blue, red and white."""
    folder = tmp_path / "halves"
    folder.mkdir()
    for name, other in (("green", (20, 160, 40)), ("blue", (30, 60, 220)), ("white", (250, 250, 250))):
        Image.fromarray(halves((220, 20, 30), other)).save(folder / f"{name}.png")
    library.index(folder, describers=["histogram"], local=False, planes=False)
    return library


@pytest.mark.parametrize("fuse", ["weighted", "rrf"])
def test_what_answers_should_not_be_like_is_taken_away(of_two_colours: Library, fuse: str) -> None:
    red = plain(220, 20, 30)
    green, blue = plain(20, 160, 40), plain(30, 60, 220)
    plus = {Path(one.record.path).stem: one.score for one in of_two_colours.search(red, fuse=fuse)}
    for minus, gone in (([green], {"green"}), ([green, blue], {"green", "blue"}), (["colour:#14a028"], {"green"})):
        found = of_two_colours.search(red, minus=minus, fuse=fuse)
        scores = {Path(one.record.path).stem: one.score for one in found}
        if fuse == "weighted":  # by ranks alone, a lower score may stand above a higher one
            assert [one.score for one in found] == sorted(scores.values(), reverse=True)
        assert {name for name in plus if scores[name] < plus[name] - 0.05} == gone
        assert {Path(one.record.path).stem for one in found[-len(gone) :]} == gone
        assert all(0 <= score <= plus[name] for name, score in scores.items())


def test_one_thing_to_be_unlike_may_come_alone_and_must_be_readable(of_two_colours: Library) -> None:
    red, green = plain(220, 20, 30), plain(20, 160, 40)
    alone, listed = of_two_colours.search(red, minus=green), of_two_colours.search(red, minus=[green])
    assert [(one.record.path, one.score) for one in alone] == [(one.record.path, one.score) for one in listed]
    assert len(alone.query.minus) == 1
    with pytest.raises(BadQuery, match="colours are asked for as"):
        of_two_colours.search(red, minus="colour:no such")
    with pytest.raises(BadQuery, match="precision"):
        of_two_colours.search(red, minus=green, precision=0.9)


def test_a_weight_makes_a_part_that_counts_so_much(of_two_colours: Library) -> None:
    green, blue = halves((220, 20, 30), (20, 160, 40)), halves((220, 20, 30), (30, 60, 220))
    for weights, first in (((3, 1), "green"), ((1, 3), "blue")):
        found = of_two_colours.search(*(Weighted(each, w) for each, w in zip((green, blue), weights, strict=True)))
        similar = [one for one in found if one.relation == "similar"]
        score = {Path(one.record.path).stem: sum(one.parts.values()) for one in found}
        assert max(score, key=lambda name: score[name]) == first
        assert "moved by" in found[0].why
        assert set(found[0].parts) == {f"{w}:array" if w > 1 else "array" for w in weights}
        assert [one.score for one in similar] == sorted((one.score for one in similar), reverse=True)


def test_a_minus_that_counts_more_takes_more(of_two_colours: Library) -> None:
    red, green = plain(220, 20, 30), plain(20, 160, 40)
    scores = []
    for weight in (0.5, 1, 2):
        found = of_two_colours.search(red, minus=Weighted(green, weight))
        scores.append({Path(one.record.path).stem: one.score for one in found})
    assert scores[0]["green"] > scores[1]["green"] > scores[2]["green"]
    assert scores[0]["white"] == scores[2]["white"]


def test_a_weighted_part_alone_is_a_plain_question(filled: Library, folder: Path) -> None:
    alone, weighted = filled.search(folder / "2.png"), filled.search(f"3:{folder / '2.png'}")
    assert [(one.path, one.score) for one in alone] == [(one.path, one.score) for one in weighted]
    assert weighted.labels == (f"3:{folder / '2.png'}",)
    cropped = filled.search(f"3:{folder / '2.png'}", crop=(0, 0, 20, 20))
    assert cropped.size == (20, 20)
    with pytest.raises(BadQuery, match="a crop goes with a single picture"):
        filled.search(f"3:{folder / '2.png'}", folder / "1.png", crop=(0, 0, 20, 20))


def test_a_language_that_no_channel_reads_is_said() -> None:
    english = Reader()
    object.__setattr__(english, "languages", ("en",))
    assert Text("three", "en").rows(english) is not None
    assert Text("three", "de").rows(english) is None
    assert "'de'" in Text("three", "de").unread
    assert Text("drei", "de").rows(Reader()) is not None  # a model that does not say what it reads
    with pytest.raises(BadQuery, match="seems to be German"):
        Text("ein Hund und der Ball").rows(english)
    assert Text("ein Hund und der Ball", "en").rows(english) is not None
