"""Builds the figures of docs/tour and what stands below them: `python scripts/tour [--check] [FIGURE...]`.

With --check nothing is written; the exit code is 1 where what is kept is not what the library draws and says.
"""

from __future__ import annotations

import argparse
import sys

import book

from lookalike.errors import WeightsError
from lookalike.types import Explanation


def main() -> int:
    parser = argparse.ArgumentParser(description="Build the figures of docs/tour.")
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit code 1 where something is out of date"
    )
    parser.add_argument("figures", nargs="*", metavar="FIGURE", help="names of figures [default: all that pages show]")
    options = parser.parse_args()
    on_pages = [name for page in book.pages() for name in book.shown(page)]
    unknown = sorted(set(on_pages + options.figures) - set(book.artists()))
    if unknown:
        print(f"nothing draws {', '.join(unknown)}", file=sys.stderr)
        return 2
    drawn = {name: found for name in options.figures or on_pages if (found := draw(name)) is not None}
    return report(stale(drawn)) if options.check else write(drawn)


def draw(name: str) -> Explanation | None:
    """None where it needs weights that are not here: then what is kept stays."""
    try:
        return book.artists()[name]()
    except WeightsError as error:
        print(f"{name}: kept as it is, for {error}", file=sys.stderr)
        return None


def write(drawn: dict[str, Explanation]) -> int:
    for name, found in drawn.items():
        assert found.picture is not None
        book.save(name, found.picture)
        print(f"{name}: {found.line}")
    lines = {name: found.line for name, found in drawn.items()}
    for page in book.pages():
        page.write_text(book.captioned(page.read_text("utf-8"), lines), "utf-8")
    for file in book.orphans(name for page in book.pages() for name in book.shown(page)):
        file.unlink()
    return 0


def stale(drawn: dict[str, Explanation]) -> list[str]:
    """Names of figures that are other pictures, or said to be something else."""
    said = {name: line for page in book.pages() for name, line in book.said(page).items()}
    return [
        name
        for name, found in drawn.items()
        if found.picture is None or said.get(name) != found.line or book.differs(name, found.picture)
    ]


def report(names: list[str]) -> int:
    for name in names:
        print(f"{name}: out of date; run `python scripts/tour {name}`")
    return 1 if names else 0


if __name__ == "__main__":
    sys.exit(main())
