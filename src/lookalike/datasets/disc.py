"""The image similarity challenge: edited copies, most of pictures that are not there [Douze et al., DISC21, 2021]."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from lookalike.datasets.from_copies import asked_by_copies
from lookalike.datasets.reader import Files
from lookalike.datasets.retrieval import Retrieval
from lookalike.errors import BadQuery

QUERY = re.compile(r"Q\d{5}")
REFERENCE = re.compile(r"R\d{6}")


@dataclass(frozen=True)
class DISC:
    """A `*ground_truth.csv` of query and reference beside pictures Q00000.jpg and R000000.jpg."""

    name: ClassVar[str] = "disc"
    about: ClassVar[str] = "DISC21: *ground_truth.csv, Q00000.jpg, R000000.jpg"

    def recognises(self, root: Path) -> bool:
        """By the table."""
        return root.is_dir() and any(root.glob("*ground_truth*.csv"))

    def tasks(self, files: Files) -> Mapping[str, Retrieval]:
        """One for each table; a query without a reference has no answer."""
        named = {Path(path).stem: path for path in sorted(files.digests)}
        references = {name: path for name, path in named.items() if REFERENCE.fullmatch(name)}
        tasks = {}
        for file in sorted(Path(files.root).glob("*ground_truth*.csv")):
            copies = []
            lacking = 0
            for query, reference in _rows(file):
                if query in named and (not reference or reference in references):
                    copies.append((named[query], reference or None, ""))
                else:
                    lacking += 1
            tasks[file.stem] = asked_by_copies(files, references, copies, lacking)
        return tasks


def _rows(file: Path) -> list[tuple[str, str]]:
    """(query, reference or nothing)."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = [[word.strip() for word in row] for row in csv.reader(lines) if row]
    if rows and not QUERY.fullmatch(rows[0][0]):  # the names of columns
        rows = rows[1:]
    bad = [row[0] for row in rows if not QUERY.fullmatch(row[0])]
    if bad:
        raise BadQuery(f"{file.name} names {bad[0]!r}, and a query is Q and five digits")
    return [(row[0], row[1] if len(row) > 1 else "") for row in rows]
