"""Immich's export of open_clip's models: `visual/`, `textual/`, and open_clip's own settings in JSON."""

from __future__ import annotations

from typing import Any, Final

from lookalike.models.towers.folder import ModelFolder
from lookalike.models.towers.recipe import Resample
from lookalike.models.towers.unprobed import Cleaning, Preparing, Towers, pixels, three, token

LENGTH: Final = 77
"""Pieces of a text where config.json does not say."""
_RESAMPLES: Final[dict[str, Resample]] = {"bilinear": "bilinear", "bicubic": "bicubic"}


def immich_towers(folder: ModelFolder) -> Towers:
    """The towers, as `config.json`, `preprocess_cfg.json` and `tokenizer_config.json` describe them."""
    preparing = _preparing(folder, folder.settings("visual/preprocess_cfg.json"))
    text = folder.settings("config.json").get("text_cfg", {})
    return Towers(
        folder, "immich", "visual/model.onnx", "textual/model.onnx", preparing, _cleaning(folder, text), False
    )


def _preparing(folder: ModelFolder, given: dict[str, Any]) -> Preparing:
    where = "preprocess_cfg.json"
    if given.get("mode", "RGB") != "RGB":
        raise folder.wrong(f"{where} wants pictures in {given['mode']!r}: only RGB is known")
    sizes = given.get("size")
    height, width = sizes if isinstance(sizes, list) and len(sizes) == 2 else (sizes, sizes)
    size = pixels(folder, f"{where}: size", height), pixels(folder, f"{where}: size", width)
    resize = given.get("resize_mode", "shortest")  # files from before there was a choice do not say
    if resize not in ("shortest", "squash"):
        raise folder.wrong(f"{where} resizes by {resize!r}: known are 'shortest' and 'squash'")
    resample = given.get("interpolation", "bicubic")
    if resample not in _RESAMPLES:
        raise folder.wrong(f"{where} resizes by {resample!r}: known are {', '.join(_RESAMPLES)}")
    if resize == "shortest" and height != width:
        raise folder.wrong(f"{where} cuts pictures to {height} x {width} px, which are no square")
    return Preparing(
        size,
        resize,
        min(size),
        _RESAMPLES[resample],
        1 / 255,
        three(folder, f"{where}: mean", given.get("mean")),
        three(folder, f"{where}: std", given.get("std"), positive=True),
    )


def _cleaning(folder: ModelFolder, text: Any) -> Cleaning:
    text = text if isinstance(text, dict) else {}
    canonical = (text.get("tokenizer_kwargs") or {}).get("clean") == "canonicalize"
    multilingual = "nllb" in f"{text.get('hf_tokenizer_name', '')} {text.get('hf_model_name', '')}".lower()
    if not folder.has("textual/tokenizer.json"):
        raise folder.wrong("textual/tokenizer.json is missing")
    return Cleaning(
        "textual/tokenizer.json",
        token(folder.settings("textual/tokenizer_config.json").get("pad_token")),
        False,
        text.get("context_length") or LENGTH,
        canonical,
        canonical,
        "eng_Latn" if multilingual else "",
    )
