"""What a calibration counts as right, as wrong, and as neither."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lookalike import Library
from lookalike.errors import BadQuery
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
            small = image.convert("RGB")
            small.thumbnail((320, 320))
            small.save(folder / f"{file.stem}.png")
    with Image.open(folder / "astronaut.png") as image:
        image.crop((0, 0, 250, 238)).save(folder / "upper.png")
        image.crop((56, 69, 320, 320)).save(folder / "lower.png")
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
    worth = asker.copies(originals=6, seed=2)  # by which one of the parts is what others are pasted into
    assert worth is not None
    assert worth.proved is not None
    proved = worth.proved.scores >= 0.9
    assert proved.sum() > 60
    assert worth.proved.right[proved].all()
    assert not np.isnan(worth.looks.scores).any()
    assert worth.looks.questions == worth.proved.questions == (6 + 2) * 19


def test_without_local_features_only_looks_are_judged(asker: Asker, library: Library, tmp_path: Path) -> None:
    library.index(tmp_path / "album", local=False)
    looks = verifier_of(library.store, None, library._set_index, library._decoder.sample)
    without = Asker(library.store, asker.engine, looks, asker.channels, asker.fuser, Options(workers=1))
    worth = without.copies(originals=9, seed=0)
    assert worth is not None
    assert worth.proved is None
    assert worth.looks.scores.max() < 1.0 + 1e-6


def test_answers_that_were_judged_are_right_or_wrong_and_others_are_neither(
    of_classes: Library, tmp_path: Path
) -> None:
    hues = [tmp_path / "hues" / f"hue {at}" for at in range(8)]

    def judge(at: int) -> None:
        asked = of_classes.search(hues[at] / "0.png", k=1)
        own, other = ([hues[at + step] / f"{number}.png" for number in (1, 2, 3)] for step in (0, -1))
        of_classes.judgements.keep(asked.question, own, other)

    for at in range(3):
        judge(at)
    with pytest.raises(BadQuery, match=r"answers to 3 picture\(s\) of the library were judged, and 4 are needed"):
        of_classes.calibrate(source="judgements")
    for at in range(3, 8):
        judge(at)
    fitted = of_classes.calibrate(by="histogram", source="judgements")
    assert (fitted.calibration.claim, fitted.calibration.questions) == ("judged", 8)
    found = of_classes.search(hues[4] / "5.png", by="histogram", k=48)
    sure = {one.path: one.probability for one in found}
    assert found.claim == "judged"
    assert sure[str(hues[4] / "4.png")] > 0.6 > sure[str(hues[1] / "4.png")]
    of_classes.forget([folder / "0.png" for folder in hues[:5]])
    with pytest.raises(BadQuery, match="answers to 3 picture"):
        of_classes.calibrate(source="judgements")


def test_classes_of_a_library_are_what_a_calibration_is_about(of_classes: Library, tmp_path: Path) -> None:
    of_classes.objects.gather("folder")
    for source in ("object", "folder", f"folder:{tmp_path / 'hues'}"):
        fitted = of_classes.calibrate(by="histogram", source=source)
        assert (fitted.calibration.claim, fitted.calibration.questions) == ("class", 48)
    with pytest.raises(BadQuery, match=r"pictures of 1 class\(es\) by folder:"):
        of_classes.calibrate(source=f"folder:{tmp_path}")
    with pytest.raises(BadQuery, match="leave out the source, or the labels"):
        of_classes.calibrate(source="label", labels=tmp_path)
