"""The page and the picture of what benchmarks/ann.py measured; of several runs a page of their tables.

python benchmarks/ann_page.py ann.json docs/results/ann.md    writes ann.svg beside it
python benchmarks/ann_page.py ann-1m.json ann-10m.json docs/results/ann-large.md
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any, Final

Row = Mapping[str, Any]
WANTED: Final = 0.98
COLUMNS: Final = 1280
"""Of `convnet`, where they are not reduced."""
LEAST_MISSED: Final = 5e-4
"""Share that is drawn for none."""
SIDE, MARGIN = 380, 60
COLOURS: Final = (
    *("#4269d0", "#efb118", "#ff725c", "#6cc5b0", "#3ca951", "#ff8ab7", "#a463f2", "#97bbf5", "#9c6b4e"),
    *("#222222", "#8a9a00", "#00798c", "#c2185b", "#6d4c9f", "#b0a080"),
)


def milliseconds(row: Row) -> float:
    """Time of a question with exact scores; of usearch, which has none, its own."""
    return float(row.get("ours_ms", row.get("bare_ms", 0)))


def enough(rows: Sequence[Row]) -> Row:
    """The quickest of the settings of one kind that finds what is wanted; else the one that finds most."""
    fine = [row for row in rows if row["recall"] >= WANTED]
    return min(fine, key=milliseconds) if fine else max(rows, key=lambda row: float(row["recall"]))


def by_kind(table: Iterable[Row]) -> list[list[Row]]:
    """Rows of one kind together."""
    return [list(rows) for _, rows in groupby(table, key=lambda row: str(row["kind"]))]


def table_of(table: Sequence[Row]) -> list[str]:
    """Markdown: for each kind its quickest setting that finds enough."""
    heads = (
        "kind",
        "quickest that finds .98",
        "recall@10",
        "ms",
        "bare, ms",
        "bytes a row",
        "learning, s",
        "adding, s",
    )
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for row in map(enough, by_kind(table)):
        bare = f"{row['bare_ms']:.2f}" if "bare_ms" in row else ""
        ours = f"{row['ours_ms']:.2f}" if "ours_ms" in row else ""
        cells = (row["kind"], row["settings"], f"{row['recall']:.3f}", ours, bare)
        further = (f"{row['bytes_a_row']:.0f}", f"{row['train_s']:.0f}", f"{row['add_s']:.0f}")
        lines.append("| " + " | ".join((*cells, *further)) + " |")
    return lines


def picture_of(table: Sequence[Row]) -> str:
    """SVG: what is missed against time, each kind a line; then bytes against time where enough is found."""
    kinds = by_kind(table)
    missed, sizes = [], []
    for at, rows in enumerate(kinds):
        colour = COLOURS[at % len(COLOURS)]
        points = sorted((milliseconds(row), max(1 - row["recall"], LEAST_MISSED)) for row in front(rows))
        missed.append((str(rows[0]["kind"]), colour, points))
        best = enough(rows)
        if best["recall"] >= WANTED:
            sizes.append((str(best["kind"]), colour, [(milliseconds(best), float(best["bytes_a_row"]))]))
    width = 2 * (SIDE + MARGIN)
    panels = [
        panel(missed, 0, "ms of a question", "share of the ten best that is missed"),
        panel(sizes, SIDE + MARGIN, f"ms of a question that finds {WANTED:g}", "bytes a row"),
    ]
    style = "font: 11px sans-serif"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {SIDE + MARGIN}" style="{style}">'
    return "\n".join([head, '<rect width="100%" height="100%" fill="white"/>', *panels, "</svg>"])


def front(rows: Sequence[Row]) -> list[Row]:
    """Settings that no quicker one of the kind beats."""
    return [row for row in rows if not any(beats(other, row) for other in rows)]


def beats(one: Row, other: Row) -> bool:
    """Whether it finds as much in less time."""
    return milliseconds(one) < milliseconds(other) and one["recall"] >= other["recall"]


def panel(lines: Sequence[tuple[str, str, list[tuple[float, float]]]], left: int, across: str, up: str) -> str:
    """Lines and dots on logarithmic scales."""
    xs = [x for _, _, points in lines for x, _ in points]
    ys = [y for _, _, points in lines for _, y in points]
    wide, high = Scale(xs, left + MARGIN, left + SIDE), Scale(ys, SIDE - 10, 10)
    marks = [
        f'<text x="{left + MARGIN + (SIDE - MARGIN) / 2}" y="{SIDE + 40}" text-anchor="middle">{escape(across)}</text>',
        f'<text transform="translate({left + 14} {SIDE / 2}) rotate(-90)" text-anchor="middle">{escape(up)}</text>',
    ]
    for value in wide.ticks:
        marks.append(f'<line x1="{wide(value)}" x2="{wide(value)}" y1="10" y2="{SIDE - 10}" stroke="#ddd"/>')
        marks.append(f'<text x="{wide(value)}" y="{SIDE + 8}" text-anchor="middle">{value:g}</text>')
    for value in high.ticks:
        marks.append(
            f'<line x1="{left + MARGIN}" x2="{left + SIDE}" y1="{high(value)}" y2="{high(value)}" stroke="#ddd"/>'
        )
        marks.append(f'<text x="{left + MARGIN - 4}" y="{high(value) + 4}" text-anchor="end">{value:g}</text>')
    for name, colour, points in lines:
        path = " ".join(f"{wide(x)},{high(y)}" for x, y in points)
        marks.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        marks += [f'<circle cx="{wide(x)}" cy="{high(y)}" r="3" fill="{colour}"/>' for x, y in points]
        x, y = points[0]
        marks.append(f'<text x="{wide(x) + 5}" y="{high(y) - 5}" fill="{colour}">{escape(name)}</text>')
    return "\n".join(marks)


class Scale:
    """Values to px, by their logarithms."""

    def __init__(self, values: Sequence[float], start: float, end: float) -> None:
        self._low, self._high = math.log10(min(values)) - 0.1, math.log10(max(values)) + 0.1
        self._start, self._end = start, end

    def __call__(self, value: float) -> float:
        share = (math.log10(value) - self._low) / (self._high - self._low)
        return round(self._start + share * (self._end - self._start), 1)

    @property
    def ticks(self) -> list[float]:
        """1, 2 and 5 times the powers of ten among them."""
        powers = range(math.floor(self._low), math.ceil(self._high) + 1)
        steps = [float(f"{step}e{power}") for power in powers for step in (1, 2, 5)]
        return [step for step in steps if self._low <= math.log10(step) <= self._high]


def kinds_of(table: Sequence[Row]) -> str:
    """As the benchmark is told them."""
    return ",".join(str(rows[0]["kind"]) for rows in by_kind(table))


def large_table(table: Sequence[Row]) -> list[str]:
    """Markdown: for each kind its quickest setting that finds enough, beside what the choice would take."""
    heads = (
        *("kind", "", "settings", "recall@10", "ms", "bare, ms", "allowed, ms", "bytes a row"),
        *("asking, MB", "building, MB", "building, s"),
    )
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for rows in by_kind(table):
        quickest, chosen = enough(rows), next(row for row in rows if row["chosen"])
        told = {"quickest": quickest, "by choice": chosen} if chosen != quickest else {"quickest, by choice": chosen}
        for name, row in told.items():
            times = (f"{row['ours_ms']:.2f}", f"{row['bare_ms']:.2f}", f"{2 * row['bare_ms'] + 3:.2f}")
            cells = (str(row["kind"]), name, str(row["settings"]), f"{row['recall']:.3f}", *times)
            memory = (f"{row['bytes_a_row']:.0f}", f"{row['resident_mb']:,}", f"{row['build_resident_mb']:,}")
            lines.append("| " + " | ".join((*cells, *memory, f"{row['train_s'] + row['add_s']:.0f}")) + " |")
    return lines


def within_table(rows: Sequence[Row]) -> list[str]:
    """Markdown: all within some numbers of bits."""
    lines = ["| bits | rows found | ms | bare, ms | ratio |", "|---|---|---|---|---|"]
    for row in rows:
        ratio = row["ours_ms"] / row["bare_ms"]
        cells = f"{row['distance']} | {row['found']:.0f} | {row['ours_ms']:.3f} | {row['bare_ms']:.3f} | {ratio:.2f}"
        lines.append(f"| {cells} |")
    return lines


def large_page(results: Sequence[Mapping[str, Any]]) -> list[str]:
    """Markdown."""
    machine, one = results[0]["machine"], next(result["convnet"] for result in results if "convnet" in result)
    lines = [
        "# Millions of rows",
        "",
        f"Rows are `convnet`'s or `phash`'s of {one['real']:,} photos (caltech101), moved as on",
        f"[the page of 100,000](ann.md). {results[0]['queries']} questions are moved anew. *ms* is the median of",
        "one question after the other, exact scores of its candidates included; *bare* is faiss alone, with the",
        "same settings, for as many candidates; *allowed* is twice that and 3 ms. *Quickest* finds .98 in the",
        "least time; *by choice* is what `index` would take. Memory is the peak that was resident, of the process",
        "that asks and of the one that builds, Python and the vectors at hand included. All times are those of",
        "the CPU, one thread. Rows are read from a file, which the system kept in memory.",
        "",
        "Made by `python benchmarks/ann.py DATA/caltech101 --no-usearch`, with what stands above each table, and",
        f"`python benchmarks/ann_page.py`, on {machine['cpus']} shared cores of {machine['processor']}, Python",
        f"{machine['python']}.",
    ]
    for result in results:
        if "convnet" in result:
            figures = result["convnet"]
            lines += ["", f"## {result['rows']:,} rows of {figures['dim']} columns", ""]
            columns = f" --columns {figures['dim']}" if figures["dim"] < COLUMNS else ""
            lines += [f"`--rows {result['rows']}{columns} --kinds {kinds_of(figures['table'])} --bits ''`", ""]
            lines += large_table(figures["table"])
        if "phash" in result:
            figures = result["phash"]
            lines += ["", f"## {result['rows']:,} rows of {figures['dim']} bits", ""]
            lines += [f"`--rows {result['rows']} --kinds '' --bits {kinds_of(figures['table'])}`", ""]
            lines += large_table(figures["table"])
            lines += ["", "All rows within a distance, in order and with ids, beside the bare pass of faiss:", ""]
            lines += within_table(figures["within"])
    return lines


def page(result: Mapping[str, Any], name: str) -> list[str]:
    """Markdown."""
    machine, floats = result["machine"], result["convnet"]
    real = f"`convnet` of {floats['real']:,} photos (caltech101)"
    lines = [
        "# What each kind of index is worth",
        "",
        f"{result['rows']:,} rows of {floats['dim']} columns: {real}, each row a real one moved by {result['moved']:g}",
        "of the difference of two others, so that rows vary as those of pictures do.",
        f"{result['queries']} questions are moved anew. 100 candidates, or `factor` times as many, are scored exactly",
        "by rows in a file; recall is the share of the ten best that is among them. *ms* is the median of one",
        "question after the other, exact scores included; *bare* is faiss alone, with the same settings, for as many",
        "candidates (of usearch its own call). One thread.",
        "",
        f"Made by `python benchmarks/ann.py DATA/caltech101 --rows {result['rows']}` and",
        f"`python benchmarks/ann_page.py`, on {machine['cpus']} shared cores of {machine['processor']}, Python",
        f"{machine['python']}. Times are those of the CPU.",
        "",
        f"![What is missed against time, and bytes against time, by kind]({name}.svg)",
        "",
        *table_of(floats["table"]),
    ]
    bits = result.get("phash")
    if bits:
        told = (
            f"{result['rows']:,} rows of {bits['dim']} bits: a real `phash`, {100 * result['flips']:g} % of it flipped."
        )
        lines += ["", "## Bits", "", told, "", *table_of(bits["table"])]
    return lines


def main() -> None:
    """One page, one picture; of several runs a page alone."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("measured", type=Path, nargs="+")
    parser.add_argument("page", type=Path)
    given = parser.parse_args()
    results = [json.loads(file.read_text()) for file in given.measured]
    if len(results) > 1:
        given.page.write_text("\n".join(large_page(results)) + "\n")
        return
    given.page.write_text("\n".join(page(results[0], given.page.stem)) + "\n")
    given.page.with_suffix(".svg").write_text(picture_of(results[0]["convnet"]["table"]) + "\n")


if __name__ == "__main__":
    main()
