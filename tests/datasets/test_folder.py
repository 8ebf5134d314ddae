import numpy as np
import pytest

from lookalike.datasets.folder import ClassFolders
from lookalike.datasets.reader import Files
from lookalike.errors import BadQuery


def read(tmp_path, files):
    """`files`: path below the root -> its bytes' name."""
    digests = {str(tmp_path / path): sha256 for path, sha256 in files.items()}
    return ClassFolders().tasks(Files(str(tmp_path), digests))["folder"]


def names(task, places):
    return [task.pictures[at].rsplit("/", 1)[1] for at in places]


def test_each_picture_asks_for_the_others_of_its_folder(tmp_path):
    task = read(tmp_path, {"cat/1": "a", "cat/2": "b", "cat/3": "c", "dog/4": "d", "dog/5": "e"})
    assert (task.task, task.name, task.left_out) == ("folder", tmp_path.name, {})
    answers = {names(task, [at])[0]: names(task, right) for at, right in zip(task.queries, task.relevant, strict=True)}
    assert answers == {"1": ["2", "3"], "2": ["1", "3"], "3": ["1", "2"], "4": ["5"], "5": ["4"]}
    np.testing.assert_array_equal(task.groups, [0, 0, 0, 1, 1])
    np.testing.assert_array_equal(task.base, np.arange(5))


def test_folders_of_one_name_at_two_places_are_two_classes(tmp_path):
    task = read(tmp_path, {"a/x/1": "a", "a/x/2": "b", "b/x/3": "c", "b/x/4": "d"})
    assert task.groups.max() == 1


def test_a_picture_alone_in_its_class_is_not_asked_but_may_be_found(tmp_path):
    task = read(tmp_path, {"cat/1": "a", "cat/2": "b", "bird/3": "c"})
    assert names(task, task.queries) == ["1", "2"]
    assert len(task.base) == 3
    np.testing.assert_array_equal(task.groups, [0, 0])
    assert task.left_out == {"alone in its class, so not asked": 1}


def test_the_same_bytes_again_are_left_out_and_counted(tmp_path):
    task = read(tmp_path, {"cat/1": "a", "cat/2": "a", "cat/3": "b", "dog/4": "c", "dog/5": "d"})
    assert names(task, task.base) == ["1", "3", "4", "5"]
    assert task.left_out == {"the same bytes again": 1}


def test_the_same_bytes_in_two_classes_have_no_right_answer(tmp_path):
    task = read(tmp_path, {"cat/1": "a", "cat/2": "b", "cat/3": "x", "dog/4": "x", "dog/5": "c", "dog/6": "d"})
    assert names(task, task.base) == ["1", "2", "5", "6"]
    assert task.left_out["the same bytes in two classes"] == 1


def test_one_class_and_one_picture_a_class_are_refused_with_what_to_do(tmp_path):
    with pytest.raises(BadQuery, match="a folder of its own"):
        read(tmp_path, {"cat/1": "a", "cat/2": "b"})
    with pytest.raises(BadQuery, match="a folder of its own"):
        read(tmp_path, {})
    with pytest.raises(BadQuery, match="add more of a class"):
        read(tmp_path, {"cat/1": "a", "dog/2": "b"})
