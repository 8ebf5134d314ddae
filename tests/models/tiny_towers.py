"""Models of two towers as people have them on disk, but tiny; and numpy for what they give."""

from __future__ import annotations

import json
import string
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lookalike.models.onnx_writer import Graph

DIM, SIDE, CELLS = 16, 32, 4
WORDS = ("<pad>", "</s>", "<unk>", "a", "photo", "of", "red", "dog", "cat", "Dog", "eng_Latn", "!")
"""The vocabulary: 0 and 1 both fill texts up, in one family or the other; Dog is another word than dog."""
SIGLIP = {"do_resize": True, "size": {"height": SIDE, "width": SIDE}, "resample": 3, "do_normalize": True}
SIGLIP |= {"image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5], "do_rescale": True, "rescale_factor": 1 / 255}
CLIP = {"do_resize": True, "size": {"shortest_edge": SIDE}, "do_center_crop": True, "resample": 3, "do_normalize": True}
CLIP |= {"crop_size": {"height": SIDE, "width": SIDE}}
CLIP |= {"image_mean": [0.48145466, 0.4578275, 0.40821073], "image_std": [0.26862954, 0.26130258, 0.27577711]}


def numbers(*shape: int, seed: int = 0) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


PROJECTION, TABLE = numbers(3 * CELLS**2, DIM, seed=1), numbers(len(WORDS), DIM, seed=2)


def place_weights(length: int) -> NDArray[np.float32]:
    """(length, 1): every place counts, and differently, fillers too."""
    return np.asarray((1 + np.arange(length)[:, None]) / length, np.float32)


def seeing_graph(
    name: str = "pixel_values",
    output: str = "pooler_output",
    *,
    batch: int | str = "n",
    side: int | str = SIDE,
    before: bool = False,
    half: bool = False,
    dim: int = DIM,
) -> bytes:
    """Means of 4 x 4 cells, projected; `before`: another output comes first, as last_hidden_state does."""
    graph = Graph()
    kind = "float16" if half else "float32"
    pixels = graph.node("Cast", name, to=1) if half else name
    step = SIDE // CELLS
    cells = graph.node("AveragePool", pixels, kernel_shape=(step, step), strides=(step, step))
    flat = graph.node("Flatten", cells, axis=1, output="last_hidden_state")
    graph.node("MatMul", flat, graph.constant(PROJECTION[:, :dim]), output=output)
    outputs = {"last_hidden_state": ("float32", (batch, 3 * CELLS**2))} if before else {}
    outputs[output] = ("float32", (batch, dim))
    return graph.model({name: (kind, (batch, 3, side, side))}, outputs)


def reading_graph(
    name: str = "input_ids",
    output: str = "pooler_output",
    *,
    length: int | None = 8,
    declared: bool = False,
    wide: bool = True,
    batch: int | str = "n",
    mask: bool = False,
    before: bool = False,
) -> bytes:
    """Sum over all places, each by its weight; with a mask, the mean of those that it keeps, of any length."""
    graph = Graph()
    rows = graph.node("Gather", graph.constant(TABLE), name, axis=0, output="last_hidden_state")  # (n, length, DIM)
    axes = graph.constant(np.array([1], np.int64))
    if mask:
        kept = graph.node("Unsqueeze", graph.node("Cast", "attention_mask", to=1), graph.constant(np.array([2])))
        total = graph.node("ReduceSum", graph.node("Mul", rows, kept), axes, keepdims=0)
        graph.node("Div", total, graph.node("ReduceSum", kept, axes, keepdims=0), output=output)
    else:
        assert length is not None
        weighted = graph.node("Mul", rows, graph.constant(place_weights(length)))
        graph.node("ReduceSum", weighted, axes, keepdims=0, output=output)
    shape = ("int64" if wide else "int32", (batch, length if declared and length else "length"))
    inputs = {name: shape} | ({"attention_mask": shape} if mask else {})
    outputs = {"last_hidden_state": ("float32", (batch, "length", DIM))} if before else {}
    return graph.model(inputs, {**outputs, output: ("float32", (batch, DIM))})


def tokenizer_json(file: Path, *, lowercase: bool = False, fixed: bool = False) -> None:
    """Words between spaces, and `</s>` behind them; `fixed`: the file itself fills up to 20 places, with 1."""
    end = {"SpecialToken": {"id": "</s>", "type_id": 0}}
    single = [{"Sequence": {"id": "A", "type_id": 0}}, end]
    template = {
        "type": "TemplateProcessing",
        "single": single,
        "pair": [*single, {"Sequence": {"id": "B", "type_id": 0}}],
    }
    template["special_tokens"] = {"</s>": {"id": "</s>", "ids": [1], "tokens": ["</s>"]}}
    filling: dict[str, Any] = {"strategy": {"Fixed": 20}, "direction": "Right", "pad_to_multiple_of": None}
    filling |= {"pad_id": 1, "pad_type_id": 0, "pad_token": "</s>"}
    found: dict[str, Any] = {
        "version": "1.0",
        "truncation": None,
        "padding": filling if fixed else None,
        "added_tokens": [],
        "normalizer": {"type": "Lowercase"} if lowercase else None,
        "pre_tokenizer": {"type": "Whitespace"},
        "post_processor": template,
        "decoder": None,
        "model": {"type": "WordLevel", "vocab": {word: at for at, word in enumerate(WORDS)}, "unk_token": "<unk>"},
    }
    put(file, found)


@dataclass
class Maker:
    """Writes folders below `root`."""

    root: Path
    made: int = field(default=0)

    def optimum(
        self,
        *,
        preprocessor: dict[str, Any] | None = None,
        config: dict[str, Any] | None = None,
        tokens: dict[str, Any] | None = None,
        seeing: bytes | None = None,
        reading: bytes | None = None,
        tokenizer: dict[str, Any] | None = None,
        variant: str = "",
        below: str = "onnx/",
    ) -> Path:
        """As transformers.js has it; like SigLIP unless told otherwise."""
        folder = self._folder()
        default = {"model_type": "siglip", "text_config": {"max_position_embeddings": 8}}
        put(folder / "config.json", default if config is None else config)
        put(folder / "preprocessor_config.json", SIGLIP if preprocessor is None else preprocessor)
        put(folder / "tokenizer_config.json", {"pad_token": "</s>"} if tokens is None else tokens)
        tokenizer_json(folder / "tokenizer.json", **(tokenizer or {}))
        put(folder / f"{below}vision_model{variant}.onnx", seeing_graph(before=True) if seeing is None else seeing)
        put(folder / f"{below}text_model{variant}.onnx", reading_graph(before=True) if reading is None else reading)
        return folder

    def immich(
        self,
        *,
        preprocess: dict[str, Any] | None = None,
        text: dict[str, Any] | None = None,
        tokens: dict[str, Any] | None = None,
        reading: bytes | None = None,
    ) -> Path:
        """As Immich keeps it; like CLIP unless told otherwise: int32, one at a time."""
        folder = self._folder()
        put(folder / "config.json", {"embed_dim": DIM, "text_cfg": {"context_length": 8} if text is None else text})
        default = {"size": SIDE, "mode": "RGB", "mean": CLIP["image_mean"], "std": CLIP["image_std"]}
        default |= {"interpolation": "bicubic", "resize_mode": "shortest", "fill_color": 0}
        put(folder / "visual/preprocess_cfg.json", default if preprocess is None else default | preprocess)
        put(folder / "visual/model.onnx", seeing_graph("image", "embedding", batch=1))
        usual = reading_graph("text", "embedding", wide=False, batch=1, declared=True)
        put(folder / "textual/model.onnx", usual if reading is None else reading)
        put(folder / "textual/tokenizer_config.json", {"pad_token": "<pad>"} if tokens is None else tokens)
        tokenizer_json(folder / "textual/tokenizer.json")
        return folder

    def _folder(self) -> Path:
        self.made += 1
        folder = self.root / f"model{self.made}"
        folder.mkdir(parents=True)
        return folder


def put(file: Path, content: bytes | dict[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())


def seen(pixels: NDArray[np.uint8], *, squash: bool, resample: int, mean: Any, std: Any) -> NDArray[np.float64]:
    """(DIM,) what the tower of pictures should give."""
    image = Image.fromarray(pixels)
    if squash:
        image = image.resize((SIDE, SIDE), Image.Resampling(resample))
    else:
        scale = SIDE / min(image.size)
        image = image.resize(tuple(int(scale * each + 1e-9) for each in image.size), Image.Resampling(resample))
        left, top = (image.width - SIDE) // 2, (image.height - SIDE) // 2
        image = image.crop((left, top, left + SIDE, top + SIDE))
    levels = (np.asarray(image, float) / 255 - np.array(mean)) / np.array(std)
    cells = levels.reshape(CELLS, SIDE // CELLS, CELLS, SIDE // CELLS, 3).mean(axis=(1, 3))
    return unit(cells.transpose(2, 0, 1).reshape(-1) @ PROJECTION.astype(float))


def read(words: str, pad: int, *, length: int = 8, left: bool = False) -> NDArray[np.float64]:
    """(DIM,) what the tower of texts should give of words that are cleaned already."""
    known = [WORDS.index(word) if word in WORDS else 2 for word in words.split()]
    ids = [*known[: length - 1], 1]
    fill = [pad] * (length - len(ids))
    ids = fill + ids if left else ids + fill
    return unit((TABLE[ids].astype(float) * place_weights(length)).sum(axis=0))


def read_masked(words: str) -> NDArray[np.float64]:
    """The same of a tower with a mask."""
    ids = [WORDS.index(word) for word in words.split()] + [1]
    return unit(TABLE[ids].astype(float).mean(axis=0))


def without_punctuation(text: str) -> str:
    return "".join(char for char in text.replace("_", " ") if char not in string.punctuation)


def unit(row: NDArray[Any]) -> NDArray[np.float64]:
    return np.asarray(row / np.linalg.norm(row), float)
