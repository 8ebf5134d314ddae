"""What was liked counts, is kept, is told, and is forgotten when asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from lookalike import Library
from lookalike.errors import BadQuery
from lookalike.search.judgements import written


def names(results) -> list[str]:
    return [Path(one.path).name for one in results]


def test_liked_answers_rise_and_unliked_ones_go(filled: Library, folder: Path) -> None:
    plain = filled.search(folder / "0.png", by="phash", verify=0)
    last = plain[-1]
    liked = filled.search(folder / "0.png", by="phash", verify=0, like=[last.path])
    assert names(liked).index(Path(last.path).name) < len(plain) - 1
    (found,) = (one for one in liked if one.path == last.path)
    assert found.parts["liked"] > 0
    assert "liked" in found.why
    unliked = filled.search(folder / "0.png", by="phash", verify=0, unlike=last.path)
    assert names(unliked) == [name for name in names(plain) if name != Path(last.path).name]
    assert unliked[0].parts["- unliked"] <= 0


def test_judgements_are_kept_listed_exported_and_forgotten(filled: Library, folder: Path) -> None:
    asked = filled.search(folder / "0.png")
    assert filled.judgements.keep(asked.question, like=folder / "1.png", unlike=[folder / "2.png"]) == 2
    assert filled.judgements.keep(asked.question, like=folder / "1.png") == 0
    (question,) = filled.judgements.questions()
    assert (Path(question.asked).name, question.liked, question.unliked) == ("0.png", 1, 1)
    rows = filled.judgements.rows()
    assert sorted((Path(path).name, liked) for _, path, liked in rows) == [("1.png", True), ("2.png", False)]
    assert written(rows, "csv").startswith(b"question,path,judgement\n")
    assert written(rows, "jsonl").count(b'"liked": true') == 1
    with pytest.raises(BadQuery, match="csv or jsonl"):
        written(rows, "xml")
    assert filled.judgements.forget(folder / "2.png") == 1
    assert filled.judgements.forget() == 1
    assert filled.judgements.questions() == []


def test_what_cannot_be_judged_is_refused(filled: Library, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(BadQuery, match="is no picture of this library"):
        filled.search(folder / "0.png", like=tmp_path / "other.png")
    with pytest.raises(BadQuery, match="is liked and unliked at once"):
        filled.search(folder / "0.png", like=folder / "1.png", unlike=folder / "1.png")
    with pytest.raises(BadQuery, match="without judgements"):
        filled.search(folder / "0.png", like=folder / "1.png", precision=0.9)
    with pytest.raises(BadQuery, match="about a question"):
        filled.judgements.keep("", like=folder / "1.png")


def test_a_question_is_named_by_its_parts(filled: Library, folder: Path) -> None:
    one, other = filled.search(folder / "0.png"), filled.search(folder / "0.png", by="phash", k=1)
    assert one.question == other.question
    assert one.question != filled.search(folder / "1.png").question
