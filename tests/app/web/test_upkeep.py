"""Journeys of somebody who looks after the library: jobs, folders, failures, calibration, describers, room."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np

import lookalike
from lookalike.search.ingest.options import Options

from .conftest import Opened, Page, Shelf, faults, leave, ready, serving


def looked_after(opened: Opened, address: str, size: tuple[int, int]) -> Page:
    page = opened(f"{address}?upkeep", size)
    page.wait_for_selector(".upkeep")
    return page


def section(page: Page, title: str) -> str:
    found: str = page.inner_text(f"section[aria-label='{title}']")
    return found


def test_whoever_reads_sees_what_the_library_holds(opened: Opened, address: str, size: tuple[int, int]) -> None:
    page = ready_from_the_start(opened, address, size)
    assert page.locator("text=Look for changes").count() == 0
    assert "10" in section(page, "Folders")
    assert "free on its disk" in section(page, "Room on the disk")
    assert "Every file could be read" in section(page, "Files that could not be read")
    assert "answers tell no probability" in section(page, "How sure answers are")
    assert "convnet" in section(page, "Describers")
    assert faults(page) == []


def ready_from_the_start(opened: Opened, address: str, size: tuple[int, int]) -> Page:
    """The view, reached by its link."""
    page = opened(address, size)
    page.wait_for_selector(".panel")
    page.click("text=Look after")
    page.wait_for_selector(".upkeep")
    return page


def test_new_pictures_are_looked_for_and_failures_say_why(
    opened: Opened, own: Shelf, size: tuple[int, int], photo_files: list[Path]
) -> None:
    (own.photos / "note.png").write_text("hello")
    (own.photos / "torn.jpg").write_bytes((own.photos / "chelsea small.jpg").read_bytes()[:900])
    shutil.copy(photo_files[2], own.photos / "once more.png")
    with serving(own.library, "--role", "write") as address:
        page = looked_after(opened, address, size)
        page.focus("text=Look for changes in all folders")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=/index: done, but for some files; 1 added, 2 failed/")
        page.wait_for_selector(".count:has-text('11 pictures')", state="attached")
        page.focus("summary >> text=No picture: 1 file")
        page.keyboard.press("Enter")
        page.wait_for_selector(".failures .name >> text=photos/note.png")
        assert page.locator(".failures li").count() == 1
        assert "begins with" not in page.inner_text(".upkeep")  # details are for admin
        assert faults(page) == []
        leave(page)


def test_a_job_that_another_tab_began_is_watched_and_cancelled(opened: Opened, own: Shelf) -> None:
    with serving(own.library, "--role", "write") as address:
        first = looked_after(opened, address, (1280, 900))
        first.evaluate(
            "fetch('/api/jobs/index', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: '{}'})"
        )
        second = looked_after(opened, address, (1280, 900))
        if second.locator(".job").count():
            second.click(".job >> text=Cancel")
        second.wait_for_selector("section[aria-label='At work'] >> text=/^index: (cancelled|done)/")
        leave(first, second)


def test_a_calibration_that_is_outgrown_is_told(opened: Opened, own: Shelf) -> None:
    with lookalike.open(own.library) as library:
        library.calibrate(originals=5, options=Options(workers=1))
    with serving(own.library) as address:
        page = looked_after(opened, address, (1280, 900))
        assert "Answers tell how likely they are to be right (copy; from" in section(page, "How sure answers are")
        ready(page)
    with lookalike.open(own.library) as library:
        library.add({f"shop:{at}": np.full((64, 64, 3), 9 * at, np.uint8) for at in range(25)})
    with serving(own.library) as address:
        page = looked_after(opened, address, (1280, 900))
        assert "The library has grown since" in section(page, "How sure answers are")
        assert "lookalike calibrate" in section(page, "How sure answers are")
