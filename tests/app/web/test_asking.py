"""Journeys of somebody who asks: by pictures, parts, colours, words and filters."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from .conftest import Opened, Page, faults, mark_a_part, names, ready

SAME = ("astronaut.png", "again.png")


def test_a_picture_is_asked_looked_at_and_asked_about(page: Page, cut: Path) -> None:
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
    page.click("text=Ask with this >> nth=0")
    page.wait_for_url("**/?id=*")
    assert names(page)[0] in SAME


def test_where_too_many_ask_the_page_asks_again_when_it_is_told_to(opened: Opened, address: str, cut: Path) -> None:
    page = ready(opened(address, refused=(503,)))
    asked: list[str] = []

    def busy_at_first(route: Any) -> None:
        asked.append(route.request.method)
        if len(asked) < 3:
            route.fulfill(status=503, headers={"Retry-After": "1"}, json={"detail": "too many questions at once"})
        else:
            route.continue_()

    page.route("**/api/search", busy_at_first)
    page.set_input_files("#choose", str(cut))
    assert names(page)[0] in SAME
    assert asked == ["POST"] * 3
    asked.clear()
    page.unroute("**/api/search")
    page.route("**/api/search", lambda route: route.fulfill(status=503, json={"detail": "somebody writes"}))
    page.click("button.main")
    page.wait_for_selector("text=somebody writes")


def handed_over(page: Page, file: Path, event: str, holder: str) -> None:
    """Has the page take a file as a browser hands over what is dropped or pasted."""
    page.evaluate(
        """([data, name, event, holder]) => {
            const bytes = Uint8Array.from(atob(data), (each) => each.charCodeAt(0));
            const files = new DataTransfer();
            files.items.add(new File([bytes], name, { type: "image/jpeg" }));
            const made = new Event(event, { bubbles: true, cancelable: true });
            Object.defineProperty(made, holder, { value: files });
            document.body.dispatchEvent(made);
        }""",
        [base64.b64encode(file.read_bytes()).decode(), file.name, event, holder],
    )


@pytest.mark.parametrize(("event", "holder"), [("drop", "dataTransfer"), ("paste", "clipboardData")])
def test_a_picture_that_is_dropped_or_pasted_is_asked(desk: Page, cut: Path, event: str, holder: str) -> None:
    handed_over(desk, cut, event, holder)
    assert names(desk)[0] in SAME
    assert desk.locator(".chip .name").text_content() == "cut.jpg"


def test_several_pictures_are_views_of_one_question(page: Page, cut: Path, photo_files: list[Path]) -> None:
    page.set_input_files("#choose", [str(cut), str(photo_files[3])])
    found = names(page)
    assert found[0] in (*SAME, "chelsea.png", "chelsea small.jpg")
    assert {"astronaut.png", "chelsea.png"} <= set(found[:4])
    assert page.locator(".chips .chip").count() == 2
    assert page.locator(".stage").count() == 0  # of which of the two would a box be a part?
    page.click("text=× >> nth=1")
    page.wait_for_selector(".stage")
    page.click("button.main")
    page.wait_for_selector(".card .badge.part")
    assert names(page)[0] in SAME


def test_what_is_unlike_is_taken_away(desk: Page, cut: Path, photo_files: list[Path]) -> None:
    desk.set_input_files("#choose", [str(cut), str(photo_files[3])])
    names(desk)
    desk.check("[aria-label='Answers should be unlike chelsea.png']")
    desk.wait_for_selector(".chip.minus")
    desk.click("button.main")
    found = names(desk)
    assert found[0] in SAME
    assert "chelsea.png" not in found[:2]


def test_a_box_on_the_picture_asks_about_a_part(page: Page, photo_files: list[Path]) -> None:
    page.set_input_files("#choose", str(photo_files[0]))
    names(page)
    mark_a_part(page)
    page.wait_for_selector("input[name=crop]")
    x, y, width, height = map(int, page.input_value("input[name=crop]").split(","))
    assert (x, y, width, height) == pytest.approx((102, 51, 307, 307), abs=6)
    assert names(page)[0] in SAME
    page.wait_for_selector(".badge.part")
    page.click("text=Whole picture")
    page.wait_for_selector(".badge.identical")


def test_a_colour_is_asked(page: Page) -> None:
    refine(page)
    page.fill("input[type=color]", "#b5651d")
    page.click("text=Add colour")
    names(page)
    page.wait_for_url("**/?colour=*")
    assert page.locator(".colours .chip .name").text_content() == "#b5651d"


def refine(page: Page) -> None:
    if not page.locator("details[open]").count():
        page.click("summary")


def test_words_of_names_are_asked(desk: Page) -> None:
    desk.fill("input[name=words]", "chelsea")
    desk.keyboard.press("Enter")
    assert names(desk)[0].startswith("chelsea")
    desk.wait_for_url("**/?words=chelsea")


def test_a_filter_narrows_the_answers(page: Page, cut: Path) -> None:
    page.set_input_files("#choose", str(cut))
    assert not all(name.endswith(".jpg") for name in names(page))
    refine(page)
    page.fill("input[name=where]", "format = jpeg")
    page.click("button.main")
    assert all(name.endswith(".jpg") for name in names(page))


def test_a_filter_that_is_wrong_says_what_to_do_and_loses_nothing(opened: Opened, address: str) -> None:
    page = ready(opened(address, refused=(422,)))
    page.fill("input[name=words]", "chelsea")
    page.fill("input[name=where]", "wide > 3")
    page.click("button.main")
    page.wait_for_selector(".told .problem")
    assert "wide" in page.locator(".told").text_content()
    assert page.input_value("input[name=where]") == "wide > 3"
    page.fill("input[name=where]", "width > 3")
    page.click("button.main")
    assert names(page)[0].startswith("chelsea")


def test_what_is_no_picture_is_told(opened: Opened, address: str, tmp_path: Path) -> None:
    page = ready(opened(address, refused=(422,)))
    (tmp_path / "holiday.jpg").write_text("no picture")
    page.set_input_files("#choose", str(tmp_path / "holiday.jpg"))
    page.wait_for_selector(".told .problem")
    assert "picture" in page.locator(".told").text_content()


def test_the_address_holds_the_question(page: Page, cut: Path) -> None:
    page.set_input_files("#choose", str(cut))
    names(page)
    page.click("text=Ask with this >> nth=1")
    page.wait_for_url("**/?id=*")
    before = names(page)
    page.reload()
    assert names(page) == before
    page.click("text=Not this >> nth=2")
    page.wait_for_url("**unlike_id=*")
    assert len(names(page)) == len(before) - 1
    page.go_back()
    page.wait_for_url(lambda url: "unlike_id" not in url)
    assert names(page) == before


def test_a_new_start_forgets_the_question(desk: Page, cut: Path) -> None:
    desk.set_input_files("#choose", str(cut))
    names(desk)
    desk.click("text=Start anew")
    desk.wait_for_selector(".card", state="detached")
    assert desk.locator(".chip").count() == 0
    assert "?" not in desk.url


def test_a_judged_answer_orders_the_others_at_once(page: Page, cut: Path) -> None:
    page.set_input_files("#choose", str(cut))
    names(page)
    page.click("text=Ask with this >> nth=0")
    page.wait_for_url("**/?id=*")
    before = names(page)
    liked, _, unliked, *_ = (name for name in before[3:] if "'" not in name)  # selectors have them in quotes
    page.focus(f"[aria-label='More like this, {liked}']")
    page.keyboard.press("Enter")
    page.wait_for_url("**like_id=*")
    after = names(page)
    assert after.index(liked) < before.index(liked)
    page.wait_for_selector(f"[aria-label='More like this, {liked}'][aria-pressed=true]:focus")  # keys go on from there
    page.click(f"[aria-label='Not this, {unliked}']")
    page.wait_for_url("**unlike_id=*")
    found = names(page)
    assert unliked not in found
    assert page.locator(".judged .chip").count() == 2
    assert faults(page) == []
    assert page.evaluate("document.querySelector('aside').scrollWidth <= document.querySelector('aside').clientWidth")
    page.reload()
    assert names(page) == found
    page.click(".judged .chip.minus button")
    page.wait_for_url(lambda url: "unlike_id" not in url)
    assert unliked in names(page)


def test_parts_count_as_much_as_they_are_given(desk: Page, cut: Path) -> None:
    desk.set_input_files("#choose", str(cut))
    names(desk)
    desk.fill("[aria-label='How much cut.jpg counts']", "2")
    desk.fill("input[name=words]", "chelsea")
    desk.fill("[aria-label='How much Names, labels, captions counts']", "0.5")
    desk.click("button.main")
    desk.wait_for_selector(".why:has-text('moved by')")
    assert names(desk)[0] in SAME
    desk.click("text=Ask with this >> nth=1")
    desk.wait_for_url("**/?id=*")
    desk.fill(".chip .weight", "3")
    desk.fill("input[name=words]", "chelsea")
    desk.click("button.main")
    desk.wait_for_url("**part=3*")
    before = names(desk)
    desk.goto(f"{desk.url}&part=-0.5:colour:teal")
    desk.wait_for_selector(".chip.minus:has-text('colour:teal')")  # what no field shows is told, and kept
    assert (desk.input_value(".chip .weight"), desk.input_value("input[name=words]")) == ("3", "chelsea")
    assert set(names(desk)) == set(before)


def test_answers_may_be_objects(desk: Page) -> None:
    desk.fill("input[name=words]", "chelsea")
    desk.select_option("select[name=group_by]", "as:objects")
    desk.click("button.main")
    desk.wait_for_url("**as=objects*")
    found = names(desk)
    assert sum("chelsea" in name for name in found) == 1
    desk.reload()
    assert names(desk) == found
    assert desk.input_value("select[name=group_by]") == "as:objects"
