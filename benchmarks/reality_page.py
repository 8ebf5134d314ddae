"""The order of the papers beside the order that holds here, drawn from a table of docs/results/reality.md.

python benchmarks/reality_page.py docs/results/reality.md emoji docs/results/reality-emoji.svg [--beside goods]

The table is the first below the heading that begins with the word named. Printed are rank correlations [Spearman 1904]
of MAP@R with the year of a loss, and with MAP@R in the tables named by --beside.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Sequence
from itertools import dropwhile, islice, takewhile
from pathlib import Path
from typing import Final

from scipy.stats import spearmanr

from lookalike.evaluate.plots import WIDTH, intervals
from lookalike.evaluate.reality.contenders import CONTENDERS

Line = tuple[str, int, tuple[float, float, float]]
"""A method, the year of its paper or 0, and its MAP@R with the ends of the interval."""
STYLE: Final = (
    "text { font: 11px sans-serif; fill: #444 } .title { font-size: 13px } .grid { stroke: #ddd } "
    ".whisker { stroke: #222 } .dot { fill: #1d6fb8 }"
)
HEAD: Final = 26
"""px above a plot."""


def table_of(page: str, word: str) -> list[Line]:
    """Lines in their order; raises `ValueError` for a heading that is not there."""
    below = dropwhile(lambda line: not line.lower().startswith(f"## {word.lower()}"), page.splitlines())
    rows = takewhile(lambda line: line.startswith("|"), dropwhile(lambda line: not line.startswith("|"), below))
    found = list(_lines(list(rows)))
    if not found:
        raise ValueError(f"no table below a heading that begins with {word!r}")
    return found


def _lines(rows: Sequence[str]) -> Iterator[Line]:
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    for row in islice(cells, 2, None):
        value, low, high = (float(told) for told in re.findall(r"[\d.]+", row[cells[0].index("MAP@R")])[:3])
        yield (f"{row[0]}, {row[1]}" if row[1] else row[0]), int(row[1] or 0), (value, low, high)


def picture_of(lines: Sequence[Line]) -> str:
    """SVG."""
    by_year, best_first = sorted(lines, key=lambda line: line[1]), sorted(lines, key=lambda line: -line[2][0])
    plots = [
        intervals({name: figures for name, _, figures in order}, across="MAP@R") for order in (by_year, best_first)
    ]
    height = int(plots[0].split('viewBox="0 0 ')[1].split('"')[0].split()[1])
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * WIDTH} {height + HEAD}"><style>{STYLE}</style>'
    ]
    parts.append('<rect width="100%" height="100%" fill="white"/>')
    for at, (title, plot) in enumerate(
        zip(("In the order of the papers", "In the order that holds here"), plots, strict=True)
    ):
        parts.append(f'<text class="title" x="{at * WIDTH + 8}" y="17">{title}</text>')
        parts.append(plot.replace("<svg ", f'<svg x="{at * WIDTH}" y="{HEAD}" width="{WIDTH}" height="{height}" ', 1))
    return "\n".join([*parts, "</svg>"])


def correlations(page: str, word: str, others: Sequence[str]) -> Iterator[str]:
    """A line for the years, and one for each other table, of the losses that both have."""
    found = losses_of(page, word)
    years = {each.name: each.year for each in CONTENDERS}
    yield told(f"{word}: year and MAP@R", [years[name] for name in found], list(found.values()))
    for other in others:
        beside = losses_of(page, other)
        both = [name for name in found if name in beside]
        yield told(f"{word} and {other}: MAP@R", [found[name] for name in both], [beside[name] for name in both])


def losses_of(page: str, word: str) -> dict[str, float]:
    """MAP@R by loss, without what is not trained."""
    names = {f"{each.name}, {each.year}": each.name for each in CONTENDERS}
    return {names[name]: figures[0] for name, _, figures in table_of(page, word) if name in names}


def told(what: str, first: Sequence[float], second: Sequence[float]) -> str:
    value, p = spearmanr(first, second)
    return f"rank correlation of {what}: {value:+.2f} (p {p:.2g}, {len(first)} losses)"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("page", type=Path)
    parser.add_argument("word")
    parser.add_argument("picture", type=Path)
    parser.add_argument("--beside", action="append", default=[])
    given = parser.parse_args()
    page = given.page.read_text("utf-8")
    given.picture.write_text(picture_of(table_of(page, given.word)) + "\n", "utf-8")
    print("\n".join(correlations(page, given.word, given.beside)))


if __name__ == "__main__":
    main()
