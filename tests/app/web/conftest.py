"""The page in a browser, on a service of its own; skipped where there is no browser."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import lookalike
from lookalike.search.ingest.options import Options

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
AXE = Path(sys.prefix) / "axe.min.js"
AXE_SHA256 = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
"""Of axe.min.js in the npm package axe-core 4.14.1, which `scripts/browser` fetches."""
MARKUP = "<img src=x onerror=document.title=1> & 'co'.png"
DESKTOP, PHONE = (1280, 900), (390, 844)
Page = Any


@dataclass(frozen=True)
class Shelf:
    """Photos, and a library of them in which copies are compared."""

    photos: Path
    library: Path


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory, photo_files: list[Path]) -> Shelf:
    """Photos, copies of three of them, and a name of markup; never written to."""
    if not CHROMIUM:
        pytest.skip("chromium is not here")
    made = Shelf(tmp_path_factory.mktemp("photos"), tmp_path_factory.mktemp("library"))
    for file in photo_files:
        shutil.copy(file, made.photos)
    shutil.copy(photo_files[0], made.photos / "again.png")
    shutil.copy(made.photos / "coffee.png", made.photos / MARKUP)
    with Image.open(made.photos / "chelsea.png") as image:
        image.convert("RGB").save(made.photos / "chelsea small.jpg", quality=60)
    with lookalike.open(made.library) as library:
        options = Options(workers=1)
        library.index(made.photos, options=options)
        library.dupes("copy", options=options)
        library.objects.add([made.photos / "chelsea.png", made.photos / "chelsea small.jpg"], "cat")
    return made


@pytest.fixture
def own(shelf: Shelf, tmp_path: Path) -> Shelf:
    """The same, to be written to."""
    made = Shelf(tmp_path / "photos", tmp_path / "library")
    shutil.copytree(shelf.photos, made.photos)
    shutil.copytree(shelf.library, made.library)
    with lookalike.open(made.library) as library:
        library.move_root(shelf.photos, made.photos)
    return made


@contextmanager
def serving(library: Path, *arguments: str | Path) -> Iterator[str]:
    """Address of a service that `lookalike serve` starts with `arguments`."""
    command = [
        sys.executable,
        "-m",
        "lookalike",
        "--library",
        str(library),
        "serve",
        "--port",
        "0",
        *map(str, arguments),
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            yield process.stderr.readline().split()[4]
        finally:
            process.terminate()  # also where a test failed, which would else wait for it for ever


@pytest.fixture(scope="module")
def address(shelf: Shelf) -> Iterator[str]:
    """A service that only reads."""
    with serving(shelf.library) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One a module: as long as it is there, this thread has a loop, and tests of others that want one fail."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not here")
    if not CHROMIUM:
        pytest.skip("chromium is not here")
    with playwright.sync_playwright() as started:
        yield started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])


@dataclass
class Watched:
    """A page, what it complained of, and what it asked for."""

    page: Page
    complaints: list[str]
    asked: list[str]


Opened = Callable[..., Page]


@pytest.fixture
def opened(browser: Any) -> Iterator[Opened]:
    """Opens an address; at the end no page has complained, asked another host, or is wider than its window.

    `refused` are statuses of answers that a journey is about: browsers log them as errors.
    """
    pages: list[tuple[Watched, str, tuple[int, ...]]] = []
    with ExitStack() as stack:

        def open_page(url: str, size: tuple[int, int] = DESKTOP, refused: tuple[int, ...] = (), **more: Any) -> Page:
            context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **more)
            stack.callback(context.close)
            context.set_default_timeout(20_000)
            watched = Watched(context.new_page(), [], [])
            watched.page.on("console", lambda message: watched.complaints.append(message.text))
            watched.page.on("pageerror", lambda error: watched.complaints.append(str(error)))
            watched.page.on("request", lambda sent: watched.asked.append(sent.url))
            pages.append((watched, url, refused))
            watched.page.goto(url)
            return watched.page

        yield open_page
        for watched, url, refused in pages:
            own = "/".join(url.split("/")[:3]) + "/"
            expected = tuple(f"status of {status}" for status in refused)
            assert [each for each in watched.complaints if not any(told in each for told in expected)] == []
            assert [each for each in watched.asked if not each.startswith((own, "blob:", "data:"))] == []
            assert watched.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    found: tuple[int, int] = request.param
    return found


@pytest.fixture
def page(opened: Opened, address: str, size: tuple[int, int]) -> Page:
    """The page at each size."""
    return ready(opened(address, size))


@pytest.fixture
def desk(opened: Opened, address: str) -> Page:
    """The page on a desk alone, where the size changes nothing."""
    return ready(opened(address))


def ready(page: Page) -> Page:
    page.wait_for_selector(".panel")
    page.wait_for_selector(".count:has-text('pictures')", state="attached")
    return page


def leave(*pages: Page) -> None:
    """The pages ask nothing any more, so that their service may end."""
    for page in pages:
        page.goto("about:blank")


def mark_a_part(page: Page) -> None:
    """Drags a box over the picture that is asked about, from .2, .1 to .8, .7 of its sides."""
    frame = page.locator(".stage img").bounding_box()
    page.mouse.move(frame["x"] + 0.2 * frame["width"], frame["y"] + 0.1 * frame["height"])
    page.mouse.down()
    page.mouse.move(frame["x"] + 0.8 * frame["width"], frame["y"] + 0.7 * frame["height"], steps=4)
    page.mouse.up()


def names(page: Page) -> list[str]:
    """Names of the answers, once they are there."""
    page.wait_for_selector(".grid:not([aria-busy]) .card")
    found: list[str] = page.eval_on_selector_all(".card .name", "all => all.map(each => each.title.split('/').pop())")
    return found


def faults(page: Page) -> list[str]:
    """Findings of axe that are serious or critical."""
    if not AXE.is_file() or hashlib.sha256(AXE.read_bytes()).hexdigest() != AXE_SHA256:
        pytest.skip(f"axe-core is not here: `scripts/browser {sys.prefix}` fetches it")
    page.evaluate(AXE.read_text("utf-8"))  # no script element: the page allows none but its own
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{each['id']}: {node['html'][:200]}"
        for each in found["violations"]
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]


@pytest.fixture
def cut(photo_files: list[Path], tmp_path: Path) -> Path:
    """A part of a photo, on paper."""
    file = tmp_path / "cut.jpg"
    with Image.open(photo_files[0]) as image:
        image.convert("RGB").crop((60, 20, 360, 320)).save(file, quality=70)
    return file
