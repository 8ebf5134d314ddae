"""A journey of somebody who adds pictures to the library, where that is allowed."""

from __future__ import annotations

from pathlib import Path

from .conftest import MARKUP, PHONE, Opened, Page, Shelf, faults, names, ready, serving


def test_who_may_not_add_is_not_asked_to(desk: Page) -> None:
    assert desk.locator("text=Add pictures to the library").count() == 0


def test_pictures_that_are_added_are_counted_and_found(opened: Opened, own: Shelf, cut: Path, tmp_path: Path) -> None:
    added = tmp_path / "added"
    no_picture = tmp_path / MARKUP.replace("/", "")
    no_picture.write_text("no picture")
    with serving(own.library, "--role", "write", "--uploads", added) as address:
        page = ready(opened(address, PHONE, refused=(422,)))
        before = int(page.locator(".count").text_content().split()[0])
        page.set_input_files("#add", [cut, no_picture, own.photos / "coffee.png"])
        page.wait_for_selector("text=1 file added, 1 was here already.")
        assert MARKUP.replace("/", "") in page.locator(".add li").text_content()
        assert page.locator(".count").text_content() == f"{before + 1} pictures"
        page.set_input_files("#choose", cut)
        (kept,) = added.iterdir()
        assert kept.read_bytes() == cut.read_bytes()
        assert names(page)[0] == kept.name
        page.set_input_files("#add", no_picture)
        page.wait_for_selector("text=nothing was kept")
        page.wait_for_selector("text=0 files added.")
        assert faults(page) == []
