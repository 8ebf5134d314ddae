"""Layouts in which people have such models on disk: which one a folder has, and why others are refused."""

from __future__ import annotations

from pathlib import Path

from lookalike.errors import WeightsError
from lookalike.models.towers.folder import ModelFolder
from lookalike.models.towers.immich import immich_towers
from lookalike.models.towers.optimum import optimum_towers
from lookalike.models.towers.unprobed import Towers

WANTED = (
    "a folder as transformers.js and Optimum have it (config.json, preprocessor_config.json, tokenizer.json, "
    "onnx/vision_model.onnx, onnx/text_model.onnx), or as Immich keeps it (config.json, visual/model.onnx, "
    "textual/model.onnx)"
)


def towers_in(path: Path, variant: str | None = None) -> Towers:
    """The towers in the folder at `path`, as its files describe them; raises `WeightsError` where it has none."""
    if not path.is_dir():
        raise WeightsError(_no_folder(path))
    folder = ModelFolder(path.resolve())
    if folder.has("visual/model.onnx") or folder.has("textual/model.onnx"):
        if variant is not None:
            raise folder.wrong("Immich's layout has no variants: leave out --variant")
        return immich_towers(folder)
    if any(path.glob("**/vision_model*.onnx")) or any(path.glob("**/text_model*.onnx")):
        return optimum_towers(folder, variant)
    raise folder.wrong(f"{_why_not(path)}; wanted is {WANTED}")


def _no_folder(path: Path) -> str:
    if path.suffix == ".gguf":
        return f"{path} is a GGUF file, which onnxruntime cannot run: give {WANTED}"
    if path.suffix in (".pt", ".pth", ".bin", ".safetensors"):
        return f"{path} is a checkpoint, which takes torch to run: give {WANTED}"
    return f"{path} is not a folder: give {WANTED}"


def _why_not(path: Path) -> str:
    if (path / "visual.onnx").is_file() or (path / "textual.onnx").is_file():
        return "this is rclip's layout, which says nothing of how pictures and texts are prepared"
    if any(path.glob("*.gguf")):
        return "it holds a GGUF file, which onnxruntime cannot run"
    if (path / "open_clip_config.json").is_file() or any(
        next(path.glob(f"*{ending}"), None) for ending in (".safetensors", ".bin", ".pt", ".pth")
    ):
        return "it holds a checkpoint, which takes torch to run: export it to ONNX first"
    return "it holds no such graphs"
