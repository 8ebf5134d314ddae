"""Journeys of somebody who looks at answers, by keys, on paper white or in the dark, and without a script."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import lookalike
from lookalike.search.tuning.profile import Profile, keep
from lookalike.store import open_store

from .conftest import MARKUP, Opened, Page, Shelf, faults, names, ready, serving

TOKEN = "0123456789abcdef"


def test_keys_walk_the_answers(page: Page, cut: Path) -> None:
    page.set_input_files("#choose", str(cut))
    names(page)
    page.focus(".card .picture")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("End")
    last = page.evaluate("[...document.querySelectorAll('.picture')].indexOf(document.activeElement)")
    assert last == len(names(page)) - 1
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog[open]")


def test_the_question_is_laid_over_the_answer(page: Page, cut: Path) -> None:
    page.set_input_files("#choose", str(cut))
    names(page)
    page.click(".card .picture")
    page.wait_for_selector("dialog[open] .swipe")
    slider = page.locator("dialog .swipe input")
    covered = page.locator("dialog .cover").get_attribute("style")
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("dialog .cover").get_attribute("style") != covered
    page.click("dialog >> text=Likeness by channel")
    assert page.locator("dialog meter").count() >= 3


def test_an_answer_is_taken_for_the_next_question(desk: Page, cut: Path) -> None:
    desk.set_input_files("#choose", str(cut))
    names(desk)
    desk.click(".card .picture >> nth=2")
    desk.click("dialog >> text=Ask with this")
    desk.wait_for_url("**/?id=*")
    assert names(desk)
    desk.click("text=Not this >> nth=1")
    desk.wait_for_url("**unlike_id=*")
    desk.wait_for_selector(".judged .chip.minus")


def test_a_label_is_suggested_and_given_and_a_profile_chosen(opened: Opened, own: Shelf) -> None:
    with lookalike.open(own.library) as library:
        for at, photo in enumerate(sorted(own.photos.glob("*.png"))[1:]):
            library.labels.add(photo, ("art", "life")[at % 2])
        learned = Profile({"phash": 1.0}, {}, None, "copies", 9, 0.5, (0.1, 0.05, 0.2))
        store = open_store(own.library)
        with closing(store), store.writing(), store.transaction():
            keep(store, "hashes", learned)
    with serving(own.library, "--role", "write") as address:
        page = ready(opened(f"{address}?words=chelsea"))
        first = next(at for at, name in enumerate(names(page)) if name.endswith(".jpg"))
        page.click(f".card .picture >> nth={first}")
        page.wait_for_selector("dialog >> text=No labels.")
        page.click("dialog >> text=Suggest a label")
        page.click("dialog >> text=Give it the label")
        page.wait_for_selector("dialog >> text=/^Labels: (art|life)$/")
        page.keyboard.press("Escape")
        page.select_option("select[name=profile]", "hashes")
        page.click(f"text=Ask with this >> nth={first}")
        page.wait_for_url("**profile=hashes**")
        assert names(page)
        asked = page.evaluate("fetch(`/api/search${location.search}`).then((told) => told.json())")
        assert {name for name, weight in asked["query"]["by"].items() if weight} == {"phash"}


def test_a_name_is_text_whatever_it_holds(page: Page) -> None:
    page.goto(f"{page.url}?words=src")
    assert names(page)[0] == MARKUP
    assert page.locator(".card .name").first.text_content().endswith(MARKUP)
    page.click(".card .picture")
    page.wait_for_selector("dialog[open]")
    assert page.locator("dialog img[src=x], .card img[src=x]").count() == 0
    assert page.title() == "lookalike"


def test_without_a_script_a_form_answers(browser: Any, address: str, cut: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    page.set_input_files("#picture", str(cut))
    page.click("text=Search")
    assert page.locator(".card .name").first.text_content().endswith(("astronaut.png", "again.png"))
    page.click("text=Ask with this >> nth=0")
    assert page.locator(".badge").first.text_content() == "identical"
    page.fill("#where", "wide > 3")
    page.click("text=Search")
    assert page.locator("[role=alert]").count() == 1
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_shut_out(opened: Opened, address: str, size: tuple[int, int], scheme: str, cut: Path) -> None:
    """By the rules of axe: names for screen readers, contrast, order."""
    page = ready(opened(address, size, color_scheme=scheme))
    assert faults(page) == []
    page.set_input_files("#choose", str(cut))
    names(page)
    assert faults(page) == []
    page.click(".card .picture")
    page.wait_for_selector("dialog[open] rect.place")
    assert faults(page) == []


def test_the_routes_are_listed_without_asking_anybody(opened: Opened, address: str) -> None:
    page = opened(f"{address}docs")
    assert page.locator("h2 code").count() > 20
    assert faults(page) == []


def test_a_token_is_asked_for_once(opened: Opened, shelf: Shelf, tmp_path: Path, size: tuple[int, int]) -> None:
    file = tmp_path / "tokens"
    file.write_text(f"read {TOKEN}")
    file.chmod(0o600)
    with serving(shelf.library, "--tokens", file) as address:
        page = opened(f"{address}?words=chelsea", size, refused=(401,))
        page.fill("input[type=password]", "of another service")
        page.click("text=Enter")
        page.wait_for_selector("text=not known here")
        page.fill("input[type=password]", TOKEN)
        page.click("text=Enter")
        assert names(page)[0].startswith("chelsea")
        page.reload()
        assert names(page)[0].startswith("chelsea")
        assert TOKEN not in page.evaluate("document.cookie + JSON.stringify(localStorage)")


def test_a_service_that_ended_is_told_and_the_question_stays(browser: Any, shelf: Shelf, cut: Path) -> None:
    with serving(shelf.library) as address:
        page = browser.new_context().new_page()
        page.goto(address)
        ready(page).set_input_files("#choose", str(cut))
        names(page)
    page.click("button.main")
    page.wait_for_selector("text=does not answer")
    assert page.locator(".chip .name").text_content() == "cut.jpg"
    page.context.close()
