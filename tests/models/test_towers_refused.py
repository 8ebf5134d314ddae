"""Folders that hold no model that can be used: each says what is wrong, and what would do."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from lookalike.errors import MissingExtra, UnknownName, WeightsError
from lookalike.models.towers.added import add, added, all_added, forget
from lookalike.models.towers.external_data import external_files


@pytest.fixture
def tiny(towers: Any) -> ModuleType:
    import tiny_towers

    return tiny_towers


def changed(file: Path, **values: Any) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | values))


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (("visual.onnx", "textual.onnx"), "rclip's layout"),
        (("open_clip_config.json", "open_clip_model.safetensors"), "a checkpoint, which takes torch"),
        (("pytorch_model.bin", "config.json"), "a checkpoint, which takes torch"),
        (("clip.gguf",), "GGUF"),
        ((), "no such graphs"),
    ],
)
def test_another_layout_is_named_with_the_two_that_would_do(
    files: tuple[str, ...], message: str, tmp_path: Path, towers: Any
) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    for name in files:
        (folder / name).write_bytes(b"")
    with pytest.raises(WeightsError, match=f"{message}.*transformers.js.*Immich"):
        add("other", folder)


@pytest.mark.parametrize(
    ("name", "message"),
    [("m.gguf", "GGUF"), ("m.pt", "torch"), ("m.safetensors", "torch"), ("nowhere", "not a folder")],
)
def test_a_file_is_no_folder(name: str, message: str, tmp_path: Path, towers: Any) -> None:
    if "." in name:
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(WeightsError, match=f"{message}.*Immich"):
        add("other", tmp_path / name)


@pytest.mark.parametrize(
    "name",
    [
        "onnx/vision_model.onnx",
        "onnx/text_model.onnx",
        "config.json",
        "preprocessor_config.json",
        "tokenizer.json",
    ],
)
def test_a_missing_part_of_an_optimum_folder_is_named(name: str, towers: Any) -> None:
    folder = towers.optimum()
    (folder / name).unlink()
    with pytest.raises(WeightsError, match="the tower that goes with it" if name.startswith("onnx") else name):
        add("broken", folder)


@pytest.mark.parametrize(
    "name",
    [
        "visual/model.onnx",
        "textual/model.onnx",
        "config.json",
        "visual/preprocess_cfg.json",
        "textual/tokenizer.json",
        "textual/tokenizer_config.json",
    ],
)
def test_a_missing_part_of_an_immich_folder_is_named(name: str, towers: Any) -> None:
    folder = towers.immich()
    (folder / name).unlink()
    with pytest.raises(WeightsError, match=f"{name} is missing"):
        add("broken", folder)


def test_towers_of_two_models_are_refused(towers: Any, tiny: ModuleType) -> None:
    folder = towers.optimum(seeing=tiny.seeing_graph(dim=12))
    with pytest.raises(WeightsError, match="12 numbers and that of texts 16"):
        add("broken", folder)


def test_a_graph_of_another_size_than_its_settings_is_refused(towers: Any, tiny: ModuleType) -> None:
    folder = towers.optimum(preprocessor=tiny.SIGLIP | {"size": {"height": 64, "width": 64}})
    with pytest.raises(WeightsError, match="takes pictures of 32 px, and its settings prepare 64"):
        add("broken", folder)


def test_an_output_that_is_not_known_is_refused_with_those_that_are_there(towers: Any, tiny: ModuleType) -> None:
    folder = towers.optimum(seeing=tiny.seeing_graph(output="other", before=True))
    with pytest.raises(WeightsError, match="gives last_hidden_state, other, and none of image_embeds"):
        add("broken", folder)


@pytest.mark.parametrize(
    "changes",
    [
        {"image_mean": [0.5, 0.5]},
        {"image_std": [0.5, 0, 0.5]},
        {"size": {"height": "x", "width": 32}},
        {"size": -1},
        {"size": 10**9},
        {"resample": 0},
        {"do_resize": False},
        {"rescale_factor": "half"},
        {"size": {"shortest_edge": 32}},
        {"size": {"shortest_edge": 32}, "crop_size": 64},
    ],
    ids=str,
)
def test_settings_of_pictures_that_make_no_sense_are_refused(changes: dict, towers: Any, tiny: ModuleType) -> None:
    folder = towers.optimum(preprocessor=tiny.SIGLIP | changes)
    with pytest.raises(WeightsError, match=r"preprocessor_config\.json"):
        add("broken", folder)


@pytest.mark.parametrize(
    "changes",
    [{"mode": "L"}, {"resize_mode": "longest"}, {"interpolation": "nearest"}, {"size": [32, 40]}, {"mean": None}],
    ids=str,
)
def test_settings_of_immich_that_make_no_sense_are_refused(changes: dict, towers: Any) -> None:
    with pytest.raises(WeightsError, match=r"preprocess_cfg\.json"):
        add("broken", towers.immich(preprocess=changes))


def test_a_filler_that_is_no_piece_is_refused(towers: Any) -> None:
    with pytest.raises(WeightsError, match="'<none>', which fills texts up, is not in its tokenizer"):
        add("broken", towers.optimum(tokens={"pad_token": "<none>"}))


def test_a_length_that_nothing_tells_is_refused(towers: Any) -> None:
    with pytest.raises(WeightsError, match="how many pieces"):
        add("broken", towers.optimum(config={"model_type": "other"}))


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff\xfe{", b'{"a": ' + b" " * 2**20 + b"1}"])
def test_settings_that_are_no_json_are_refused(content: bytes, towers: Any) -> None:
    folder = towers.optimum()
    (folder / "preprocessor_config.json").write_bytes(content)
    with pytest.raises(WeightsError, match=r"preprocessor_config\.json"):
        add("broken", folder)


def test_settings_with_a_mark_of_their_encoding_are_read(towers: Any) -> None:
    folder = towers.optimum()
    file = folder / "preprocessor_config.json"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert add("fine", folder).recipe.dim == 16


@pytest.mark.parametrize("content", [b"", b"no graph", b"\x08\x09", b"\x3a\xff\xff\xff\xff\x0f"])
def test_a_graph_that_is_none_is_refused(content: bytes, towers: Any) -> None:
    folder = towers.optimum()
    (folder / "onnx/text_model.onnx").write_bytes(content)
    with pytest.raises(WeightsError, match=r"text_model\.onnx"):
        add("broken", folder)


def test_a_graph_of_operators_that_onnxruntime_lacks_is_refused(towers: Any, tiny: ModuleType) -> None:
    from lookalike.models.onnx_writer import Graph

    graph = Graph()
    graph.node("Relish", "pixel_values", output="pooler_output")
    model = graph.model({"pixel_values": ("float32", ("n", 3, 32, 32))}, {"pooler_output": ("float32", ("n", 16))})
    with pytest.raises(WeightsError, match=r"onnxruntime cannot run .*vision_model"):
        add("broken", towers.optimum(seeing=model))


def test_a_tokenizer_that_is_none_is_refused(towers: Any) -> None:
    folder = towers.optimum()
    (folder / "tokenizer.json").write_text("{}")
    with pytest.raises(WeightsError, match="no tokenizer that can be read"):
        add("broken", folder)


def test_without_the_package_that_reads_the_extra_is_named(towers: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = towers.optimum()
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(MissingExtra, match=r"lookalike\[words\]"):
        add("broken", folder)


# tensors in other files


def kept_in(folder: Path, location: str) -> None:
    """Has the tower of pictures keep its tensors there."""
    import onnx

    graph = folder / "onnx/vision_model.onnx"
    model = onnx.load(str(graph))
    for tensor in model.graph.initializer:
        tensor.ClearField("raw_data")
        tensor.external_data.add(key="location", value=location)
        tensor.data_location = onnx.TensorProto.EXTERNAL
    graph.write_bytes(model.SerializeToString())


@pytest.mark.parametrize("location", ["../secret.bin", "/etc/hostname", "sub/../../secret.bin"])
def test_tensors_outside_the_folder_are_not_opened(location: str, towers: Any) -> None:
    folder = towers.optimum()
    (folder / "secret.bin").write_bytes(bytes(8192))
    kept_in(folder, location)
    assert location in external_files(folder / "onnx/vision_model.onnx")
    with pytest.raises(WeightsError, match="is not beside it: that is not opened"):
        add("broken", folder)


def test_a_link_out_of_the_folder_is_not_followed(towers: Any, tmp_path: Path) -> None:
    folder = towers.optimum()
    secret = tmp_path / "secret.bin"
    secret.write_bytes(bytes(8192))
    (folder / "onnx/tensors.bin").symlink_to(secret)
    kept_in(folder, "tensors.bin")
    with pytest.raises(WeightsError, match="a link out of the folder"):
        add("broken", folder)


def test_tensors_that_are_missing_are_named(towers: Any) -> None:
    folder = towers.optimum()
    kept_in(folder, "tensors.bin")
    with pytest.raises(WeightsError, match=r"'tensors\.bin', which is missing"):
        add("broken", folder)


def test_tensors_of_subgraphs_and_attributes_are_looked_at_too(tmp_path: Path) -> None:
    from onnx import TensorProto, helper

    def tensor(location: str) -> Any:
        found = helper.make_tensor("t", TensorProto.FLOAT, [1], [1.0])
        found.ClearField("float_data")
        found.data_location = TensorProto.EXTERNAL
        found.external_data.add(key="location", value=location)
        return found

    inner = helper.make_graph([helper.make_node("Constant", [], ["c"], value=tensor("deep.bin"))], "inner", [], [])
    node = helper.make_node("If", ["x"], ["y"], then_branch=inner, else_branch=inner)
    graph = helper.make_graph([node], "outer", [], [], initializer=[tensor("flat.bin")])
    file = tmp_path / "m.onnx"
    file.write_bytes(helper.make_model(graph).SerializeToString())
    assert sorted(external_files(file)) == ["deep.bin", "flat.bin"]


# names


def test_what_was_added_is_listed_found_and_forgotten(towers: Any) -> None:
    add("one", towers.optimum())
    add("two", towers.immich())
    assert [model.name for model in all_added()] == ["one", "two"]
    assert added("two").recipe.layout == "immich"
    assert forget("two")
    assert not forget("two")
    assert not forget("../two")
    with pytest.raises(UnknownName, match=r"'two'.*one"):
        added("two")


@pytest.mark.parametrize("name", ["", "a/b", "..", "a b", "x" * 65, "minilm"])
def test_a_name_that_is_none_is_refused(name: str, towers: Any) -> None:
    with pytest.raises(WeightsError, match="name"):
        add(name, towers.optimum())


def test_a_model_that_changed_since_it_was_added_is_not_used(towers: Any, tiny: ModuleType) -> None:
    folder = towers.optimum()
    add("one", folder)
    tiny.put(folder / "onnx/text_model.onnx", tiny.reading_graph() + b" ")
    with pytest.raises(WeightsError, match=r"has changed since.*models add one"):
        added("one")


def test_a_damaged_note_of_a_model_says_so(towers: Any, tmp_path: Path) -> None:
    add("one", towers.optimum())
    (tmp_path / "cache/models/one.json").write_text("{")
    with pytest.raises(WeightsError, match="add the model again"):
        added("one")
    assert all_added() == []
