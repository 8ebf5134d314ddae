"""Questions of many parts and judgements, as a user types them."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def indexed(here, photos_folder: Path):
    assert here("index", photos_folder, "--describer", "phash").code == 3  # one of the files is no picture
    return here


def test_parts_weights_and_a_minus_are_typed(indexed, photos_folder: Path) -> None:
    asked = ["photos/0.png", "photos/1.png", "photos/2.png"]
    found = indexed("search", f"2:{asked[0]}", asked[1], "-", f"0.5:{asked[2]}", "--json")
    query = found.document["query"]
    assert (query["sources"], query["minus"]) == (["photos/1.png", "2:photos/0.png"], ["0.5:photos/2.png"])
    assert set(found.document["hits"][0]["parts"]) == {"1.png", "2:0.png", "- 0.5:2.png"}
    data = (photos_folder / "0.png").read_bytes()
    piped = indexed("search", "3:-", asked[1], "--json", stdin=data)
    assert piped.document["query"]["sources"] == ["photos/1.png", "3:-"]


def test_a_file_that_looks_like_a_weight_is_told_from_one(indexed, photos_folder: Path) -> None:
    (photos_folder.parent / "2:0.png").write_bytes((photos_folder / "1.png").read_bytes())
    (photos_folder.parent / "0.png").write_bytes((photos_folder / "0.png").read_bytes())
    refused = indexed("search", "2:0.png")
    assert refused.code == 2
    assert "'2:0.png' may be the file of that name, or '0.png' counted 2 times" in refused.err
    for word, name in (("./2:0.png", "1.png"), ("2:./0.png", "0.png")):
        best = indexed("search", word, "-k", "1", "--json").document["hits"][0]
        assert (best["relation"], Path(best["path"]).name) == ("identical", name)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["0:photos/0.png"], "a weight is a number above 0"),
        (["nan:photos/0.png"], "a weight is a number above 0"),
        (["-", "2:-"], "stdin holds one picture"),
        (["text:a"], "is one letter"),
        (["photos/0.png", "--lang", "English?"], "named by its code"),
        (["photos/0.png", "--like", "nowhere.png"], "is no picture of this library"),
        (["--each", "photos/0.png", "--like", "photos/1.png"], "leave out --each"),
        (["photos/0.png", "--rerank", "no_such_way"], "known: alpha_expansion, augmentation"),
        (["photos/0.png", "--rerank", "diffusion:steps"], "names no re-ranker: write NAME"),
    ],
)
def test_what_cannot_be_asked_is_said(indexed, words: list[str], told: str) -> None:
    found = indexed("search", *words)
    assert found.code == 2
    assert told in found.err


def test_judgements_are_kept_listed_exported_and_forgotten(indexed, photos_folder: Path) -> None:
    judged = ["--like", photos_folder / "1.png", "--unlike", photos_folder / "2.png"]
    found = indexed("search", photos_folder / "0.png", *judged, "--json").document
    assert [Path(hit["path"]).name for hit in found["hits"]] == ["0.png", "1.png", "3.png"]
    assert found["hits"][1]["parts"]["liked"] > 0
    assert indexed("judgements", "list").out == b"     1 liked      1 not  %s\n" % bytes(photos_folder / "0.png")
    assert indexed("judgements", "list", "--json").document["questions"][0]["liked"] == 1
    lines = indexed("judgements", "export").out.decode().splitlines()
    assert lines[0] == "question,path,judgement"
    assert {line.rpartition(",")[2] for line in lines[1:]} == {"like", "unlike"}
    assert indexed("judgements", "forget").code == 2
    assert indexed("judgements", "forget", photos_folder / "2.png").out == b"1 judgement forgotten\n"
    assert indexed("judgements", "forget", "--all", "--json").document["forgotten"] == 1
    assert indexed("judgements", "list").code == 1


def test_a_library_is_tuned_or_told_why_not(indexed, photos_folder: Path) -> None:
    few = indexed("tune", "--from", "folder")
    assert few.code == 2
    assert "give questions of 0 group(s), and 4 are needed" in few.err
    assert indexed("tune", "--from", "judgements").code == 2
    told = indexed("tune", "--from", "copies", "--originals", "4", "--json")
    assert told.code in (0, 1, 2)
    assert indexed("profiles", "list").code == 1
    gone = indexed("search", photos_folder / "0.png", "--profile", "products")
    assert (gone.code, "has no profile 'products'" in gone.err) == (2, True)
    for verb in ("export", "revert"):
        assert indexed("profiles", verb, "products").code == 2


def test_one_question_is_ordered_anew_where_that_is_asked(indexed, photos_folder: Path) -> None:
    plain, again = (
        {
            hit["path"]: hit["score"]
            for hit in indexed("search", photos_folder / "0.png", *more, "--json").document["hits"]
        }
        for more in ([], ["--rerank", "average_expansion"])
    )
    assert plain == again  # an order, and no scores
