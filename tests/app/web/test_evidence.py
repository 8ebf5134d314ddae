"""Journeys of somebody who asks why: matched places, what each channel sees, sliders of channels, filters as chips."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from .conftest import Opened, Page, faults, mark_a_part, names, ready


def asked(page: Page) -> list[tuple[str, str]]:
    """Fields of the question in the address."""
    return parse_qsl(urlsplit(page.url).query)


def test_matched_places_are_lines_from_the_question_to_the_answer(page: Page, cut: Path) -> None:
    page.set_input_files("#choose", str(cut))
    names(page)
    page.click(".card .picture")
    page.click("dialog >> text=Matched places")
    page.wait_for_selector("dialog .lines line", state="attached")
    told = page.text_content("dialog [role=status] >> text=/explained by one geometry/")
    assert int(told.split()[0]) > 20
    ends = page.eval_on_selector_all(
        "dialog .framed img, dialog .lines circle",
        "all => all.map((each) => each.getBoundingClientRect()).map(({x, y, width, height}) => [x, y, width, height])",
    )
    (first, second), circles = ends[:2], ends[2:]
    middles = [(x + width / 2, y + height / 2) for x, y, width, height in circles]
    for (left, top, width, height), of_it in ((first, middles[::2]), (second, middles[1::2])):
        assert all(left <= x <= left + width and top <= y <= top + height for x, y in of_it)
    page.click("dialog >> text=Matched places")
    assert page.locator("dialog .lines line").first.is_hidden()


def test_a_part_is_matched_as_that_part(desk: Page, photo_files: list[Path]) -> None:
    desk.set_input_files("#choose", str(photo_files[0]))
    names(desk)
    mark_a_part(desk)
    desk.wait_for_selector(".badge.part")
    names(desk)
    desk.click(".card .picture")
    desk.click("dialog >> text=Matched places")
    desk.wait_for_selector("dialog .lines line", state="attached")
    slopes = desk.eval_on_selector_all(
        "dialog .lines line", "all => all.map((each) => each.y2.baseVal.value - each.y1.baseVal.value)"
    )
    assert len(slopes) > 10


def test_every_channel_says_what_it_sees_and_some_draw_it(page: Page, cut: Path) -> None:
    page.set_input_files("#choose", str(cut))
    names(page)
    page.click(".card .picture")
    page.click("dialog summary")
    page.wait_for_selector("dialog .seen img")
    seen = page.locator("dialog .seen figcaption").all_text_contents()
    assert len(seen) == page.locator("dialog .channels li").count()
    assert any(each.startswith("convnet What both show agrees by") for each in seen)
    assert page.evaluate("[...document.querySelectorAll('.seen img')].every((image) => image.naturalWidth > 100)")
    assert faults(page) == []


def test_an_opened_answer_says_relation_coverage_edits_and_differences(desk: Page, cut: Path) -> None:
    desk.set_input_files("#choose", str(cut))
    names(desk)
    desk.click(".card .picture")
    desk.wait_for_selector("dialog .notes li")
    told = " ".join(desk.locator("dialog .notes li").all_text_contents())
    assert "One holds the other" in told
    (shown, shows) = re.search(r"answer shows (\d+) % of the question; the question shows (\d+) % of", told).groups()
    assert int(shown) > 97
    assert int(shows) == pytest.approx(100 * 300 * 300 / (512 * 512), abs=3)
    assert "They differ in no place." in told


def test_identical_pictures_are_laid_over_each_other_too(desk: Page, photo_files: list[Path]) -> None:
    desk.set_input_files("#choose", str(photo_files[0]))
    names(desk)
    desk.click(".card .picture")
    desk.wait_for_selector("dialog .badge.identical")
    assert desk.locator("dialog .swipe img").count() == 2


def test_a_slider_weighs_a_channel_and_the_address_says_so(page: Page) -> None:
    page.goto(f"{page.url}?words=chelsea")
    names(page)
    page.click("text=Ask with this >> nth=0")
    page.wait_for_url("**/?id=*")
    names(page)
    if not page.locator("details[open]").count():
        page.click("summary")
    for name in ("convnet", "histogram"):
        page.focus(f"[name=by-{name}]")
        page.keyboard.press("Home")
        assert page.evaluate("document.activeElement.name") == f"by-{name}"
    names(page)
    assert [value for name, value in asked(page) if name == "by"] == ["phash=0.25"]
    page.reload()
    names(page)
    assert page.input_value("[name=by-phash]") == "0.25"
    assert page.input_value("[name=by-convnet]") == "0"
    told = page.evaluate("fetch(`/api/search${location.search}`).then((told) => told.json())")
    assert told["query"]["by"] == {"phash": 0.25}
    page.click("text=As by default")
    page.wait_for_url(lambda url: "by=" not in url)


def test_filters_are_chips_that_are_added_and_taken_away_by_keys(page: Page) -> None:
    page.goto(f"{page.url}?colour=brown")
    before = len(names(page))
    if not page.locator("details[open]").count():
        page.click("summary")
    add_filter(page, "format", "=", "png")
    page.wait_for_url("**where=*")
    add_filter(page, "name", "!=", 'it\'s a "cat" or (two)')
    chips = page.locator(".filters .chip .name")
    assert chips.all_text_contents() == ["format = png", 'name != "it\'s a ?cat? or (two)"']
    assert 0 < len(names(page)) < before
    page.click(".filters .chip >> nth=0 >> role=button")
    page.wait_for_url(lambda url: "format" not in url)
    assert page.locator(".filters .chip").count() == 1


def add_filter(page: Page, field: str, sign: str, value: str) -> None:
    count = page.locator(".filters .chip").count()
    page.select_option("[aria-label='Filter by']", field)
    page.select_option("[aria-label=How]", sign)
    page.fill("[aria-label=Value]", value)
    page.keyboard.press("Enter")
    page.wait_for_selector(f".filters .chip >> nth={count}")
    names(page)


def test_what_is_joined_by_or_stays_one_chip(opened: Opened, address: str) -> None:
    either = "format = png or name = '*and*'"
    page = ready(opened(f"{address}?colour=brown"))
    names(page)
    page.fill("input[name=where]", either)
    page.keyboard.press("Enter")
    page.wait_for_selector(".filters .chip")
    names(page)
    assert page.locator(".filters .chip .name").all_text_contents() == [either]
    add_filter(page, "width", ">=", "10")
    assert page.input_value("input[name=where]") == f"({either}) and width >= 10"
