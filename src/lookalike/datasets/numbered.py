"""Sets whose file names say which pictures show one thing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from lookalike.datasets.labelled import among, between
from lookalike.datasets.reader import Files
from lookalike.datasets.retrieval import Retrieval

MOST = 64
"""Names that are looked at."""


@dataclass(frozen=True)
class COIL:
    """Objects on a turntable, obj<object>__<view> [Nene, Nayar & Murase, COIL, 1996]."""

    name: ClassVar[str] = "coil"
    about: ClassVar[str] = "COIL-20/100: obj3__45.png"
    pattern: ClassVar[re.Pattern[str]] = re.compile(r"obj(\d+)__\d+\.\w+")

    def recognises(self, root: Path) -> bool:
        """All names are such."""
        return all_match(root, self.pattern)

    def tasks(self, files: Files) -> Mapping[str, Retrieval]:
        """Views ask for the other views of their object."""
        return {"groups": among(files.name, "groups", *_labels(files, self.pattern, str))}


@dataclass(frozen=True)
class UKBench:
    """Four pictures of each object, one after the other [Nister & Stewenius, CVPR 2006]."""

    name: ClassVar[str] = "ukbench"
    about: ClassVar[str] = "UKBench: ukbench00000.jpg, four in a row of one object"
    pattern: ClassVar[re.Pattern[str]] = re.compile(r"ukbench(\d{5})\.\w+")

    def recognises(self, root: Path) -> bool:
        """All names are such."""
        return all_match(root, self.pattern)

    def tasks(self, files: Files) -> Mapping[str, Retrieval]:
        """Each picture asks for the other three."""
        return {
            "groups": among(files.name, "groups", *_labels(files, self.pattern, lambda number: str(int(number) // 4)))
        }


@dataclass(frozen=True)
class Holidays:
    """Six digits, the first four name the scene; the picture that ends in 00 asks [Jegou et al., ECCV 2008]."""

    name: ClassVar[str] = "holidays"
    about: ClassVar[str] = "INRIA Holidays: 100000.jpg asks for 100001.jpg ..."
    pattern: ClassVar[re.Pattern[str]] = re.compile(r"(1\d{5})\.jpg")

    def recognises(self, root: Path) -> bool:
        """All names are such."""
        return all_match(root, self.pattern)

    def tasks(self, files: Files) -> Mapping[str, Retrieval]:
        """Queries are not part of the base."""
        labels, digests, left_out = _labels(files, self.pattern, lambda number: number)
        queries = {path: number[:4] for path, number in labels.items() if number.endswith("00")}
        base = {path: number[:4] for path, number in labels.items() if not number.endswith("00")}
        return {"groups": between(files.name, "groups", queries, base, digests, left_out)}


def all_match(root: Path, pattern: re.Pattern[str]) -> bool:
    """Whether the first names in `root`, or in its folder `jpg` or `full`, are of this form."""
    for folder in (root, root / "jpg", root / "full"):
        if folder.is_dir():
            names = sorted(entry.name for entry in folder.iterdir() if entry.is_file())[:MOST]
            named = [name for name in names if not name.startswith(".") and not name.endswith((".txt", ".md", ".dat"))]
            if len(named) > 1 and all(pattern.fullmatch(name) for name in named):
                return True
    return False


def _labels(
    files: Files, pattern: re.Pattern[str], label: Callable[[str], str]
) -> tuple[dict[str, str], Mapping[str, str], dict[str, int]]:
    """By path what `label` makes of the number; with the digests, and how many names are of another form."""
    matched = {path: pattern.fullmatch(relative.rpartition("/")[2]) for relative, path in files.relative()}
    labels = {path: label(match.group(1)) for path, match in matched.items() if match}
    return labels, files.digests, {"named otherwise": len(matched) - len(labels)}
