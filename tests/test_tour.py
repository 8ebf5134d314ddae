"""The tour shows what there is: every figure is the library's own, every method is on a page, every command works."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from lookalike.app.cli.program import app
from lookalike.describe import DESCRIBERS
from lookalike.local import DETECTORS, EXTRACTORS
from lookalike.match import LOCATORS, MATCHERS, VERIFIERS
from lookalike.registry import Table

ROOT = Path(__file__).resolve().parents[1]
TOUR = ROOT / "docs" / "tour"
FIGURES = TOUR / "figures"
MOST_BYTES = 2_200_000
QUICK = ("coin-found", "equal-histograms", "told-apart-by-place", "equal-spectra", "stripes", "coarse-light")
"""Figures that are drawn anew here; `python scripts/tour --check` draws all."""
EXAMPLE = "edge_density"
"""Of docs/extend.md, when it is installed."""


@pytest.fixture
def book(monkeypatch: pytest.MonkeyPatch):
    """The module that builds the tour."""
    monkeypatch.syspath_prepend(str(ROOT / "scripts" / "tour"))
    import book

    return book


def test_pages_show_figures_that_exist_and_no_figure_is_left_over(book) -> None:
    shown = [name for page in book.pages() for name in book.shown(page)]
    assert len(shown) == len(set(shown)) >= 40
    assert sorted(f"{name}.webp" for name in shown) == sorted(file.name for file in FIGURES.iterdir())
    assert sorted(shown) == sorted(book.artists())
    assert sum(file.stat().st_size for file in FIGURES.iterdir()) < MOST_BYTES


def test_every_picture_on_a_page_is_one_that_is_drawn(book) -> None:
    for page in book.pages():
        assert page.read_text("utf-8").count("![") == len(book.shown(page))


def test_the_library_says_something_below_every_figure(book) -> None:
    assert [name for page in book.pages() for name, line in book.said(page).items() if not line] == []


@pytest.mark.parametrize("name", QUICK)
def test_a_figure_is_what_the_library_draws_and_says_today(book, name: str) -> None:
    found = book.artists()[name]()
    (line,) = (book.said(page)[name] for page in book.pages() if name in book.said(page))
    assert words(line) == words(found.line)
    assert not book.differs(name, found.picture)


def test_another_picture_differs_from_the_figure_that_is_kept(book) -> None:
    found = book.artists()["coin-found"]()
    assert book.differs("coin-found", found.picture[:, ::-1])


def test_a_figure_whose_weights_are_not_here_stays_as_it_is(tmp_path: Path) -> None:
    build = [sys.executable, str(ROOT / "scripts" / "tour"), "--check", "keypoints-of-networks"]
    bare = os.environ | {"LOOKALIKE_CACHE": str(tmp_path), "LOOKALIKE_OFFLINE": "1"}
    done = subprocess.run(build, env=bare, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stderr.startswith("keypoints-of-networks: kept as it is, for ")


def test_a_figure_that_nothing_draws_is_refused() -> None:
    build = [sys.executable, str(ROOT / "scripts" / "tour"), "--check", "a-dog"]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "nothing draws a-dog\n")


def words(line: str) -> str:
    """Without numbers, whose last digits are the machine's."""
    return re.sub(r"[\d.]+", "", line)


def test_a_new_line_takes_the_place_of_the_old_one(book) -> None:
    bare = "![A cat](figures/cat.webp)\n\nText.\n"
    once = book.captioned(bare, {"cat": "Mostly brown."})
    assert once == "![A cat](figures/cat.webp)\n\n> Mostly brown.\n\nText.\n"
    assert book.captioned(once, {"cat": "All grey."}) == once.replace("Mostly brown", "All grey")
    assert book.captioned(once, {"dog": "Black."}) == once


@pytest.mark.parametrize(
    ("table", "name"),
    [
        (table, name)
        for table in (DESCRIBERS, DETECTORS, EXTRACTORS, LOCATORS, MATCHERS, VERIFIERS)
        for name in table
        if name != EXAMPLE
    ],
)
def test_every_method_is_on_a_page(table: Table[object], name: str) -> None:
    assert any(f"`{name}`" in page.read_text("utf-8") for page in TOUR.glob("*.md"))


def test_every_photo_is_one_that_may_be_shipped_and_is_credited(book) -> None:
    import pictures

    credits = (TOUR / "index.md").read_text("utf-8")
    assert [name for name in pictures.CREDITS if f"`{name}`" not in credits] == []
    with pytest.raises(ValueError, match="may be shipped"):
        pictures.photo("lfw_subset")


def commands() -> list[str]:
    fenced = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    return sorted(
        {
            line
            for page in TOUR.glob("*.md")
            for block in fenced.findall(page.read_text("utf-8"))
            for line in block.splitlines()
        }
    )


@pytest.mark.parametrize("line", commands())
def test_every_command_on_a_page_is_one_that_the_program_takes(line: str) -> None:
    program, verb, *arguments = shlex.split(line)
    assert program == "lookalike"
    group: Any = typer.main.get_command(app)
    command = group.commands[verb]
    given = command.make_context(verb, arguments, resilient_parsing=False).params
    tables: dict[str, Table[Any]] = {
        "describer": DESCRIBERS,
        "by": DESCRIBERS,
        "engine": LOCATORS,
        "local": EXTRACTORS,
        "matcher": MATCHERS,
    }
    if verb in ("adapt", "classify"):
        del tables["by"]  # names of classes there
    for parameter, table in tables.items():
        values = given.get(parameter)
        for value in [values] if isinstance(values, str) else values if isinstance(values, (list, tuple)) else []:
            table.spelled(value.partition("=")[0] if parameter == "by" else value)
