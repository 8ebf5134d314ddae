"""The measure of trust, on answerers that know the truth, or nothing of it."""

from pathlib import Path

import numpy as np
import pytest
import skimage.data
from PIL import Image

from lookalike.evaluate.near_misses import Photos
from lookalike.evaluate.near_misses.worn import COPIES
from lookalike.evaluate.trust import Question, Told, by_compare, judged, overlap, questions, touched
from lookalike.evaluate.trust_figures import by_edit, by_kind, figures, tally

BOX = (10.0, 10.0, 20.0, 10.0)


def test_compare_answers_of_files_and_tells_what_it_refuses(tmp_path: Path) -> None:
    Image.fromarray(skimage.data.coffee()).save(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes((tmp_path / "a.png").read_bytes())
    (tmp_path / "c.png").write_bytes(b"no picture")
    assert by_compare(tmp_path / "a.png", tmp_path / "b.png").relation == "identical"
    assert by_compare(tmp_path / "a.png", tmp_path / "c.png").relation == "BadPicture"


def question(truth: str, *, kind: str = "form", edit: str = "saved") -> Question:
    boxes = (BOX,) if truth == "variant" else ()
    return Question(kind, 0, edit, truth, Path("a.png"), Path("b.png"), (100, 80), boxes, boxes)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> list[Question]:
    return list(questions(["ean"], 1, Photos(()), tmp_path_factory.mktemp("made")))


def test_a_family_asks_of_each_variant_twice_and_of_each_copy_once(asked: list[Question]) -> None:
    assert [each.edit for each in asked if each.truth != "variant"] == list(COPIES)
    near = [each for each in asked if each.truth == "variant"]
    assert [each.edit == "as made" for each in near] == [True, False] * 3
    assert all(each.boxes for each in near)
    assert all(each.a.exists() and each.b.exists() for each in asked)


def test_who_tells_the_truth_is_never_false_and_keeps_all(asked: list[Question]) -> None:
    verdicts = [judged(each, Told(each.truth, each.boxes_b)) for each in asked]
    found = tally(verdicts)
    assert (found.identical, found.copy, found.told) == (0, 0, found.variants)
    assert found.kept == found.copies == len(COPIES)
    assert (found.boxed, found.agreeing) == (found.variants, found.variants)
    assert found.median_overlap == 1
    assert found.touched == 1


def test_who_calls_all_copies_is_always_false_and_keeps_all(asked: list[Question]) -> None:
    found = tally([judged(each, Told("copy")) for each in asked])
    assert found.false_per_thousand == (0, 1000)
    assert found.kept == found.copies
    assert (found.boxed, found.median_overlap) == (0, None)


def test_who_calls_all_variants_is_never_false_and_keeps_none(asked: list[Question]) -> None:
    found = tally([judged(each, Told("variant", ())) for each in asked])
    assert found.false_per_thousand == (0, 0)
    assert found.kept == 0
    assert (found.agreeing, found.touched) == (0, 0)


def test_a_part_may_be_called_so_and_a_whole_copy_may_not() -> None:
    assert judged(question("part"), Told("part")).is_kept
    assert judged(question("part"), Told("copy")).is_kept
    assert not judged(question("copy"), Told("part")).is_kept
    assert judged(question("copy"), Told("identical")).is_kept
    assert not judged(question("copy"), Told("scene")).is_kept


def test_identical_and_copy_are_counted_apart_by_kind_and_by_edit() -> None:
    verdicts = [
        judged(question("variant"), Told("identical")),
        judged(question("variant"), Told("copy")),
        judged(question("variant"), Told("scene")),
        judged(question("variant", kind="chart", edit="smaller"), Told("variant", (BOX,))),
        judged(question("copy", kind="chart", edit="jpeg"), Told("copy")),
    ]
    kinds = by_kind(verdicts)
    assert list(kinds) == ["form", "chart", "all"]
    assert (kinds["form"].identical, kinds["form"].copy, kinds["form"].variants) == (1, 1, 3)
    assert kinds["all"].false_per_thousand == (250, 250)
    assert kinds["form"].relations == {"identical": 1, "copy": 1, "scene": 1}
    assert (kinds["chart"].told, kinds["chart"].kept) == (1, 1)
    assert list(by_edit(verdicts)) == ["saved", "smaller", "jpeg"]


def test_figures_leave_out_what_nothing_says_anything_of() -> None:
    verdicts = [judged(question("variant"), Told(relation)) for relation in ("copy", "scene", "scene", "variant")]
    found = figures(verdicts, np.random.default_rng(0))
    assert set(found) == {"false identical", "false copy", "variant"}
    assert (found["false copy"].value, found["false identical"].value) == (0.25, 0)
    kept = figures([*verdicts, judged(question("copy"), Told("copy"))], np.random.default_rng(0))
    assert kept["kept"].value == 1


def test_overlap_is_of_the_areas_and_not_of_single_boxes() -> None:
    halves = ((10.0, 10.0, 10.0, 10.0), (20.0, 10.0, 10.0, 10.0), (15.0, 10.0, 5.0, 10.0))
    assert overlap(halves, (BOX,), (100, 80)) == 1
    assert overlap(halves[:1], (BOX,), (100, 80)) == pytest.approx(0.5)
    assert overlap((), (BOX,), (100, 80)) == 0
    assert overlap(((-20.0, -20.0, 300.0, 300.0),), (BOX,), (100, 80)) == pytest.approx(200 / 8000)


def test_a_true_box_is_touched_by_any_told_one() -> None:
    far = (60.0, 60.0, 5.0, 5.0)
    assert touched(((29.0, 19.0, 5.0, 5.0),), (BOX, far)) == 0.5
    assert touched((), ()) == 1
