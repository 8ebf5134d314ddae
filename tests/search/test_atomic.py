from __future__ import annotations

from pathlib import Path

import pytest

from lookalike.errors import BadQuery
from lookalike.search.atomic import write_atomically


def test_what_a_link_leads_to_is_written_and_the_link_stays(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    target, link = tmp_path / "elsewhere" / "page.html", tmp_path / "page.html"
    target.write_bytes(b"old")
    target.chmod(0o640)
    link.symlink_to(Path("elsewhere") / "page.html")
    assert write_atomically(link, b"new") == link
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert target.stat().st_mode & 0o777 == 0o640
    assert list((tmp_path / "elsewhere").iterdir()) == [target]


def test_a_link_to_a_file_that_is_not_there_yet_makes_it(tmp_path: Path) -> None:
    link = tmp_path / "page.html"
    link.symlink_to("later.html")
    write_atomically(link, b"new")
    assert link.is_symlink()
    assert (tmp_path / "later.html").read_bytes() == b"new"


def test_a_link_that_leads_to_itself_is_refused_in_words(tmp_path: Path) -> None:
    link = tmp_path / "page.html"
    link.symlink_to("page.html")
    with pytest.raises(BadQuery, match=r"page\.html"):
        write_atomically(link, b"new")
    assert link.is_symlink()


def test_a_name_that_no_disk_takes_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(BadQuery, match="File name too long"):
        write_atomically(tmp_path / ("x" * 300), b"new")
