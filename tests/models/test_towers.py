"""Models of two towers in the layouts that people have: every trap of them, against numpy."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from lookalike.describe.clip import Clip
from lookalike.models.towers.added import add, added
from lookalike.types import Picture, Pixels

HALF = {"mean": [0.5] * 3, "std": [0.5] * 3}


@pytest.fixture
def tiny(towers: Any) -> ModuleType:
    import tiny_towers

    return tiny_towers


@pytest.fixture(params=[(48, 96), (90, 41), (32, 32), (20, 7)], ids=str)
def pixels(request: pytest.FixtureRequest) -> Pixels:
    """Wide, high, exact, and smaller than what is seen."""
    coarse = np.random.default_rng(3).integers(0, 256, (*request.param, 3), dtype=np.uint8)
    return np.ascontiguousarray(coarse)


def described(folder: Path, pixels: Pixels) -> np.ndarray:
    add("tiny", folder)
    return Clip("tiny").describe([Picture(pixels, pixels.shape[1::-1])])[0]


def asked(folder: Path, text: str) -> np.ndarray:
    add("tiny", folder)
    return Clip("tiny").describe_text([text])[0]


# pictures


@pytest.mark.parametrize(
    ("changes", "squash", "resample", "mean"),
    [
        ({}, True, 3, 0.5),
        ({"resample": 2}, True, 2, 0.5),
        ({"do_normalize": False}, True, 3, None),
        ({"size": 32, "crop_size": 32}, False, 3, 0.5),
        ({"size": {"shortest_edge": 32}, "do_center_crop": True}, False, 3, 0.5),
        ({"size": 32}, True, 3, 0.5),
        ({"size": {"shortest_edge": 32}, "crop_size": {"height": 32, "width": 32}, "resample": 2}, False, 2, 0.5),
    ],
    ids=["siglip", "bilinear", "not normalised", "whole sizes", "no crop size", "a whole size", "dicts"],
)
def test_pictures_are_prepared_as_preprocessor_config_says(
    changes: dict, squash: bool, resample: int, mean: float | None, pixels: Pixels, towers: Any, tiny: ModuleType
) -> None:
    folder = towers.optimum(preprocessor=tiny.SIGLIP | changes)
    normal = HALF if mean else {"mean": [0] * 3, "std": [1] * 3}
    expected = tiny.seen(pixels, squash=squash, resample=resample, **normal)
    np.testing.assert_allclose(described(folder, pixels), expected, atol=2e-5)


@pytest.mark.parametrize(
    ("changes", "squash", "resample"),
    [
        ({}, False, 3),
        ({"resize_mode": "squash"}, True, 3),
        ({"interpolation": "bilinear", "size": [32, 32]}, False, 2),
    ],
    ids=["clip", "squash", "bilinear"],
)
def test_pictures_are_prepared_as_preprocess_cfg_says(
    changes: dict, squash: bool, resample: int, pixels: Pixels, towers: Any, tiny: ModuleType
) -> None:
    folder = towers.immich(preprocess=changes)
    normal = {"mean": tiny.CLIP["image_mean"], "std": tiny.CLIP["image_std"]}
    expected = tiny.seen(pixels, squash=squash, resample=resample, **normal)
    np.testing.assert_allclose(described(folder, pixels), expected, atol=2e-5)


def test_an_old_preprocess_cfg_without_a_way_of_resizing_means_the_shorter_side(towers: Any, tiny: ModuleType) -> None:
    folder = towers.immich()
    given = json.loads((folder / "visual/preprocess_cfg.json").read_text())
    del given["resize_mode"]
    tiny.put(folder / "visual/preprocess_cfg.json", given)
    assert add("tiny", folder).recipe.seeing.resize == "shortest"


def test_a_mean_of_another_family_would_be_seen(towers: Any, tiny: ModuleType) -> None:
    pixels = np.random.default_rng(3).integers(0, 256, (48, 96, 3), dtype=np.uint8)
    wrong = {"mean": tiny.CLIP["image_mean"], "std": tiny.CLIP["image_std"]}
    found = described(towers.optimum(), pixels)
    assert abs(found @ tiny.seen(pixels, squash=True, resample=3, **HALF) - 1) < 1e-6
    assert found @ tiny.seen(pixels, squash=True, resample=3, **wrong) < 0.99
    assert found @ tiny.seen(pixels, squash=False, resample=3, **HALF) < 0.99


def test_a_graph_of_half_precision_is_given_that(towers: Any, tiny: ModuleType) -> None:
    pixels = np.random.default_rng(3).integers(0, 256, (48, 96, 3), dtype=np.uint8)
    folder = towers.optimum(seeing=tiny.seeing_graph(half=True))
    expected = tiny.seen(pixels, squash=True, resample=3, **HALF)
    np.testing.assert_allclose(described(folder, pixels), expected, atol=2e-3)


def test_a_very_long_strip_is_not_resized_whole(towers: Any) -> None:
    strip = np.tile(np.arange(256, dtype=np.uint8)[:, None, None], (100, 2, 3))  # 25,600 x 2 px
    row = described(towers.immich(), np.ascontiguousarray(strip))
    assert np.isfinite(row).all()


def test_a_graph_that_takes_one_at_a_time_describes_several(towers: Any) -> None:
    add("tiny", towers.immich())
    arrays = np.random.default_rng(0).integers(0, 256, (3, 40, 50, 3), dtype=np.uint8)
    pictures = [Picture(pixels, (50, 40)) for pixels in arrays]
    rows = Clip("tiny").describe(pictures)
    np.testing.assert_array_equal(rows, [Clip("tiny").describe([picture])[0] for picture in pictures])
    assert Clip("tiny").describe_text(["a dog", "a cat", "red"]).shape == (3, 16)
    assert Clip("tiny").describe([]).shape == Clip("tiny").describe_text([]).shape == (0, 16)


# texts


@pytest.mark.parametrize(("pad", "number"), [("</s>", 1), ("<pad>", 0), ({"content": "<pad>"}, 0)], ids=str)
def test_texts_are_filled_up_with_the_piece_that_is_said_and_to_the_whole_length(
    pad: Any, number: int, towers: Any, tiny: ModuleType
) -> None:
    folder = towers.optimum(tokens={"pad_token": pad})
    found = asked(folder, "a red dog")
    np.testing.assert_allclose(found, tiny.read("a red dog", number), atol=1e-6)
    assert found @ tiny.read("a red dog", 1 - number) < 0.999


def test_a_text_that_is_too_long_is_cut_and_still_ends(towers: Any, tiny: ModuleType) -> None:
    found = asked(towers.optimum(), "a red dog " * 9)
    np.testing.assert_allclose(found, tiny.read("a red dog " * 9, 1), atol=1e-6)


def test_siglip_reads_small_letters_and_no_punctuation_whatever_its_tokenizer_does(
    towers: Any, tiny: ModuleType
) -> None:
    found = asked(towers.optimum(), "A  Red\tDog!")
    np.testing.assert_allclose(found, tiny.read("a red dog", 1), atol=1e-6)


def test_siglip_2_reads_small_letters_and_keeps_punctuation(towers: Any, tiny: ModuleType) -> None:
    config = {"model_type": "siglip2", "text_config": {"max_position_embeddings": 8}}
    folder = towers.optimum(config=config, tokens={"pad_token": "<pad>"})
    np.testing.assert_allclose(asked(folder, "A Dog!"), tiny.read("a dog !", 0), atol=1e-6)


def test_clip_leaves_letters_to_its_tokenizer(towers: Any, tiny: ModuleType) -> None:
    config = {"model_type": "clip", "text_config": {"max_position_embeddings": 8}}
    folder = towers.optimum(config=config, preprocessor=tiny.CLIP)
    np.testing.assert_allclose(asked(folder, "a Dog"), tiny.read("a Dog", 1), atol=1e-6)
    lower = towers.optimum(config=config, preprocessor=tiny.CLIP, tokenizer={"lowercase": True})
    np.testing.assert_allclose(asked(lower, "a Dog"), tiny.read("a dog", 1), atol=1e-6)


def test_filling_up_that_a_tokenizer_brings_along_does_not_count_twice(towers: Any, tiny: ModuleType) -> None:
    folder = towers.optimum(tokenizer={"fixed": True}, tokens={"pad_token": "<pad>"})
    np.testing.assert_allclose(asked(folder, "a red dog"), tiny.read("a red dog", 0), atol=1e-6)
    own = towers.optimum(tokenizer={"fixed": True}, tokens={})
    np.testing.assert_allclose(asked(own, "a red dog"), tiny.read("a red dog", 1), atol=1e-6)


def test_texts_are_filled_up_at_the_left_where_that_is_said(towers: Any, tiny: ModuleType) -> None:
    folder = towers.optimum(tokens={"pad_token": "<pad>", "padding_side": "left"})
    np.testing.assert_allclose(asked(folder, "a dog"), tiny.read("a dog", 0, left=True), atol=1e-6)


def test_a_mask_says_where_a_text_ends(towers: Any, tiny: ModuleType) -> None:
    graph = tiny.reading_graph(output="text_embeds", mask=True, length=None)
    seeing = tiny.seeing_graph(output="image_embeds", before=True)
    folder = towers.optimum(config={"model_type": "clip"}, reading=graph, seeing=seeing)
    for text in ("dog", "a photo of a red dog"):
        np.testing.assert_allclose(asked(folder, text), tiny.read_masked(text), atol=1e-6)


@pytest.mark.parametrize(
    ("config", "tokens", "length"),
    [
        ({"model_type": "siglip"}, {"pad_token": "</s>"}, 64),
        ({"model_type": "clip"}, {"pad_token": "</s>", "model_max_length": 10**30}, 77),
        ({"model_type": "other"}, {"pad_token": "</s>", "model_max_length": 12}, 12),
        ({"text_config": {"max_position_embeddings": 9}}, {"pad_token": "</s>", "model_max_length": 12}, 9),
    ],
    ids=["by family", "no real length", "of the tokenizer", "of the model"],
)
def test_the_length_of_a_text_is_looked_up_where_it_is_said(
    config: dict, tokens: dict, length: int, towers: Any, tiny: ModuleType
) -> None:
    folder = towers.optimum(config=config, tokens=tokens, reading=tiny.reading_graph(length=length))
    np.testing.assert_allclose(asked(folder, "a dog"), tiny.read("a dog", 1, length=length), atol=1e-5)


def test_a_length_that_the_graph_itself_has_outdoes_what_files_say(towers: Any, tiny: ModuleType) -> None:
    folder = towers.optimum(config={"model_type": "siglip"}, reading=tiny.reading_graph(length=8, declared=True))
    np.testing.assert_allclose(asked(folder, "a dog"), tiny.read("a dog", 1), atol=1e-6)


def test_immich_texts_are_of_int32_and_filled_up_to_the_context(towers: Any, tiny: ModuleType) -> None:
    np.testing.assert_allclose(asked(towers.immich(), "a  Dog"), tiny.read("a Dog", 0), atol=1e-6)


def test_a_context_that_is_not_said_has_77_pieces(towers: Any, tiny: ModuleType) -> None:
    graph = tiny.reading_graph("text", "embedding", wide=False, batch=1, length=77)
    folder = towers.immich(text={}, reading=graph)
    np.testing.assert_allclose(asked(folder, "a dog"), tiny.read("a dog", 0, length=77), atol=1e-5)


def test_canonical_texts_have_no_punctuation_and_small_letters(towers: Any, tiny: ModuleType) -> None:
    text = {"context_length": 8, "tokenizer_kwargs": {"clean": "canonicalize"}}
    folder = towers.immich(text=text)
    np.testing.assert_allclose(asked(folder, "A_red, Dog!"), tiny.read("a red dog", 0), atol=1e-6)


def test_nllb_texts_begin_with_their_language(towers: Any) -> None:
    folder = towers.immich(text={"context_length": 8, "hf_tokenizer_name": "facebook/nllb-200-distilled-600M"})
    assert add("tiny", folder).recipe.reading.prefix == "eng_Latn"


# files


def test_the_most_exact_pair_is_taken_unless_another_is_named(towers: Any, tiny: ModuleType) -> None:
    folder = towers.optimum()
    for tower in ("vision", "text"):
        shutil.copy(folder / f"onnx/{tower}_model.onnx", folder / f"onnx/{tower}_model_quantized.onnx")
    assert add("tiny", folder).recipe.seeing.files == ("onnx/vision_model.onnx",)
    chosen = add("tiny", folder, "quantized").recipe
    assert (chosen.seeing.files, chosen.reading.files) == (
        ("onnx/vision_model_quantized.onnx",),
        ("onnx/text_model_quantized.onnx",),
    )


def test_graphs_beside_config_are_found(towers: Any) -> None:
    assert add("tiny", towers.optimum(below="", variant="_fp16")).recipe.dim == 16


def external(folder: Path, graph: str, location: str) -> None:
    """Has the graph keep its tensors in another file."""
    import onnx

    model = onnx.load(str(folder / graph))
    onnx.external_data_helper.convert_model_to_external_data(model, location="tensors.bin", size_threshold=0)
    onnx.save_model(model, str(folder / graph))
    for tensor in model.graph.initializer:
        for entry in tensor.external_data:
            if entry.key == "location":
                entry.value = location
    (folder / graph).write_bytes(model.SerializeToString())


def test_tensors_beside_the_graph_are_read_and_count_in_the_digest(towers: Any, tiny: ModuleType) -> None:
    folder = towers.optimum()
    external(folder, "onnx/vision_model.onnx", "tensors.bin")
    pixels = np.random.default_rng(3).integers(0, 256, (48, 96, 3), dtype=np.uint8)
    np.testing.assert_allclose(described(folder, pixels), tiny.seen(pixels, squash=True, resample=3, **HALF), atol=2e-5)
    assert added("tiny").recipe.seeing.files == ("onnx/vision_model.onnx", "onnx/tensors.bin")
    before = added("tiny").digest
    data = bytearray((folder / "onnx/tensors.bin").read_bytes())
    data[2] ^= 1
    (folder / "onnx/tensors.bin").write_bytes(data)
    assert add("tiny", folder).digest != before


def test_the_links_of_a_hubs_cache_are_followed(towers: Any) -> None:
    folder = towers.optimum()
    external(folder, "onnx/vision_model.onnx", "tensors.bin")
    blobs = folder.parent / "blobs"
    blobs.mkdir()
    for name in ("vision_model.onnx", "tensors.bin"):
        (folder / "onnx" / name).rename(blobs / f"blob-{name}")
        (folder / "onnx" / name).symlink_to(blobs / f"blob-{name}")
    assert add("tiny", folder).recipe.dim == 16


def test_a_model_is_the_same_wherever_it_lies_and_another_when_its_recipe_is(towers: Any, tiny: ModuleType) -> None:
    folder = towers.optimum()
    first = add("tiny", folder)
    moved = folder.rename(folder.parent / "moved")
    assert add("tiny", moved).digest == first.digest
    tiny.put(moved / "preprocessor_config.json", tiny.SIGLIP | {"resample": 2})
    assert add("tiny", moved).digest != first.digest
