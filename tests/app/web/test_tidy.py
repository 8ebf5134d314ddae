"""Journeys of somebody who clears duplicates: nothing goes before it was shown and applied, and all comes back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from .conftest import DESKTOP, PHONE, Opened, Page, Shelf, faults, leave, serving

IS_RUNNING = "fetch('/api/jobs').then((it) => it.json()).then((it) => it.jobs.some((job) => job.state === 'running'))"


def test_groups_of_duplicates_are_shown_and_only_shown(page: Page) -> None:
    page.click("text=Duplicates")
    page.wait_for_selector(".group")
    assert page.locator(".group .badge.best").count() == 2
    assert "lookalike resolve --relation identical" in page.locator(".hint code").first.text_content()
    assert page.locator(".decisions").count() == 0
    page.select_option("select", "part")
    page.wait_for_url("**tidy=part")
    page.wait_for_selector(".group")
    assert page.locator(".hint code").count() == 0


def test_pictures_that_were_not_compared_are_compared_by_who_may(opened: Opened, own: Shelf) -> None:
    import lookalike

    (own.photos / "new.jpg").write_bytes((own.photos / "rocket.jpg").read_bytes() + b"\n")
    with lookalike.open(own.library) as library:
        library.index(own.photos)
    with serving(own.library, "--role", "write") as address:
        page = opened(f"{address}?tidy=copy")
        page.evaluate("fetch('/api/jobs/dupes', {method: 'POST'})")
        other = opened(f"{address}?tidy=copy")  # a tab that sees how far the job is, whoever began it
        other.wait_for_selector(".job progress, .group")
        other.wait_for_selector("text=are not compared", state="detached")
        while other.evaluate(IS_RUNNING):
            other.wait_for_timeout(100)
        leave(other)
        (own.photos / "newer.jpg").write_bytes((own.photos / "rocket.jpg").read_bytes() + b"\n\n")
        with lookalike.open(own.library) as library:
            library.index(own.photos)
        page.reload()
        page.click("text=Accept proposal >> nth=0")
        page.wait_for_selector(".card.to-drop")
        decided = said(page)
        page.click("text=Compare them now")
        page.wait_for_selector(".job >> text=Cancel", state="attached")
        page.wait_for_selector(".job", state="detached")
        page.wait_for_selector("text=newer.jpg")
        assert page.locator(".card.to-drop").count() == 1  # what was decided meanwhile stands
        assert said(page) == decided
        page.click("text=Accept proposal >> nth=1")
        page.wait_for_selector(".card.to-drop >> nth=1")
        assert page.locator("text=Review and apply").count() == 0  # which takes the role admin


@pytest.fixture(params=[DESKTOP], ids=["desktop"])
def tidied(opened: Opened, own: Shelf, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Identical files and copies, before somebody who may act."""
    aside = tmp_path / "aside"
    aside.mkdir()
    with serving(own.library, "--role", "admin", "--aside", aside) as address:
        page = opened(f"{address}?tidy=copy", request.param)
        page.wait_for_selector(".group")
        page.select_option(".decisions select", "move")
        yield page


def files(own: Shelf) -> int:
    return sum(1 for each in own.photos.iterdir() if each.is_file())


def said(page: Page) -> str:
    return str(page.locator(".decisions .said").text_content())


@pytest.mark.parametrize("tidied", [DESKTOP, PHONE], ids=["desktop", "phone"], indirect=True)
def test_proposals_are_looked_at_applied_and_undone(tidied: Page, own: Shelf, tmp_path: Path) -> None:
    before = {each.name: each.read_bytes() for each in own.photos.iterdir()}
    assert said(tidied) == "Nothing is decided yet."
    tidied.click("text=Accept all proposals")
    assert said(tidied).startswith("3 groups decided; 3 files would go")
    assert faults(tidied) == []
    tidied.click("text=Review and apply")
    tidied.wait_for_selector("text=Nothing has happened yet")
    assert faults(tidied) == []
    assert files(own) == len(before)
    tidied.click("text=Move 3 files aside")
    tidied.wait_for_selector("text=3 files went aside")
    assert files(own) == len(before) - 3
    assert len(list((tmp_path / "aside").rglob("*.*"))) == 3
    tidied.click("dialog >> text=Undo")
    tidied.wait_for_selector("text=3 files are back in place")
    tidied.click("dialog >> text=Close")
    tidied.wait_for_selector("dialog", state="detached")
    assert {each.name: each.read_bytes() for each in own.photos.iterdir()} == before


def test_the_last_run_is_undone_after_the_page_was_left(tidied: Page, own: Shelf) -> None:
    count = files(own)
    tidied.click("text=Accept proposal >> nth=0")
    tidied.click("text=Review and apply")
    tidied.click("text=Move 1 file aside")
    tidied.wait_for_selector("text=1 file went aside")
    assert files(own) == count - 1
    tidied.reload()
    tidied.click("text=Undo the last run")
    tidied.wait_for_selector("text=1 file is back in place")
    assert files(own) == count


def test_keys_decide_and_touch_nothing(tidied: Page, own: Shelf) -> None:
    count = files(own)
    tidied.focus("a.picture")
    tidied.keyboard.press("ArrowRight")
    tidied.keyboard.press("k")
    first = tidied.locator(".group").first
    assert first.locator(".card.to-keep .name").count() == 1
    assert first.locator(".card.to-drop .name").count() == 1
    assert tidied.evaluate("document.activeElement.closest('.card').classList.contains('to-keep')")
    tidied.keyboard.press("u")
    assert first.locator(".to-keep, .to-drop").count() == 0
    tidied.keyboard.press("d")
    assert first.locator(".card.to-drop").count() == 1
    tidied.keyboard.press("ArrowLeft")
    tidied.keyboard.press("d")
    assert said(tidied) == "One file of a group always stays."
    tidied.keyboard.press("s")
    assert tidied.locator(".group.skipped").count() == 1
    assert (
        tidied.evaluate("[...document.querySelectorAll('.group')].indexOf(document.activeElement.closest('.group'))")
        == 1
    )
    assert said(tidied) == "Nothing is decided yet."
    assert files(own) == count


def test_another_file_than_the_proposed_one_is_kept(tidied: Page, own: Shelf) -> None:
    group = tidied.locator(".group").first
    other = group.locator(".card").nth(1)
    kept, dropped = (group.locator(".card .name").nth(at).text_content() for at in (1, 0))
    other.locator("text=Keep this").click()
    tidied.click("text=Review and apply")
    tidied.click("text=Move 1 file aside")
    tidied.wait_for_selector("text=1 file went aside")
    assert (own.photos / kept).exists()
    assert not (own.photos / dropped).exists()


def test_a_file_that_may_not_go_says_why_and_stays(tidied: Page, own: Shelf) -> None:
    """The small copy never stands for the whole, whoever keeps it."""
    group = tidied.locator(".group", has_text="chelsea")
    group.locator(".card", has_text="chelsea small.jpg").locator("text=Keep this").click()
    tidied.wait_for_load_state("networkidle")  # thumbnails are here
    (own.photos / "chelsea.png").touch()
    tidied.click("text=Review and apply")
    tidied.wait_for_selector("text=No file would go")
    assert "has changed since it was indexed" in tidied.locator("dialog .outcomes").text_content()
    assert tidied.locator("dialog .main").count() == 0
    tidied.click("dialog >> text=Cancel")
    tidied.wait_for_selector("dialog", state="detached")
    assert (own.photos / "chelsea.png").exists()


def test_what_goes_for_another_file_than_the_best_is_not_said_to_be_of_its_bytes(opened: Opened, own: Shelf) -> None:
    import lookalike

    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "2021:05:04 12:00:00"  # so that the rules keep the JPEG
    with Image.open(own.photos / "coffee.png") as image:
        image.convert("RGB").save(own.photos / "coffee.jpg", quality=95, exif=exif)
    with lookalike.open(own.library) as library:
        library.index(own.photos)
        library.dupes("copy")
    with serving(own.library, "--role", "write") as address:
        page = opened(f"{address}?tidy=copy")
        page.wait_for_selector(".group")
        group = page.locator(".group", has_text="coffee.jpg")
        group.locator(".card.best", has_text="coffee.jpg").wait_for()
        assert group.locator("text=The kept one shows it.").count() == 2
        assert group.locator("text=The same bytes.").count() == 0
        told = page.inner_text("[role=status]:has-text('could be done without')")
        page.click("text=Accept all proposals")
        assert told.split(";")[1].split()[0] == said(page).split(";")[1].split()[0]  # as many as would go
