"""Draws a folder of classes of emoji: a class is a name, its pictures are what ten sets of open licences draw for it.

    pip install resvg_py==0.5.0
    python scripts/emoji.py OUT [--least 5] [--side 72]

The sets are packages that npm brings, at the versions below. Names are those of the code points in the first four of
them; other sets say the same by the same name, or by an alias. Skin tones are left out, since one name then has many.
`LICENCES.txt` in OUT says whose the drawings are: some may be passed on only under the licence that they have.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NAMED = {"noto": "1.2.9", "twemoji": "1.2.5", "openmoji": "1.2.29", "fluent-emoji-flat": "1.2.6"}
"""Sets that name code points, and their versions."""
OTHERS = {
    "noto-v1": "1.2.5",
    "emojione": "1.2.3",
    "emojione-v1": "1.2.3",
    "emojione-monotone": "1.2.1",
    "fluent-emoji-high-contrast": "1.2.6",
    "fxemoji": "1.2.2",
}
SCOPE = "@iconify-json"
SHADES = "skin-tone"

Draw = Callable[[str, int], bytes]
"""An SVG and px of its side, to a PNG."""


@dataclass(frozen=True)
class Drawing:
    """What one set draws for a name."""

    body: str
    width: float
    height: float

    @property
    def svg(self) -> str:
        box = f"0 0 {self.width:g} {self.height:g}"
        return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}">{self.body}</svg>'


@dataclass(frozen=True)
class EmojiSet:
    """Drawings by every name that they have, the names of code points, and the licence."""

    name: str
    drawings: Mapping[str, Drawing]
    named: frozenset[str]
    licence: str

    @classmethod
    def read(cls, name: str, package: Path) -> EmojiSet:
        icons, chars, info = (
            json.loads((package / file).read_text("utf-8")) for file in ("icons.json", "chars.json", "info.json")
        )
        drawings = {each: _drawing(icons, icon) for each, icon in icons["icons"].items()}
        for alias, facts in icons.get("aliases", {}).items():
            if facts.keys() <= {"parent", "hidden"} and facts["parent"] in drawings:  # else it is turned or mirrored
                drawings.setdefault(alias, drawings[facts["parent"]])
        return cls(name, drawings, frozenset(chars.values()), f"{info['license']['title']}, {info['license']['url']}")


def _drawing(icons: Mapping[str, Any], icon: Mapping[str, Any]) -> Drawing:
    sides = (icon.get(side, icons.get(side, 16)) for side in ("width", "height"))
    return Drawing(icon["body"], *sides)


def classes_of(sets: Sequence[EmojiSet], least: int) -> Iterator[tuple[str, Mapping[str, Drawing]]]:
    """Names in their order, each with the drawing of every set that has one; those of fewer than `least` left out."""
    names = sorted({name for each in sets for name in each.named if SHADES not in name})
    seen: set[frozenset[tuple[str, str]]] = set()
    for name in names:
        found = {each.name: each.drawings[name] for each in sets if name in each.drawings}
        key = frozenset((whose, drawing.body) for whose, drawing in found.items())
        if len(found) >= least and key not in seen:  # two names of one thing are one class
            seen.add(key)
            yield name, found


def write(sets: Sequence[EmojiSet], out: Path, least: int, side: int, draw: Draw) -> tuple[int, int]:
    """Classes and pictures that were written, each class a folder."""
    classes = pictures = 0
    for name, drawings in classes_of(sets, least):
        (out / name).mkdir(parents=True)
        for whose, drawing in drawings.items():
            (out / name / f"{whose}.png").write_bytes(draw(drawing.svg, side))
        classes, pictures = classes + 1, pictures + len(drawings)
    (out / "LICENCES.txt").write_text("".join(f"{each.name}: {each.licence}\n" for each in sets), "utf-8")
    return classes, pictures


def drawn(svg: str, side: int) -> bytes:
    """PNG on white."""
    import resvg_py  # type: ignore[import-not-found, unused-ignore]  # of this script alone

    return bytes(resvg_py.svg_to_bytes(svg_string=svg, width=side, height=side, background="#ffffff"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="a folder, new")
    parser.add_argument("--least", type=int, default=5, help="drawings of a class")
    parser.add_argument("--side", type=int, default=72, help="px")
    given = parser.parse_args()
    given.out.mkdir(parents=True)
    versions = NAMED | OTHERS
    with tempfile.TemporaryDirectory() as scratch:
        wanted = [f"{SCOPE}/{name}@{version}" for name, version in versions.items()]
        install = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", scratch, *wanted]
        subprocess.run(install, check=True, capture_output=True)
        sets = [EmojiSet.read(name, Path(scratch) / "node_modules" / SCOPE / name) for name in versions]
    classes, pictures = write(sets, given.out, given.least, given.side, drawn)
    print(f"{pictures} pictures of {classes} classes in {given.out}")


if __name__ == "__main__":
    main()
