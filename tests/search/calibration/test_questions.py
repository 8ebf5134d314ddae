"""What a calibration counts as right, as wrong, and as neither."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lookalike import Library
from lookalike.search.calibration.questions import Asker
from lookalike.search.components import describers_of
from lookalike.search.ingest.options import Options
from lookalike.search.ranking.channels import channels_of
from lookalike.search.ranking.engine import Engine
from lookalike.search.ranking.fuse import FUSERS
from lookalike.search.ranking.verification import verifier_of


@pytest.fixture
def asker(library: Library, tmp_path: Path, photo_files: list[Path]) -> Asker:
    """Of a library that holds seven photos, and of one of them two parts under other names."""
    folder = tmp_path / "album"
    folder.mkdir()
    for file in photo_files:
        with Image.open(file) as image:
            image.convert("RGB").save(folder / f"{file.stem}.png")
    with Image.open(folder / "astronaut.png") as image:
        image.crop((0, 0, 400, 380)).save(folder / "upper.png")
        image.crop((90, 110, 512, 512)).save(folder / "lower.png")
    library.index(folder, describers=["phash"])
    channels = tuple(channels_of(describers_of(library.store)))
    prover = library._verifier()
    return Asker(
        library.store,
        Engine(library.store, library._index),
        prover,
        channels,
        FUSERS.make("weighted"),
        Options(workers=1),
    )


def test_other_parts_of_the_same_photo_are_no_strangers(asker: Asker) -> None:
    worth = asker.copies(originals=9, seed=2)  # by which one of the parts is what others are pasted into
    assert worth is not None
    assert worth.proved is not None
    proved = worth.proved.scores >= 0.9
    assert proved.sum() > 60
    assert worth.proved.right[proved].all()
    assert not np.isnan(worth.looks.scores).any()
    assert worth.looks.questions == worth.proved.questions == 9 * 19


def test_without_local_features_only_looks_are_judged(asker: Asker, library: Library, tmp_path: Path) -> None:
    library.index(tmp_path / "album", local=False)
    looks = verifier_of(library.store, None, library._set_index, library._decoder.sample)
    without = Asker(library.store, asker.engine, looks, asker.channels, asker.fuser, Options(workers=1))
    worth = without.copies(originals=9, seed=0)
    assert worth is not None
    assert worth.proved is None
    assert worth.looks.scores.max() < 1.0 + 1e-6
