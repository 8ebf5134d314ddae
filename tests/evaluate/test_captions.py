"""Words as queries, with a describer of colours that can also read their names."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import cv2
import numpy as np
import pytest

from lookalike.datasets.reader import Captions
from lookalike.describe.thumbnail import Thumbnail
from lookalike.errors import BadQuery
from lookalike.evaluate.captions import captions_task
from lookalike.evaluate.method import Method
from lookalike.evaluate.protocol import evaluate
from lookalike.search.described import DescribedFolder, describe_folder
from lookalike.search.ingest.options import Options
from lookalike.search.ranking.channels import Channel
from lookalike.types import Space

COLOURS = {"red": (200, 20, 20), "green": (20, 200, 20), "blue": (20, 20, 200)}


@dataclass(frozen=True)
class Colour:
    """Mean colour."""

    name: ClassVar[str] = "colour"
    revision: ClassVar[int] = 1
    compares: ClassVar[str] = "colour"
    source: ClassVar[str] = "this test"
    unrelated: ClassVar[float] = 0.0

    @property
    def space(self):
        return Space("colour", "0", 3, "cosine")

    @property
    def min_side(self):
        return 8

    def describe(self, pictures):
        return self._unit([picture.pixels.reshape(-1, 3).mean(axis=0) for picture in pictures])

    def describe_text(self, texts):
        return self._unit(
            [next(np.array(colour) for name, colour in COLOURS.items() if name in text) for text in texts]
        )

    def _unit(self, rows):
        rows = np.array(rows, np.float32).reshape(-1, 3)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def described(tmp_path):
    for name, colour in COLOURS.items():
        cv2.imwrite(str(tmp_path / f"{name}.png"), np.full((32, 32, 3), colour[::-1], np.uint8))
    found = describe_folder(str(tmp_path), [Thumbnail()], tmp_path / "cache", Options(workers=1))
    paths = sorted(found.records)
    place = {found.records[path].id: at for at, path in enumerate(paths)}
    rows = Colour().describe(
        [type("P", (), {"pixels": np.full((2, 2, 3), COLOURS[Path(path).stem])}) for path in paths]
    )
    return DescribedFolder(
        found.records, 0, False, place, {Colour().space: rows, Thumbnail().space: found.rows(Thumbnail(), paths)}
    )


def test_each_sentence_finds_its_picture(described):
    captions = Captions(
        "made", tuple((path, f"something {Path(path).stem}") for path in described.records for _ in "ab")
    )
    task, rows = captions_task(captions, described, [Colour()])
    assert (task.task, len(task.queries), len(task.base)) == ("captions", 6, 3)
    method = Method("colour", (Channel(Colour(), 1.0),))
    (row,) = evaluate(task, [method], rows, {"colour": 1.0}, np.random.default_rng(0))
    assert row.metrics["p@1"].value == 1


def test_a_describer_that_cannot_read_is_named(described):
    captions = Captions("made", tuple((path, "red") for path in described.records))
    with pytest.raises(BadQuery, match="thumbnail cannot read"):
        captions_task(captions, described, [Colour(), Thumbnail()])
