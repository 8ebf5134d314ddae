"""Options of the program may stand before and behind the verb."""

from __future__ import annotations

import pytest

from lookalike.app.cli.program import arranged


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("status -q", "-q status"),
        ("status --quiet -v", "--quiet -v status"),
        ("search a.jpg -qv", "-qv search a.jpg"),
        ("--json status", "status --json"),
        ("--library x --json search a.jpg -k 3", "--library x search a.jpg -k 3 --json"),
        ("--json models list", "models list --json"),
        ("--json search -- -q", "search --json -- -q"),
        ("search -- -q --json", "search -- -q --json"),
        ("--version --json", "--version --json"),
        ("--json --version", "--json --version"),
        ("--library", "--library"),
        ("--library=x --json status", "--library=x status --json"),
        ("", ""),
    ],
)
def test_options_of_the_program_are_put_where_they_are_read(given: str, wanted: str) -> None:
    assert arranged(given.split()) == wanted.split()
