from __future__ import annotations

import os
import shutil
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import lookalike
from lookalike import Library
from lookalike.describe.trained import TrainedNetwork
from lookalike.errors import BadPicture, BadQuery, BadSetting, LibraryBusy, LibraryMissing, SpaceMismatch, UnknownName
from lookalike.pixels.exif import upright
from lookalike.pixels.turn import TURNED
from lookalike.registry import configuration
from lookalike.search.ingest.options import Options
from lookalike.search.results import Results
from lookalike.store import open_store
from lookalike.store.lock import writer_lock
from lookalike.types import Space


def first(results: Results) -> str:
    return Path(results[0].record.path).name


def test_opening_makes_nothing_and_asking_an_empty_place_says_so(tmp_path: Path) -> None:
    with lookalike.open(tmp_path / "none") as library:
        for ask in (library.status, library.dupes, lambda: library.search("x.png"), lambda: library.forget(["x"])):
            with pytest.raises(LibraryMissing, match="lookalike index"):
                ask()
    assert not (tmp_path / "none").exists()


def test_the_same_file_is_identical_and_first(filled: Library, folder: Path) -> None:
    answer = filled.search(folder / "2.png")[0]
    assert (Path(answer.record.path).name, answer.relation, answer.score) == ("2.png", "identical", 1.0)
    assert answer.why == "the same bytes"


def test_the_same_pixels_in_another_format_are_identical(filled: Library, folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.bmp"
    Image.open(folder / "2.png").save(copy)
    answer = filled.search(copy)[0]
    assert (answer.relation, answer.why) == ("identical", "the same pixels")


def test_an_edited_copy_is_first_but_not_identical(filled: Library, folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.jpg"
    Image.open(folder / "2.png").save(copy, quality=60)
    answer = filled.search(copy)[0]
    assert (Path(answer.record.path).name, answer.relation) == ("2.png", "copy")
    assert 0.98 < answer.score < 1
    unproved = filled.search(copy, verify=0)[0]
    assert unproved.relation == "similar"
    assert (unproved.box, unproved.transform) == (None, None)
    assert 0.8 < unproved.score < answer.score
    assert "places agree" in answer.why
    assert answer.probability is None
    assert "phash" in answer.why


def test_every_kind_of_source_asks_the_same(filled: Library, folder: Path) -> None:
    file = folder / "3.png"
    with Image.open(file) as image:
        image.load()
        sources = [file, str(file), file.read_bytes(), np.asarray(image), image]
        assert {first(filled.search(source)) for source in sources} == {"3.png"}


def test_a_crop_is_asked_about_alone(library: Library, folder: Path) -> None:
    pair = Image.new("RGB", (128, 48))
    for at, name in ((0, "1.png"), (64, "4.png")):
        pair.paste(Image.open(folder / name), (at, 0))
    pair.save(folder.parent / "pair.png")
    library.index(folder, describers=["phash", "histogram"])
    assert first(library.search(folder.parent / "pair.png", crop=(0, 0, 64, 48))) == "1.png"
    assert first(library.search(folder.parent / "pair.png", crop=(64, 0, 64, 48))) == "4.png"
    with pytest.raises(BadQuery):
        library.search(folder.parent / "pair.png", crop=(200, 0, 10, 10))


def test_several_views_are_one_question(filled: Library, folder: Path) -> None:
    results = filled.search(folder / "0.png", folder / "1.png", k=2)
    assert {Path(answer.record.path).name for answer in results} == {"0.png", "1.png"}
    assert [answer.relation for answer in results] == ["identical", "identical"]


@pytest.mark.parametrize("features", ["sift", "segments"])
def test_a_library_of_one_even_picture_is_searched_as_any(library: Library, tmp_path: Path, features: str) -> None:
    even = tmp_path / "even.png"
    Image.new("RGB", (80, 60), (90, 120, 60)).save(even)
    library.index(even, describers=["phash", "histogram", "lbp", "hog", "gist"], features=features)
    (best,) = library.search(even)
    assert (best.relation, best.score) == ("identical", 1.0)
    (other,) = library.search(noise_of(tmp_path), orientations=True)
    assert (other.relation, other.why) == ("similar", "nothing stands out")
    assert library.dupes() == []
    assert library.dupes("copy") == []


def noise_of(folder: Path) -> Path:
    pixels = np.random.default_rng(0).integers(0, 256, (60, 80, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(folder / "noise.png")
    return folder / "noise.png"


@pytest.mark.parametrize("orientation", TURNED)
def test_a_turned_copy_is_found_whatever_way_it_was_turned(filled: Library, folder: Path, orientation: int) -> None:
    query = upright(np.asarray(Image.open(folder / "3.png")), orientation)
    (best,) = filled.search(query, k=1, verify=0, orientations=True)
    assert Path(best.record.path).name == "3.png"
    assert (best.relation, best.score) == ("copy", 1.0)
    turned_back = {6: 8, 8: 6}.get(orientation, orientation)
    assert best.why == f"the same pixels, {TURNED[turned_back]}"
    assert all(answer.relation == "similar" for answer in filled.search(query, verify=0))


def test_what_is_as_it_was_is_not_called_turned(filled: Library, folder: Path) -> None:
    best, *others = filled.search(folder / "3.png", orientations=True)
    assert (best.relation, best.why) == ("identical", "the same bytes")
    assert all(0 <= answer.score < 0.9 for answer in others)


def test_a_nearly_equal_picture_says_how_it_is_turned(filled: Library, folder: Path) -> None:
    reduced = Image.open(folder / "3.png").transpose(Image.Transpose.FLIP_LEFT_RIGHT).resize((48, 36))
    (best,) = filled.search(reduced, k=1, verify=0, orientations=True)
    assert Path(best.record.path).name == "3.png"
    assert best.why.startswith("alike in ")
    assert best.why.endswith(", mirrored")


def test_a_page_explains_by_the_view_that_is_alike(filled: Library, folder: Path) -> None:
    query = Image.open(folder / "3.png").transpose(Image.Transpose.FLIP_LEFT_RIGHT).resize((48, 36))
    assert "bits that differ: 0 of 64" in filled.search(query, k=1, by={"phash": 1}, orientations=True).to_html()


def test_a_precision_is_not_known_of_turned_questions(filled: Library, folder: Path) -> None:
    with pytest.raises(BadQuery, match="any orientation"):
        filled.search(folder / "3.png", orientations=True, precision=0.9)


def test_a_filter_limits_what_is_searched(filled: Library, folder: Path) -> None:
    results = filled.search(folder / "0.png", where="name = 1.png or name = 2.png")
    assert {Path(answer.record.path).name for answer in results} == {"1.png", "2.png"}
    assert results.searched == 2
    assert len(filled.search(folder / "0.png", where="width > 1000")) == 0


def test_channels_and_weights_are_chosen(filled: Library, folder: Path) -> None:
    results = filled.search(folder / "0.png", by={"histogram": 1})
    assert set(results[0].channels) == {"histogram"}
    scores = [answer.score for answer in results]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(
    ("by", "error"),
    [({"nothing": 1}, UnknownName), ({"dhash": 1}, SpaceMismatch), ({"phash": 0}, BadQuery), ({"phash": -1}, BadQuery)],
)
def test_channels_that_cannot_be_asked_say_why(
    filled: Library, folder: Path, by: dict[str, float], error: type[Exception]
) -> None:
    with pytest.raises(error):
        filled.search(folder / "0.png", by=by)


def test_scores_do_not_depend_on_the_other_answers(filled: Library, folder: Path) -> None:
    whole = {answer.record.path: answer.score for answer in filled.search(folder / "0.png")}
    part = {a.record.path: a.score for a in filled.search(folder / "0.png", where="name != 0.png", k=2)}
    assert part == pytest.approx({path: whole[path] for path in part})


def test_rank_fusion_orders_but_shows_the_same_scores(filled: Library, folder: Path) -> None:
    weighted = {a.record.path: a.score for a in filled.search(folder / "0.png")}
    ranked = {a.record.path: a.score for a in filled.search(folder / "0.png", fuse="rrf")}
    assert weighted == pytest.approx(ranked)


def test_files_of_one_content_are_each_an_answer_and_fold_when_asked(library: Library, folder: Path) -> None:
    shutil.copy(folder / "0.png", folder / "copy.png")
    Image.open(folder / "0.png").save(folder / "near.jpg", quality=95)
    library.index(folder, describers=["phash", "histogram"])
    flat = library.search(folder / "0.png")
    assert [Path(answer.record.path).name for answer in flat][:3] == ["0.png", "copy.png", "near.jpg"]
    collapsed = library.search(folder / "0.png", collapse=True)
    assert [Path(other.record.path).name for other in collapsed[0].also] == ["copy.png", "near.jpg"]
    assert len(collapsed) == 5


def test_identical_groups_hold_the_same_bytes_and_the_same_pixels(library: Library, folder: Path) -> None:
    shutil.copy(folder / "0.png", folder / "bytes.png")
    Image.open(folder / "0.png").save(folder / "pixels.bmp")
    Image.open(folder / "0.png").save(folder / "near.jpg", quality=95)
    library.index(folder, describers=["phash"])
    (group,) = library.dupes()
    assert (group.relation, group.weakest) == ("identical", 1.0)
    assert {Path(member.path).name for member in group.members} == {"0.png", "bytes.png", "pixels.bmp"}


def test_pictures_of_one_size_and_hash_but_other_pixels_are_no_dupes(library: Library, folder: Path) -> None:
    pixels = np.asarray(Image.open(folder / "0.png")).copy()
    pixels[0, 0] ^= 1
    Image.fromarray(pixels).save(folder / "nearly.png")
    library.index(folder, describers=["phash"])
    assert library.dupes() == []


def test_forgotten_files_are_no_longer_found_and_not_touched(filled: Library, folder: Path) -> None:
    assert filled.forget([folder / "0.png"]) == 1
    assert (folder / "0.png").exists()
    assert first(filled.search(folder / "0.png")) != "0.png"
    assert filled.compact() >= 0
    assert filled.status().images == 4


def test_status_counts_what_is_there(filled: Library) -> None:
    status = filled.status()
    assert (status.images, status.failed) == (5, 0)
    assert {held.space.name: (held.vectors, held.index) for held in status.spaces} == {
        "phash": (5, "flat"),
        "histogram": (5, "flat"),
    }
    assert status.bytes > 0
    assert filled.verify() == []


def test_a_damaged_or_missing_index_costs_time_and_no_answer(filled: Library, folder: Path) -> None:
    filled.search(folder / "1.png")
    for spoil in (lambda file: file.unlink(), lambda file: file.write_bytes(b"damaged" * 100)):
        filled.close()
        for file in (filled.folder / "indexes").iterdir():
            spoil(file)
        assert first(filled.search(folder / "1.png")) == "1.png"


def test_a_picture_that_is_none_raises_its_reason(filled: Library, tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(BadPicture) as raised:
        filled.search(tmp_path / "text.png")
    assert raised.value.reason == "not_an_image"
    for wrong in (tmp_path / "absent.png", tmp_path):
        with pytest.raises(BadQuery):
            filled.search(wrong)


@pytest.mark.parametrize(
    "array", [np.zeros((4, 4, 2), np.uint8), np.full((4, 4, 3), 2.0), np.zeros((0, 4, 3), np.uint8)]
)
def test_an_array_that_is_no_picture_says_what_is_wanted(filled: Library, array: np.ndarray) -> None:
    with pytest.raises(BadQuery, match="pixels"):
        filled.search(array)


def test_results_can_be_looked_at_in_several_ways(filled: Library, folder: Path, tmp_path: Path) -> None:
    results = filled.search(folder / "0.png", k=3)
    table = results.to_pandas()
    assert list(table["path"]) == [answer.record.path for answer in results]
    assert table["phash"].iloc[0] == 1.0
    page = results.save_html(tmp_path / "page.html").read_text()
    assert "identical" in page
    assert page.count("data:image/webp") >= 4
    assert "data:image/webp" in results._repr_html_()
    assert "3 answers of 5" in repr(results)


def test_a_hit_whose_file_is_gone_is_still_an_answer(filled: Library, folder: Path, tmp_path: Path) -> None:
    query = shutil.copy(folder / "0.png", tmp_path / "query.png")
    (folder / "0.png").unlink()
    results = filled.search(query)
    assert (first(results), results[0].relation) == ("0.png", "identical")
    results.save_html(tmp_path / "page.html")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems allow no such names")
def test_a_library_in_a_folder_whose_name_is_no_utf8_is_searched(folder: Path, tmp_path: Path) -> None:
    odd = tmp_path / os.fsdecode(b"libr\xffary")
    for _ in range(2):  # built, then read from its files
        with lookalike.open(odd) as library:
            library.index(folder, describers=["phash", "histogram"])
            assert library.search(folder / "1.png", k=1)[0].relation == "identical"
            assert library.verify() == []
    assert len(list((odd / "indexes").glob("*.faiss"))) == 3


def test_an_index_that_cannot_be_kept_is_searched_from_memory(
    filled: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Path.open

    def full(path: Path, mode: str = "r", *more: object, **named: object) -> object:
        if "w" in mode and path.parent.name == "indexes":
            return open("/dev/full", mode)
        return opened(path, mode, *more, **named)

    monkeypatch.setattr(Path, "open", full)
    assert filled.search(folder / "1.png", k=1)[0].relation == "identical"
    assert not list((filled.folder / "indexes").glob("*.faiss"))


@pytest.mark.parametrize("verb", ["calibrate", "dupes"])
def test_long_work_begins_only_when_it_can_be_kept(filled: Library, verb: str) -> None:
    done: list[object] = []
    options = Options(on_commit=done.append)
    work = {
        "calibrate": lambda: filled.calibrate(options=options),
        "dupes": lambda: filled.dupes("copy", options=options),
    }
    with writer_lock(filled.folder), pytest.raises(LibraryBusy, match=f"process {os.getpid()}"):
        work[verb]()
    assert done == []


def test_duplicates_that_are_known_are_told_while_another_writes(filled: Library) -> None:
    groups = filled.dupes("copy")
    with writer_lock(filled.folder):
        assert filled.dupes("copy") == groups


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="this system does not list child processes so")
def test_a_page_that_is_made_after_the_library_was_closed_leaves_no_worker(tmp_path: Path, folder: Path) -> None:
    before = set(processes())
    with lookalike.open(tmp_path / "library") as library:
        library.index(folder, describers=["phash"], local=False, planes=False)
        results = library.search(folder / "0.png", k=2)
        groups = library.dupes()
    results.save_html(tmp_path / "page.html")
    groups.save_html(tmp_path / "groups.html")
    assert set(processes()) == before
    library.search(folder / "0.png")
    results.save_html(tmp_path / "page.html")
    assert set(processes()) != before  # the worker of the search is not the page's to end
    library.close()
    assert set(processes()) == before
    assert "data:image/webp" in (tmp_path / "page.html").read_text()


def processes() -> list[str]:
    """Children of this process that have not ended."""
    return [
        child for thread in Path("/proc/self/task").iterdir() for child in (thread / "children").read_text().split()
    ]


def test_a_space_is_forgotten_and_comes_back_only_when_it_is_named(filled: Library, folder: Path) -> None:
    (dropped,) = filled.forget_spaces("histogram")
    assert dropped.name == "histogram"
    assert [row.name for row in filled.status().spaces] == ["phash"]
    assert filled.status().images == 5
    assert filled.search(folder / "2.png")[0].relation == "identical"
    filled.index(folder)
    assert [row.name for row in filled.status().spaces] == ["phash"]
    filled.index(folder, describers=["histogram"])
    (again,) = (row for row in filled.status().spaces if row.name == "histogram")
    assert (again.space, again.vectors) == (dropped, 5)
    assert filled.forget_spaces([again.space.digest]) == [dropped]
    assert filled.verify() == []


def test_spaces_that_are_none_or_several_or_all_are_not_forgotten(filled: Library, folder: Path) -> None:
    with pytest.raises(UnknownName, match="no space of the library 'histogran'; did you mean 'histogram'"):
        filled.forget_spaces(["phash", "histogran"])
    with pytest.raises(BadSetting, match="leave one"):
        filled.forget_spaces(["phash", "histogram"])
    filled.index(folder, describers=["histogram:bins=4"])
    filled.forget_spaces("histogram:bins=4")
    assert [row.name for row in filled.status().spaces] == ["phash", "histogram"]


def test_of_two_spaces_whose_networks_are_gone_one_is_forgotten_by_its_digest(filled: Library) -> None:
    with closing(open_store(filled.folder)) as store, store.writing(), store.transaction():
        for digest in ("0123", "4567"):
            store.add_space(Space("trained", digest, 4, "cosine"), configuration(TrainedNetwork("gone")))
    with pytest.raises(BadSetting, match="'trained' is the name of 2 spaces: give a digest that `status` shows"):
        filled.forget_spaces("trained")
    assert [space.digest for space in filled.forget_spaces("4567")] == ["4567"]
    assert [space.digest for space in filled.forget_spaces("trained")] == ["0123"]
