"""A model of the user's own from `models add` to `search` and `eval`, in both layouts, against numpy."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

CAPTIONS = ("a red dog", "a cat", "photo of a dog", "red")


@pytest.fixture(params=["optimum", "immich"])
def folder(request: pytest.FixtureRequest, towers: Any) -> Path:
    return getattr(towers, request.param)()


@pytest.fixture
def captioned(tmp_path: Path) -> Path:
    """Four pictures, each with a caption."""
    root = tmp_path / "captioned"
    (root / "images").mkdir(parents=True)
    lines = ["image,caption"]
    for at, caption in enumerate(CAPTIONS):
        pixels = np.random.default_rng(at).integers(0, 256, (4, 5, 3), dtype=np.uint8)
        Image.fromarray(pixels).resize((50, 40), Image.Resampling.NEAREST).save(root / "images" / f"{at}.png")
        lines.append(f"{at}.png,{caption}")
    (root / "captions.csv").write_text("\n".join(lines) + "\n")
    return root


def cosines(captioned: Path, layout: str) -> np.ndarray:
    """(captions, pictures) by numpy alone."""
    import tiny_towers as tiny

    images = [np.asarray(Image.open(captioned / "images" / f"{at}.png")) for at in range(len(CAPTIONS))]
    squash, pad = layout == "optimum", 1 if layout == "optimum" else 0
    half = {"mean": [0.5] * 3, "std": [0.5] * 3}
    normal = half if squash else {"mean": tiny.CLIP["image_mean"], "std": tiny.CLIP["image_std"]}
    pictures = [tiny.seen(image, squash=squash, resample=3, **normal) for image in images]
    return np.array([tiny.read(text, pad) for text in CAPTIONS]) @ np.array(pictures).T


def test_words_find_pictures_by_a_model_that_was_added(
    folder: Path, captioned: Path, here: Any, tmp_path: Path
) -> None:
    ran = here("models", "add", "tiny", folder)
    assert ran.code == 0, ran.err
    assert b"16 numbers a picture; next: lookalike index PATH --describer clip:model=tiny" in ran.out
    ran = here("index", captioned, "--describer", "clip:model=tiny", "--no-local", "--no-planes")
    assert ran.code == 0, ran.err
    expected = cosines(captioned, "optimum" if (folder / "onnx").is_dir() else "immich")
    ran = here("search", "--each", *(f"text:{text}" for text in CAPTIONS), "--jsonl")
    for line, cosine in zip(ran.out.splitlines(), expected, strict=True):
        hits = json.loads(line)["hits"]
        scores = {int(Path(hit["path"]).stem): hit["score"] for hit in hits}
        np.testing.assert_allclose([scores[at] for at in range(4)], np.clip(cosine, 0, 1), atol=1e-4)
        assert [hit["score"] for hit in hits] == sorted(scores.values(), reverse=True)
        assert {hit["probability"] for hit in hits} == {None}
        assert hits[0]["why"].startswith("nearest words of the question: ")


def test_a_model_that_was_added_is_measured_as_others_are(folder: Path, captioned: Path, here: Any) -> None:
    assert here("models", "add", "tiny", folder).code == 0
    ran = here("eval", captioned, "--describer", "clip:model=tiny", "--json")
    assert ran.code == 0, ran.err
    (row,) = ran.document["rows"]
    cosine = cosines(captioned, "optimum" if (folder / "onnx").is_dir() else "immich")
    assert row["metrics"]["p@1"]["value"] == (cosine.argmax(axis=1) == np.arange(4)).mean()


def test_an_added_model_is_listed_and_forgotten(towers: Any, here: Any) -> None:
    folder = towers.optimum()
    added = here("models", "add", "tiny", folder, "--json").document
    assert (added["name"], added["layout"], added["dim"], added["path"]) == ("tiny", "optimum", 16, str(folder))
    assert b"clip:model=tiny" in here("models", "list").out
    assert here("models", "list", "--json").document["added"][0]["name"] == "tiny"
    rows = here("describers", "--json").document["describers"]
    assert [row["fields"] for row in rows if row["name"] == "clip"] == [{"model": "tiny"}]
    assert b"tiny is forgotten" in here("models", "rm", "tiny").out
    assert here("models", "list", "--json").document["added"] == []
    assert (folder / "onnx/text_model.onnx").is_file()


def test_a_library_of_a_model_that_is_gone_still_answers_by_the_rest(
    towers: Any, photos_folder: Path, program: Any
) -> None:
    folder = towers.optimum()
    program("models", "add", "tiny", folder)
    kinds = ("--describer", "clip:model=tiny", "--describer", "phash")
    assert program("index", photos_folder, *kinds, "--no-local", "--no-planes").code == 3
    os.utime(folder / "onnx/text_model.onnx", ns=(0, 0))
    ran = program("search", photos_folder / "1.png", "--json")
    assert ran.code == 0
    assert [set(hit["channels"]) for hit in ran.document["hits"]] == [{"phash"}] * 4
    assert "'clip' is left out" in ran.err
    assert "add its model" in ran.err


def test_a_model_that_cannot_be_used_says_so_and_is_not_kept(towers: Any, here: Any) -> None:
    folder = towers.optimum()
    (folder / "onnx/text_model.onnx").unlink()
    ran = here("models", "add", "tiny", folder, "--json")
    assert ran.code == 2
    assert json.loads(ran.out)["code"] == "weights_error"
    assert here("models", "list", "--json").document["added"] == []


def test_a_model_that_nobody_added_is_named(photos_folder: Path, program: Any, tmp_path: Path) -> None:
    ran = program("index", photos_folder, "--describer", "clip:model=none", LOOKALIKE_CACHE=str(tmp_path / "cache"))
    assert ran.code == 2
    assert "no model 'none'" in ran.err
    assert not (tmp_path / "library").exists()
    ran = program("index", photos_folder, "--describer", "clip", LOOKALIKE_CACHE=str(tmp_path / "cache"))
    assert "lookalike models add NAME FOLDER" in ran.err
