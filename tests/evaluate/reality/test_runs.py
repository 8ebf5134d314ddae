"""Outcomes of runs outlive the process that made them."""

import pytest

from lookalike.evaluate.reality.runs import Runs, Stopped


def never():
    raise AssertionError("it was done before")


def test_what_was_done_is_not_done_again_and_is_counted(tmp_path):
    file = tmp_path / "runs.jsonl"
    told: list[int] = []
    assert Runs(file).of("a", lambda: {"b": [1.5]}) == {"b": [1.5]}
    again = Runs(file, on_run=told.append)
    assert again.of("a", never) == {"b": [1.5]}
    assert again.of("c", lambda: 2) == 2
    assert told == [1, 2]


def test_a_line_that_a_kill_cut_short_is_done_again(tmp_path):
    file = tmp_path / "runs.jsonl"
    Runs(file).of("a", lambda: 1)
    Runs(file).of("b", lambda: 2)
    file.write_bytes(file.read_bytes()[:-3])
    runs = Runs(file)
    assert runs.of("a", never) == 1
    assert runs.of("b", lambda: 3) == 3
    assert Runs(file).of("b", never) == 3


def test_it_stops_before_a_new_run_and_never_before_an_old_one(tmp_path):
    file = tmp_path / "runs.jsonl"
    Runs(file).of("a", lambda: 1)
    runs = Runs(file, lambda: True)
    assert runs.of("a", never) == 1
    with pytest.raises(Stopped):
        runs.of("b", never)
