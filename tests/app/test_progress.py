"""What a person sees of a run that is under way."""

from __future__ import annotations

import io

import pytest

from lookalike.app.cli.progress import bar
from lookalike.search.ingest.options import Progress, Stage


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def seen(monkeypatch: pytest.MonkeyPatch, doing: str, stages: list[Stage]) -> str:
    """What a terminal shows of a run through these stages."""
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("COLUMNS", "100")
    with bar(False, doing) as advance:
        for of in stages:
            for done in (1, 2):
                advance(Progress(2, done, 0, of))
    return terminal.getvalue().rpartition("\x1b[2K")[2] or terminal.getvalue()


def test_comparisons_are_one_bar_with_a_total(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = seen(monkeypatch, "comparing", ["comparisons"])
    assert "comparing" in shown
    assert "2/2" in shown
    assert "0/?" not in shown
    assert "comparisons" not in shown


def test_building_indexes_is_a_bar_below_that_of_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = seen(monkeypatch, "indexing", ["pictures", "indexes"])
    assert shown.count("2/2") >= 1
    assert "building indexes" in shown


def test_off_a_terminal_nothing_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = io.StringIO()
    monkeypatch.setattr("sys.stderr", silent)
    with bar(False) as advance:
        advance(Progress(2, 1, 0))
    assert silent.getvalue() == ""
