"""Journeys on the page in a browser; skipped where there is none."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import lookalike

SAME = ("astronaut.png", "again.png")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, photo_files: list[Path]) -> Iterator[str]:
    """A service on a library of photos."""
    folder = tmp_path_factory.mktemp("photos")
    for file in photo_files:
        shutil.copy(file, folder)
    shutil.copy(photo_files[0], folder / "again.png")
    library = tmp_path_factory.mktemp("library")
    with lookalike.open(library) as opened:
        opened.index(folder)
    command = [sys.executable, "-m", "lookalike", "--library", str(library), "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        yield process.stderr.readline().split()[4]
        process.terminate()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not here")
    if not CHROMIUM:
        pytest.skip("chromium is not here")
    with playwright.sync_playwright() as started:
        yield started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])


@pytest.fixture(params=[(1280, 900), (390, 844)], ids=["desktop", "phone"])
def page(browser: Any, address: str, request: pytest.FixtureRequest) -> Iterator[Any]:
    """The page; at the end it has complained of nothing, and asked no other host."""
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height})
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    asked: list[str] = []
    opened.on("request", lambda sent: asked.append(sent.url))
    opened.goto(address)
    opened.wait_for_selector(".panel")
    yield opened
    assert complaints == []
    assert [url for url in asked if not url.startswith((address, "blob:", "data:"))] == []
    assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()


@pytest.fixture
def cut(photo_files: list[Path], tmp_path: Path) -> Path:
    """A part of a photo, on paper."""
    file = tmp_path / "cut.jpg"
    with Image.open(photo_files[0]) as image:
        image.convert("RGB").crop((60, 20, 360, 320)).save(file, quality=70)
    return file


def names(page: Any) -> list[str]:
    page.wait_for_selector(".grid:not([aria-busy]) .card")
    found: list[str] = page.eval_on_selector_all(".card .name", "all => all.map(each => each.title.split('/').pop())")
    return found


def test_a_picture_is_asked_looked_at_and_asked_about(page: Any, cut: Path) -> None:
    page.set_input_files("#choose", str(cut))
    assert names(page)[0] in SAME
    page.click(".card .picture")
    page.wait_for_selector("dialog[open] rect.place")
    first = page.get_attribute("dialog[open]", "aria-label")
    assert page.locator("dialog[open] .swipe img").count() == 2
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("dialog[open]:not([aria-label='" + first + "'])")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog", state="detached")
    page.click("text=More like this >> nth=0")
    page.wait_for_url("**/?id=*")
    assert names(page)[0] in SAME


def test_the_address_holds_the_question(page: Any, cut: Path) -> None:
    page.set_input_files("#choose", str(cut))
    names(page)
    page.click("text=More like this >> nth=1")
    page.wait_for_url("**/?id=*")
    before = names(page)
    page.reload()
    assert names(page) == before
    page.click("text=Not like this >> nth=2")
    page.wait_for_url("**minus_id=*")
    assert len(names(page)) == len(before)
    page.go_back()
    page.wait_for_url(lambda url: "minus_id" not in url)
    assert names(page) == before


def test_a_box_on_the_picture_asks_about_a_part(page: Any, photo_files: list[Path]) -> None:
    page.set_input_files("#choose", str(photo_files[0]))
    names(page)
    frame = page.locator(".stage img").bounding_box()
    page.mouse.move(frame["x"] + 0.2 * frame["width"], frame["y"] + 0.1 * frame["height"])
    page.mouse.down()
    page.mouse.move(frame["x"] + 0.8 * frame["width"], frame["y"] + 0.7 * frame["height"], steps=4)
    page.mouse.up()
    page.wait_for_selector("input[name=crop]")
    x, y, width, height = map(int, page.input_value("input[name=crop]").split(","))
    assert (x, y, width, height) == pytest.approx((102, 51, 307, 307), abs=6)
    assert names(page)[0] in SAME
    page.wait_for_selector(".badge.part")
    page.click("text=Whole picture")
    page.wait_for_selector(".badge.identical")


def test_groups_of_duplicates_are_shown_and_only_shown(page: Any) -> None:
    page.click("text=Duplicates")
    page.wait_for_selector(".group")
    assert page.locator(".group .badge.best").count() == 1
    assert "lookalike resolve --relation identical" in page.locator(".hint code").first.text_content()
    assert page.locator(".decisions").count() == 0
    page.select_option("select", "part")
    page.wait_for_url("**tidy=part")
    page.wait_for_selector("text=not compared")
    assert page.locator(".hint code").count() == 0
    assert page.locator("text=Compare them now").count() == 0  # which takes the role write


def test_keys_walk_the_answers(page: Any, cut: Path) -> None:
    page.set_input_files("#choose", str(cut))
    names(page)
    page.focus(".card .picture")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("End")
    last = page.evaluate("[...document.querySelectorAll('.picture')].indexOf(document.activeElement)")
    assert last == len(names(page)) - 1
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog[open]")


def test_without_a_script_a_form_answers(browser: Any, address: str, cut: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    page.set_input_files("#picture", str(cut))
    page.click("text=Search")
    assert page.locator(".card .name").first.text_content().endswith(SAME)
    page.click("text=More like this >> nth=0")
    assert page.locator(".badge").first.text_content() == "identical"
    context.close()
