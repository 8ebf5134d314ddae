"""A journey through a messy archive: copies under other names, in other folders, smaller and re-encoded; and back."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

import lookalike
from lookalike.search.ingest.options import Options

from .conftest import Opened, Page, serving

FOLDERS = ("2019/Holiday", "backup (2)/<b>old</b> laptop", "Ünïcode", "a/b/c")


@dataclass(frozen=True)
class Archive:
    """Photos of which `made` says, by path, from which photo each file was made."""

    photos: Path
    library: Path
    made: dict[Path, str]

    def tree(self) -> dict[Path, str]:
        """Hashes of all files."""
        return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in self.photos.rglob("*.*")}

    def photo(self, name: str, aside: Path) -> list[Path]:
        """All files that were made from a photo, where they are now."""
        own = [path for path, other in self.made.items() if other == name]
        return [path if path.exists() else aside / path.relative_to("/") for path in own]

    def left(self) -> dict[str, list[Path]]:
        """Files that are there, by the photo from which they were made."""
        found: dict[str, list[Path]] = {name: [] for name in self.made.values()}
        for path, name in self.made.items():
            if path.exists():
                found[name].append(path)
        return found


@pytest.fixture
def archive(photo_files: list[Path], tmp_path: Path) -> Archive:
    photos = tmp_path / "photos"
    made: dict[Path, str] = {}
    for at, file in enumerate(photo_files):
        folders = [photos / FOLDERS[(at + step) % len(FOLDERS)] for step in range(3)]
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
        names = [file.name, f"IMG_{at:04}{file.suffix}", f"{file.stem} small.jpg", f"WhatsApp {file.stem}.jpeg"]
        whole, again, small, worse = (folders[min(step, 2)] / name for step, name in enumerate(names))
        shutil.copy(file, whole)
        shutil.copy(file, again)
        with Image.open(file) as image:
            pixels = image.convert("RGB")
            pixels.resize((pixels.width // 2, pixels.height // 2)).save(small, quality=80)
            pixels.save(worse, quality=50)
        made |= dict.fromkeys((whole, again, small, worse), file.name)
    (photos / FOLDERS[0] / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 cut off")
    with lookalike.open(tmp_path / "library") as library:
        library.index(photos, options=Options(workers=1))
    return Archive(photos, tmp_path / "library", made)


def pixels_of(path: Path) -> int:
    with Image.open(path) as image:
        return image.width * image.height


def cleared(page: Page, address: str, relation: str) -> int:
    """Accepts all proposals of a relation and has them moved aside; how many files went."""
    page.goto(f"{address}?tidy={relation}")
    page.wait_for_selector(".tidy")
    if page.locator("text=Compare them now").count():
        page.click("text=Compare them now")
        page.wait_for_selector("text=Compare them now", state="detached")
    page.wait_for_selector(".group")
    page.select_option(".decisions select", "move")
    page.click("text=Accept all proposals")
    page.click("text=Review and apply")
    page.wait_for_selector("text=Nothing has happened yet")
    going = int(page.inner_text("dialog .sum").split()[0])
    page.click("dialog button.main")
    page.wait_for_selector("dialog h2:has-text('What happened')")
    assert int(page.inner_text("dialog .sum").split()[0]) == going
    page.click("dialog >> text=Close")
    return going


def test_a_messy_archive_is_cleared_and_all_comes_back(opened: Opened, archive: Archive, tmp_path: Path) -> None:
    before, aside = archive.tree(), tmp_path / "aside"
    aside.mkdir()
    with serving(archive.library, "--role", "admin", "--aside", aside, "--workers", "2") as address:
        page = opened(f"{address}?tidy=identical")
        page.set_default_timeout(120_000)
        photos = len(set(archive.made.values()))
        assert cleared(page, address, "identical") >= photos  # one of each two that are the same
        gone = cleared(page, address, "copy")
        assert gone >= photos  # smaller ones and worse ones, as far as geometry proves them
        left = archive.left()
        assert all(left.values())  # of no photo all went
        assert sum(map(len, left.values())) + len(list(aside.rglob("*.*"))) == len(archive.made)
        for name, paths in left.items():
            assert max(map(pixels_of, paths)) == max(pixels_of(each) for each in archive.photo(name, aside))
        for _ in range(2):
            page.click("text=Undo the last run")
            page.wait_for_selector("dialog h2:has-text('What happened')")
            page.click("dialog >> text=Close")
            page.wait_for_selector("dialog", state="detached")
        page.wait_for_selector("text=Undo the last run", state="detached")
    assert archive.tree() == before
    assert not [path for path in aside.rglob("*") if path.is_file()]
