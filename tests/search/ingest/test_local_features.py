"""Local features of a library: filled after the vectors, resumed, switched off; and what they find."""

from __future__ import annotations

import shutil
from contextlib import closing
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import lookalike
from lookalike import Library
from lookalike.errors import BadQuery
from lookalike.index.current import current_set
from lookalike.index.derived import Derived
from lookalike.search.components import extractor_of
from lookalike.search.duplicates.verified import DuplicateFinder, judge_of
from lookalike.search.ingest.options import Options, Progress
from lookalike.search.ranking.relation import RelationClassifier
from lookalike.store.sqlite import SQLiteStore

BY = ["phash"]


@pytest.fixture
def album(tmp_path: Path, photo_files: list[Path]) -> Path:
    """Photos with detail."""
    folder = tmp_path / "album"
    folder.mkdir()
    for file in photo_files:
        with Image.open(file) as image:
            image.convert("RGB").save(folder / f"{file.stem}.png")
    return folder


@pytest.fixture
def kept(library: Library, album: Path) -> Library:
    library.index(album, describers=BY)
    return library


def held(library: Library) -> list[tuple[str, int, str]]:
    return [(row.space.name, row.vectors, row.index) for row in library.status().local]


def name(answer: lookalike.Answer) -> str:
    return Path(answer.record.path).stem


def test_a_new_library_keeps_local_features_and_an_empty_run_adds_none(kept: Library, album: Path) -> None:
    assert held(kept) == [("sift", 7, "inverted")]
    before = kept.store.generation(kept.store.spaces("local")[0])
    told: list[Progress] = []
    kept.index(album, options=Options(workers=1, on_commit=told.append))
    assert told == []
    assert kept.store.generation(kept.store.spaces("local")[0]) == before


def test_others_can_be_named_in_their_place(kept: Library, album: Path) -> None:
    kept.index(album, features="segments:max_keypoints=48")
    assert held(kept) == [("segments", 7, "votes")]
    kept.index(album)
    assert held(kept) == [("segments", 7, "votes")]
    with pytest.raises(BadQuery, match="local features"):
        kept.index(album, features="sift", local=False)


def test_segments_find_a_crop_that_looks_unlike(library: Library, album: Path) -> None:
    library.index(album, describers=BY, features="segments")
    with Image.open(album / "astronaut.png") as whole:
        (best,) = library.search(whole.crop((150, 0, 512, 400)), k=1)
    assert (name(best), best.relation) == ("astronaut", "part")
    assert best.box == pytest.approx((150, 0, 362, 400), abs=6)


def test_they_can_be_left_out_dropped_and_filled_later(library: Library, album: Path) -> None:
    library.index(album, describers=BY, local=False)
    assert held(library) == []
    library.index(album)
    assert held(library) == []
    library.index(album, local=True)
    assert held(library) == [("sift", 7, "inverted")]
    library.index(album, local=False)
    assert held(library) == []


def test_what_is_dropped_leaves_no_index_behind(kept: Library, album: Path) -> None:
    kept.build_indexes()
    assert index_files(kept) == {"phash", "sift"}
    kept.index(album, features="segments:max_keypoints=48")
    kept.build_indexes()
    assert index_files(kept) == {"phash", "segments"}
    (kept.folder / "indexes" / "sift-0123.faiss").write_bytes(b"left behind by a program of before")
    assert kept.compact() >= 34
    kept.index(album, local=False)
    assert index_files(kept) == {"phash"}
    assert len(kept.search(album / "astronaut.png", by={"phash": 1})) == 7


def index_files(library: Library) -> set[str]:
    """The spaces that have any."""
    return {file.name.partition("-")[0] for file in (library.folder / "indexes").iterdir()}


def test_a_run_that_was_stopped_is_finished_by_the_next(library: Library, album: Path) -> None:
    library.index(album, describers=BY, local=False)
    asked = iter([False, False, False])
    stop = lambda: next(asked, True)  # noqa: E731
    report = library.index(album, local=True, options=Options(workers=1, should_stop=stop))
    assert report.interrupted
    assert held(library)[0][1] < 7
    library.index(album)
    assert held(library) == [("sift", 7, "inverted")]


def test_a_file_that_is_gone_before_its_turn_costs_only_itself(library: Library, album: Path) -> None:
    library.index(album, describers=BY, local=False)
    (album / "coffee.png").unlink()
    report = library.index(album / "astronaut.png", local=True)
    assert (report.failed, held(library)) == (0, [("sift", 6, "inverted")])


def part(album: Path, of: str, box: tuple[int, int, int, int]) -> np.ndarray:
    with Image.open(album / f"{of}.png") as image:
        return np.asarray(image.crop(box))


def test_a_small_part_is_found_by_its_features_alone(kept: Library, album: Path) -> None:
    answer = kept.search(part(album, "astronaut", (180, 30, 320, 170)))[0]
    assert (name(answer), answer.relation) == ("astronaut", "part")
    assert answer.coverage == pytest.approx((1, (140 / 512) ** 2), abs=0.03)
    np.testing.assert_allclose(answer.box, (180, 30, 140, 140), atol=2)


def test_a_picture_pasted_into_another_is_found(kept: Library, album: Path) -> None:
    page = np.full((700, 900, 3), 235, np.uint8)
    page[200:500, 100:551] = part(album, "chelsea", (0, 0, 451, 300))
    answer = kept.search(page)[0]
    assert (name(answer), answer.relation) == ("chelsea", "copy")
    np.testing.assert_allclose(answer.query_box, (100, 200, 451, 300), atol=3)
    assert answer.why.startswith("the same picture: ")
    assert "stands out" not in answer.why


def test_a_filter_holds_for_what_features_bring_in(kept: Library, album: Path) -> None:
    found = kept.search(part(album, "astronaut", (180, 30, 320, 170)), where='name != "astronaut.png"')
    assert "astronaut" not in map(name, found)


def test_a_file_that_went_is_still_found_but_not_called_a_copy(kept: Library, album: Path) -> None:
    asked = part(album, "astronaut", (180, 30, 320, 170))
    (album / "astronaut.png").unlink()
    answer = next(answer for answer in kept.search(asked) if name(answer) == "astronaut")
    assert answer.relation == "scene"


@pytest.fixture
def doubled(kept: Library, album: Path) -> Library:
    """With copies of the astronaut: mirrored, cropped and turned; and of the cat's file."""
    with Image.open(album / "astronaut.png") as image:
        image.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(album / "mirrored.jpg", quality=70)
        image.crop((40, 20, 470, 480)).rotate(90, expand=True).save(album / "turned.png")
    shutil.copyfile(album / "chelsea.png", album / "cat.png")
    kept.index(album)
    return kept


def groups(library: Library, relation: str, options: Options | None = None) -> list[tuple[str, list[str]]]:
    found = library.dupes(relation, options=options)
    return sorted((group.relation, sorted(Path(m.path).stem for m in group.members)) for group in found)


def test_verified_groups_hold_copies_and_the_same_bytes(doubled: Library) -> None:
    assert groups(doubled, "identical") == [("identical", ["cat", "chelsea"])]
    expected = [("copy", ["astronaut", "mirrored", "turned"]), ("identical", ["cat", "chelsea"])]
    assert groups(doubled, "copy") == expected
    (group, _) = doubled.dupes("copy")
    assert 0.5 < group.weakest <= 1
    links = {Path(member.path).stem: group.link(member) for member in group.members}
    assert group.best is group.members[0]
    assert {each.relation for each in links.values()} == {"identical", "copy"}  # the best one is identical to itself
    assert min(links["turned"].coverage) > 0.66


@pytest.mark.parametrize("relation", ["identical", "copy", "scene"])
def test_the_same_pixels_are_called_identical_whatever_is_asked_for(kept: Library, album: Path, relation: str) -> None:
    with Image.open(album / "chelsea.png") as image:
        image.save(album / "cat.png", compress_level=1)
    kept.index(album)
    assert ("identical", ["cat", "chelsea"]) in groups(kept, relation)


def test_only_new_pictures_are_compared_the_next_time(doubled: Library, album: Path) -> None:
    told: list[Progress] = []
    options = Options(workers=1, on_commit=told.append)
    groups(doubled, "copy", options)
    assert told[-1] == Progress(9, 9, 0, "comparisons")
    told.clear()
    assert groups(doubled, "scene", options) == [
        ("copy", ["astronaut", "mirrored", "turned"]),
        ("identical", ["cat", "chelsea"]),
    ]
    assert told == []
    with Image.open(album / "coffee.png") as image:
        image.resize((300, 200)).save(album / "small.png")
    (album / "mirrored.jpg").unlink()
    doubled.index(album)
    assert ("copy", ["coffee", "small"]) in groups(doubled, "copy", options)
    assert ("copy", ["astronaut", "turned"]) in groups(doubled, "copy")
    assert told[-1] == Progress(1, 1, 0, "comparisons")


def test_a_narrow_question_compares_only_what_it_asks_about(doubled: Library, album: Path) -> None:
    told: list[Progress] = []
    options = Options(workers=1, on_commit=told.append)
    few = [album / "astronaut.png", album / "mirrored.jpg", album / "coffee.png"]
    (group,) = doubled.dupes("copy", under=few, options=options)
    assert sorted(Path(member.path).stem for member in group.members) == ["astronaut", "mirrored"]
    assert told[-1].total == len(few)
    contents = len({record.id for record in doubled.records()})
    assert ("copy", ["astronaut", "mirrored", "turned"]) in groups(doubled, "copy", options)
    assert told[-1].total == contents - len(few)


def test_a_comparison_that_was_killed_goes_on_where_it_was(doubled: Library, album: Path, tmp_path: Path) -> None:
    shutil.copytree(doubled.folder, tmp_path / "other")
    (space,) = doubled.store.spaces("local")
    classifier = RelationClassifier(extractor_of(doubled.store))
    index = current_set(Derived(doubled.folder / "indexes"), doubled.store, space)
    with closing(SQLiteStore.open(doubled.folder)) as store:
        seeker = DuplicateFinder(store, index, classifier, Options(workers=1), batch=2)
        for compared, verified_pairs in islice(seeker.found(), 2):  # then the power fails
            with store.writing(), store.transaction():
                store.put_relations(judge_of(classifier), compared, verified_pairs)
        assert len(store.compared(judge_of(classifier))) == 4
    told: list[Progress] = []
    found = groups(doubled, "copy", Options(workers=1, on_commit=told.append))
    assert told[-1] == Progress(5, 5, 0, "comparisons")
    with lookalike.open(tmp_path / "other") as never_killed:
        assert found == groups(never_killed, "copy")


def test_what_no_file_can_decide_is_compared_again_when_it_is_back(doubled: Library, album: Path) -> None:
    away = album.parent / "away"
    album.rename(away)
    assert ("copy", ["astronaut", "mirrored", "turned"]) not in groups(doubled, "copy")
    away.rename(album)
    assert ("copy", ["astronaut", "mirrored", "turned"]) in groups(doubled, "copy")


def test_groups_need_local_features_and_similar_ones_a_precision(filled: Library, folder: Path) -> None:
    filled.index(folder, local=False)
    with pytest.raises(BadQuery, match="--local"):
        filled.dupes("copy")
    with pytest.raises(BadQuery, match="precision"):
        filled.dupes("similar")
