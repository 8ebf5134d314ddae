from __future__ import annotations

import json
import os
import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lookalike import __all__ as public
from lookalike.describe import DESCRIBERS
from lookalike.search.ingest.fit_describers import must_learn

NEED_NOT_LEARN = {name for name in DESCRIBERS if not must_learn(DESCRIBERS.make(name))}


@pytest.fixture
def indexed(here, photos_folder):
    """The program, with a library of the four pictures by their hashes."""
    ran = here("index", photos_folder, "--describer", "phash", "--describer", "histogram", "--json")
    assert ran.code == 3
    return here


def test_version_is_told_in_both_forms(program) -> None:
    assert program("--version").out.startswith(b"lookalike 0.")
    assert program("--version", "--json").document["schema"] == "lookalike/version/1"


def test_help_of_every_verb_can_be_read(here) -> None:
    told = here("--help").out.decode()
    for verb in ("index", "search", "dupes", "compare", "describe", "forget", "status", "doctor", "verify", "repair"):
        assert verb in told
        assert here(verb, "--help").code == 0


@pytest.mark.parametrize("wrong", ["search --nope", "nope", "search -k 0 x", "dupes --relation x"])
def test_wrong_use_exits_2_with_a_sentence(here, wrong: str) -> None:
    ran = here(*wrong.split())
    assert (ran.code, ran.out) == (2, b"")
    assert ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("on", ["spark", "ray:/host", "http://host"])
def test_what_is_no_cluster_is_refused_and_leaves_no_library(here, photos_folder: Path, on: str) -> None:
    ran = here("index", photos_folder, "--on", on)
    assert (ran.code, ran.out) == (2, b"")
    assert "--on is ray, or ray://HOST[:PORT]" in ran.err
    assert here("status").code == 2


@pytest.mark.parametrize(
    ("target", "message"),
    [("nowhere/page.html", "make that folder first"), ("photos", "'photos' is a folder: name a file")],
)
def test_where_nothing_can_be_written_it_is_said_in_words(here, photos_folder: Path, target: str, message: str) -> None:
    ran = here("compare", photos_folder / "0.png", photos_folder / "1.png", "--describer", "phash", "--html", target)
    assert (ran.code, ran.out) == (2, b"")
    assert message in ran.err
    assert "Errno" not in ran.err
    assert len(list(photos_folder.parent.iterdir())) == 1


def test_who_makes_a_library_of_one_describer_is_told_so(here, photos_folder: Path) -> None:
    first = here("index", photos_folder, "--describer", "palette", "--no-local", "--no-planes")
    assert "compare by palette alone" in first.err
    then = here("index", photos_folder, "--describer", "phash")
    assert "alone" not in then.err


def test_a_question_in_words_is_told_what_can_be_asked(here, photos_folder: Path) -> None:
    here("index", photos_folder, "--describer", "phash", "--no-local")
    ran = here("search", "a dog on the beach")
    assert ran.code == 2
    assert "colour:#2a6f97" in ran.err


@pytest.mark.parametrize("verb", [["search", "x.png"], ["dupes"], ["status"], ["verify"], ["compact"], ["forget", "x"]])
def test_only_index_makes_a_library(here, tmp_path: Path, verb: list[str]) -> None:
    ran = here(*verb)
    assert ran.code == 2
    assert "lookalike index" in ran.err
    assert not (tmp_path / "library").exists()


def test_index_counts_add_up_and_failures_are_listed(here, photos_folder: Path) -> None:
    ran = here("index", photos_folder, "--describer", "phash", "--json")
    told = ran.document
    assert ran.code == 3
    assert told["schema"] == "lookalike/index/1"
    outcomes = ("added", "updated", "moved", "unchanged", "skipped", "failed")
    assert sum(told[name] for name in outcomes) == told["seen"] == 5
    (failure,) = told["failures"]
    assert (Path(failure["path"]).name, failure["reason"]) == ("broken.jpg", "not_an_image")
    (photos_folder / "broken.jpg").unlink()
    again = here("index", photos_folder, "--json")
    assert (again.code, again.document["unchanged"], again.document["removed"]) == (0, 4, 1)


def test_index_acknowledges_commits_line_by_line(here, photos_folder: Path) -> None:
    ran = here("index", photos_folder, "--describer", "phash", "--jsonl")
    *lines, last = [json.loads(line) for line in ran.out.splitlines()]
    assert max(line.get("committed", 0) for line in lines) == 5
    assert last["schema"] == "lookalike/index/1"


def test_acknowledgements_go_to_a_file_that_is_named(here, photos_folder: Path, tmp_path: Path) -> None:
    ran = here("index", photos_folder, "--describer", "phash", "--no-local", "--jsonl", "-o", tmp_path / "told")
    assert ran.out == b""
    *lines, last = map(json.loads, (tmp_path / "told").read_text().splitlines())
    assert (max(line.get("committed", 0) for line in lines), last["added"]) == (5, 4)


def test_failures_are_told_once_and_listed_by_status(here, photos_folder: Path) -> None:
    first = here("index", photos_folder, "--describer", "phash", "--no-local")
    assert "broken.jpg: not_an_image" in first.err
    again = here("index", photos_folder)
    assert again.code == 3
    assert "broken.jpg" not in again.err
    assert "1 files failed before" in again.err
    listed = here("status", "--failures")
    assert listed.out.decode().startswith(f"{photos_folder / 'broken.jpg'}: not_an_image")
    (failure,) = here("status", "--failures", "--json").document["failures"]
    assert (failure["path"], failure["reason"]) == (str(photos_folder / "broken.jpg"), "not_an_image")
    assert "failures" not in here("status", "--json").document


def test_skipped_files_are_named_to_the_curious(here, photos_folder: Path) -> None:
    (photos_folder / "notes.txt").write_text("no picture")
    assert "notes.txt" not in here("index", photos_folder, "--describer", "phash", "--no-local").err
    assert f"skipped: {photos_folder / 'notes.txt'}: name" in here("-v", "index", photos_folder).err


def test_a_folder_that_is_empty_of_a_sudden_is_told_and_kept(here, photos_folder: Path) -> None:
    (photos_folder / "broken.jpg").unlink()
    here("index", photos_folder, "--describer", "phash", "--no-local")
    for file in photos_folder.iterdir():
        file.unlink()
    ran = here("index", photos_folder, "--json")
    assert (ran.code, ran.document["removed"]) == (3, 0)
    assert ran.document["kept"] == [{"path": str(photos_folder), "files": 4}]
    assert "--drop" in ran.err
    dropped = here("index", photos_folder, "--drop", "--json")
    assert (dropped.code, dropped.document["removed"]) == (0, 4)


def test_search_document_has_the_fields_of_the_contract(indexed, photos_folder: Path) -> None:
    ran = indexed("search", photos_folder / "1.png", "--json", "-k", "3")
    assert ran.code == 0
    told = ran.document
    assert (told["schema"], told["searched"], len(told["hits"])) == ("lookalike/search/1", 4, 3)
    hit = told["hits"][0]
    assert set(hit) >= {"path", "score", "probability", "relation", "channels", "why", "box", "query_box", "transform"}
    assert (Path(hit["path"]).name, hit["relation"], hit["score"], hit["box"]) == ("1.png", "identical", 1.0, None)


def test_search_reads_stdin_and_crops(indexed, photos_folder: Path) -> None:
    data = (photos_folder / "2.png").read_bytes()
    assert Path(indexed("search", "-", "--json", stdin=data).document["hits"][0]["path"]).name == "2.png"
    cropped = indexed("search", photos_folder / "2.png", "--crop", "0,0,60,60", "--json")
    assert Path(cropped.document["hits"][0]["path"]).name == "2.png"
    assert indexed("search", photos_folder / "2.png", "--crop", "0,0,60").code == 2


def test_a_dash_between_two_queries_takes_away_what_comes_after_it(indexed, photos_folder: Path) -> None:
    one, other = photos_folder / "1.png", photos_folder / "2.png"
    alone = {hit["path"]: hit["score"] for hit in indexed("search", one, "--json").document["hits"]}
    ran = indexed("search", one, "-", other, "--json").document
    assert (len(ran["query"]["sources"]), ran["query"]["minus"]) == (1, [str(other)])
    less = {hit["path"]: hit["score"] for hit in ran["hits"]}
    assert less[str(one)] == alone[str(one)] == 1  # what is proved stays so
    assert all(less[path] <= alone[path] for path in alone)
    as_stdin = indexed("search", one, "-", "--json", stdin=other.read_bytes()).document
    assert (len(as_stdin["query"]["sources"]), as_stdin["query"]["minus"]) == (2, [])
    from_stdin = indexed("search", one, "-", "-", "--json", stdin=other.read_bytes()).document
    assert {hit["path"]: hit["score"] for hit in from_stdin["hits"]} == less
    assert from_stdin["query"]["minus"] == [None]


def test_a_turned_copy_is_asked_about_in_any_orientation(indexed, photos_folder: Path, tmp_path: Path) -> None:
    Image.open(photos_folder / "2.png").transpose(Image.Transpose.ROTATE_90).save(tmp_path / "turned.png")
    ran = indexed("search", tmp_path / "turned.png", "--any-orientation", "-k", "1", "--verify", "0", "--json")
    found = ran.document
    assert found["query"]["any_orientation"] is True
    assert Path(found["hits"][0]["path"]).name == "2.png"
    assert found["hits"][0]["why"] == "the same pixels, turned by 90 degrees clockwise"


def test_where_no_picture_is_searched_that_is_said(indexed, photos_folder: Path) -> None:
    ran = indexed("search", photos_folder / "0.png", "--where", "label = chair")
    assert (ran.code, ran.out) == (1, b"")
    assert "passes --where 'label = chair'; `lookalike label list` tells" in ran.err


def test_what_may_be_a_piece_of_a_picture_is_sent_to_the_search_for_pieces(
    indexed, photos_folder: Path, tmp_path: Path
) -> None:
    """Only what is small, and what no answer is proven to hold."""
    plain = tmp_path / "plain.png"
    Image.new("RGB", (90, 60), (120, 90, 200)).save(plain)
    Image.new("RGB", (400, 300), (120, 90, 200)).save(tmp_path / "large.png")
    assert "plain.png -l" in indexed("search", plain).err
    assert indexed("--quiet", "search", plain).err == ""
    assert "-l" not in indexed("search", tmp_path / "large.png").err
    assert "-l" not in indexed("search", photos_folder / "0.png").err


def test_search_lines_have_query_and_rank(indexed, photos_folder: Path) -> None:
    lines = [json.loads(line) for line in indexed("search", photos_folder / "1.png", "--jsonl").out.splitlines()]
    assert [line["rank"] for line in lines] == [1, 2, 3, 4]
    assert all(line["query"] for line in lines)


def test_each_query_is_its_own_question_and_a_bad_one_does_not_stop_the_rest(indexed, photos_folder: Path) -> None:
    queries = "\n".join(str(photos_folder / name) for name in ("0.png", "broken.jpg", "3.png"))
    ran = indexed("search", "--each", "--from", "-", "--jsonl", "-k", "1", stdin=queries.encode())
    lines = [json.loads(line) for line in ran.out.splitlines()]
    assert ran.code == 3
    assert [Path(line["query"]).name for line in lines] == ["0.png", "broken.jpg", "3.png"]
    assert [len(line["hits"]) for line in lines] == [1, 0, 1]


def test_nothing_found_exits_1(indexed, photos_folder: Path) -> None:
    assert indexed("search", photos_folder / "1.png", "--where", "width > 5000").code == 1
    assert indexed("dupes").code == 1
    assert indexed("forget", photos_folder / "absent.png").code == 1


def test_a_space_is_forgotten_by_its_name(indexed, photos_folder):
    spaces = [row["name"] for row in indexed("status", "--json").document["spaces"]]
    ran = indexed("forget", "--space", spaces[0], "--json")
    assert (ran.code, ran.document["spaces"]) == (0, spaces[:1])
    assert [row["name"] for row in indexed("status", "--json").document["spaces"]] == spaces[1:]
    assert "no space of the library" in indexed("forget", "--space", spaces[0]).err
    ran = indexed("forget", photos_folder, "--space", spaces[1])
    assert ran.code == 2
    assert "not both" in ran.err
    assert indexed("forget").code == 2


def test_paths_alone_are_ended_by_nul(indexed, photos_folder: Path) -> None:
    name = os.fsdecode(b"\xff\n.png")
    shutil.copy(photos_folder / "0.png", photos_folder / name)
    indexed("index", photos_folder)
    paths = indexed("search", photos_folder / "0.png", "-0").out.split(b"\0")
    assert os.fsencode(photos_folder / name) in paths
    hits = indexed("search", photos_folder / "0.png", "--json").document["hits"]
    assert [hit["path_b64"] for hit in hits if "path_b64" in hit]
    plain = indexed("search", photos_folder / "0.png").out
    assert b"\xff\\n.png" in plain


def test_output_is_written_to_a_file(indexed, photos_folder: Path, tmp_path: Path) -> None:
    ran = indexed(
        "search", photos_folder / "0.png", "--json", "-o", tmp_path / "out.json", "--html", tmp_path / "out.html"
    )
    assert (ran.code, ran.out) == (0, b"")
    assert json.loads((tmp_path / "out.json").read_text())["hits"]
    assert "<html" in (tmp_path / "out.html").read_text()


def test_dupes_lists_groups(indexed, photos_folder: Path, tmp_path: Path) -> None:
    shutil.copy(photos_folder / "0.png", photos_folder / "copy.png")
    indexed("index", photos_folder)
    ran = indexed("dupes", "--json", "--html", tmp_path / "dupes.html")
    (group,) = ran.document["groups"]
    assert (ran.code, group["relation"], group["weakest"]) == (0, "identical", 1.0)
    assert {Path(member["path"]).name for member in group["members"]} == {"0.png", "copy.png"}
    assert {"path", "size", "bytes"} <= set(group["members"][0])
    assert (tmp_path / "dupes.html").exists()


def test_compare_needs_no_library(here, photos_folder: Path, tmp_path: Path) -> None:
    same = here("compare", photos_folder / "0.png", photos_folder / "0.png", "--json").document
    assert (same["schema"], same["relation"], same["channels"]["phash"]) == ("lookalike/compare/1", "identical", 1.0)
    page = tmp_path / "compare.html"
    other = here("compare", photos_folder / "0.png", photos_folder / "1.png", "--html", page, "--json").document
    assert other["relation"] == "similar"
    assert set(other["explanations"]) == set(other["channels"]) == NEED_NOT_LEARN
    assert "<html" in page.read_text()


def test_match_finds_the_transform_and_draws_it(here, photo_files: list[Path], tmp_path: Path) -> None:
    with Image.open(photo_files[3]) as image:
        part = image.convert("RGB").crop((40, 30, 340, 250))
    part.save(tmp_path / "part.png")
    ran = here("match", tmp_path / "part.png", photo_files[3], "--json", "--draw", tmp_path / "drawn.png")
    found = ran.document
    assert (ran.code, found["schema"], found["kind"]) == (0, "lookalike/match/1", "similarity")
    assert found["a"]["size"] == [300, 220]
    np.testing.assert_allclose(found["homography"], [[1, 0, 40], [0, 1, 30], [0, 0, 1]], atol=0.05)
    assert found["inliers"] == sum(found["agrees"]) > 50
    assert len(found["matches"]) == len(found["agrees"]) <= found["a"]["keypoints"]
    with Image.open(tmp_path / "drawn.png") as drawing:
        assert drawing.size[0] > 1000
    assert b"similarity: " in here("match", tmp_path / "part.png", photo_files[3], "--local", "orb").out


def test_match_of_strangers_exits_1(here, photos_folder: Path, photo_files: list[Path]) -> None:
    ran = here("match", photo_files[0], photo_files[4], "--json")
    assert (ran.code, ran.document["homography"], ran.document["inliers"]) == (1, None, 0)
    assert here("match", photos_folder / "broken.jpg", photo_files[4]).code == 2
    assert "did you mean 'sift'" in here("match", photo_files[0], photo_files[4], "--local", "sifd").err


def test_describe_writes_paths_vectors_and_space(here, photos_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "vectors.npz"
    ran = here("describe", photos_folder, "--with", "histogram", "--set", "bins=4", "-o", out)
    assert ran.code == 3
    with np.load(out) as archive:
        assert archive["vectors"].shape == (4, 64)
        assert [Path(path).name for path in archive["paths"]] == [f"{number}.png" for number in range(4)]
        assert json.loads(str(archive["space"]))["name"] == "histogram"
    assert here("describe", photos_folder, "--with", "histogram", "--set", "bins=x", "-o", out).code == 2
    assert here("describe", photos_folder, "--with", "histogran", "-o", out).err.count("did you mean 'histogram'?") == 1


def test_status_verify_doctor_compact_describers_models_speak_json(indexed, photos_folder: Path) -> None:
    status = indexed("status", "--json").document
    assert (status["schema"], status["images"], status["failed"]) == ("lookalike/status/1", 4, 1)
    assert {"name", "digest", "dim", "vectors", "index"} <= set(status["spaces"][0])
    assert indexed("verify", "--json").document == {"schema": "lookalike/verify/1", "ok": True, "problems": []}
    assert indexed("doctor", "--json").document["ok"] is True
    assert indexed("compact", "--json").document["schema"] == "lookalike/compact/1"
    rows = indexed("describers", "--json").document["describers"]
    assert {row["name"] for row in rows} >= {"convnet", "histogram", "phash", "dhash", "thumbnail"}
    assert {"name", "dim", "metric", "source", "fields"} <= set(rows[0])
    local = {row["name"]: row for row in indexed("describers", "--local", "--json").document["local"]}
    assert (local["harris"]["detects"], local["harris"]["extracts"], local["harris"]["lacks"]) == (True, False, None)
    assert "superpoint_v1.pth" in local["superpoint"]["lacks"]
    assert b"superpoint_v1.pth" in indexed("describers", "--local").out
    models = indexed("models", "list", "--json").document["models"]
    assert next(row for row in models if row["name"] == "efficientnet-lite0")["here"]


def test_a_damaged_library_exits_5_and_a_newer_one_6(indexed, tmp_path: Path) -> None:
    import sqlite3

    database = tmp_path / "library" / "library.sqlite"
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    assert indexed("status").code == 6
    for log in database.parent.glob("library.sqlite-*"):
        log.unlink()
    database.write_bytes(b"not a database at all" * 100)
    assert indexed("status").code == 5


def test_a_library_named_before_or_after_the_verb_is_the_same(indexed, program, tmp_path: Path) -> None:
    there, nowhere = tmp_path / "library", str(tmp_path / "nowhere")
    assert program("--library", there, "status", LOOKALIKE_LIBRARY=nowhere).code == 0
    assert program("status", "--library", there, LOOKALIKE_LIBRARY=nowhere).code == 0
    assert program("status", LOOKALIKE_LIBRARY=nowhere).code == 2


def test_torch_is_never_imported(indexed, program, photos_folder: Path) -> None:
    ran = program("search", photos_folder / "0.png", PYTHONPROFILEIMPORTTIME="1")
    assert "lookalike.search.ranking.engine" in ran.err
    assert "| torch" not in ran.err


def test_the_public_names_are_those_promised() -> None:
    import lookalike

    for name in public:
        assert getattr(lookalike, name)
    unknown = "nothing"
    with pytest.raises(AttributeError):
        getattr(lookalike, unknown)


def test_a_picture_with_alpha_is_asked_about_over_white(indexed, photos_folder: Path, tmp_path: Path) -> None:
    image = Image.open(photos_folder / "0.png").convert("RGBA")
    image.save(tmp_path / "alpha.png")
    assert Path(indexed("search", tmp_path / "alpha.png", "--json").document["hits"][0]["path"]).name == "0.png"


def test_repair_describes_anew_what_verify_finds_damaged(indexed, tmp_path: Path) -> None:
    assert indexed("repair").out == b"no problem found\n"
    connection = sqlite3.connect(tmp_path / "library" / "library.sqlite")
    connection.execute("UPDATE vectors_1 SET vector = zeroblob(length(vector)) WHERE content = 2")
    connection.commit()
    connection.close()
    found = indexed("verify")
    assert (found.code, "lookalike repair" in found.err) == (5, True)
    mended = indexed("repair", "--json")
    assert mended.code == 0
    assert mended.document["schema"] == "lookalike/repair/1"
    assert [problem.endswith("checksum") for problem in mended.document["problems"]] == [True]
    assert mended.document["failures"] == []
    assert indexed("verify").code == 0
    assert indexed("search", tmp_path / "photos" / "1.png", "-k", "1").code == 0
