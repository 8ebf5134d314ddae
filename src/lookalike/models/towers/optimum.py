"""Folders of transformers.js and Optimum: graphs by the name of their tower, and the settings of transformers."""

from __future__ import annotations

from typing import Any, Final

from lookalike.models.towers.folder import ModelFolder
from lookalike.models.towers.recipe import Resample
from lookalike.models.towers.unprobed import Cleaning, Preparing, Towers, pixels, three, token

VARIANTS: Final = ("", "fp16", "quantized", "int8", "uint8", "q8", "q4f16", "q4", "bnb4")
"""Endings of the graphs' names, the most exact first."""
LENGTHS: Final = {"clip": 77, "siglip": 64, "siglip2": 64}
"""Pieces of a text, by the model's type, where no file says."""
MOST: Final = 8192
"""Pieces from which on a length is no length: tokenizers without one say 10^30."""
_RESAMPLES: Final[dict[int, Resample]] = {1: "lanczos", 2: "bilinear", 3: "bicubic"}
"""As Pillow counts them."""


def optimum_towers(folder: ModelFolder, variant: str | None) -> Towers:
    """The towers of `variant`, or the most exact ones that are there as a pair."""
    below, ending = _pair(folder, variant)
    config = folder.settings("config.json")
    images, texts = (f"{below}{tower}_model{ending}.onnx" for tower in ("vision", "text"))
    preparing = _preparing(folder, folder.settings("preprocessor_config.json"))
    return Towers(folder, "optimum", images, texts, preparing, _cleaning(folder, config), True)


def _pair(folder: ModelFolder, variant: str | None) -> tuple[str, str]:
    """Subfolder and ending of the two graphs."""
    wanted = VARIANTS if variant is None else (variant,)
    found: list[str] = []
    for name in wanted:
        ending = f"_{name}" if name else ""
        for below in ("onnx/", ""):
            there = [tower for tower in ("vision", "text") if folder.has(f"{below}{tower}_model{ending}.onnx")]
            if len(there) == 2:
                return below, ending
            found += [f"{below}{tower}_model{ending}.onnx" for tower in there]
    if found:
        raise folder.wrong(f"there is {', '.join(found)}, and not the tower that goes with it")
    raise folder.wrong(f"it has no pair of graphs of the variant {variant!r}")


def _preparing(folder: ModelFolder, given: dict[str, Any]) -> Preparing:
    where = "preprocessor_config.json"
    if given.get("do_resize", True) is False or given.get("do_rescale", True) is False:
        raise folder.wrong(f"{where} does not resize or not rescale, and such models are not known")
    resample = given.get("resample", 3)
    if resample not in _RESAMPLES:
        raise folder.wrong(f"{where}: resample {resample!r} is not known, only {', '.join(map(str, _RESAMPLES))}")
    normal = given.get("do_normalize", True) is not False
    size = given.get("size")
    cuts = given.get("do_center_crop", "crop_size" in given)
    if isinstance(size, dict) and "shortest_edge" in size:
        size = size["shortest_edge"]
    elif isinstance(size, dict) or not cuts:
        size = size if isinstance(size, dict) else {"height": size, "width": size}
        cut = tuple(pixels(folder, f"{where}: size", size.get(side)) for side in ("height", "width"))
        if cuts and _crop(folder, given, min(cut)) != cut:
            raise folder.wrong(f"{where} squashes pictures and cuts them as well, which is not known")
        return _prepared(folder, given, cut, "squash", min(cut), normal)
    if not cuts:
        raise folder.wrong(f"{where} neither cuts pictures to a square nor squashes them")
    shorter = pixels(folder, f"{where}: size", size)
    cut = _crop(folder, given, shorter)
    if max(cut) > shorter:
        raise folder.wrong(f"{where} cuts {cut[0]} x {cut[1]} px out of pictures whose shorter side has {shorter}")
    return _prepared(folder, given, cut, "shortest", shorter, normal)


def _prepared(
    folder: ModelFolder, given: dict[str, Any], cut: tuple[int, ...], resize: Any, shorter: int, normal: bool
) -> Preparing:
    where = "preprocessor_config.json"
    scale = given.get("rescale_factor", 1 / 255)
    if not isinstance(scale, (int, float)) or not 0 < scale <= 1:
        raise folder.wrong(f"{where}: rescale_factor {scale!r} is none")
    return Preparing(
        (cut[0], cut[1]),
        resize,
        shorter,
        _RESAMPLES[given.get("resample", 3)],
        float(scale),
        three(folder, f"{where}: image_mean", given.get("image_mean")) if normal else (0.0, 0.0, 0.0),
        three(folder, f"{where}: image_std", given.get("image_std"), positive=True) if normal else (1.0, 1.0, 1.0),
    )


def _crop(folder: ModelFolder, given: dict[str, Any], default: int) -> tuple[int, ...]:
    """(h, w) that pictures are cut to; as high and wide as the shorter side where nothing is said."""
    size = given.get("crop_size", default)
    sides = [size.get("height"), size.get("width")] if isinstance(size, dict) else [size, size]
    return tuple(pixels(folder, "preprocessor_config.json: crop_size", side) for side in sides)


def _cleaning(folder: ModelFolder, config: dict[str, Any]) -> Cleaning:
    if not folder.has("tokenizer.json"):
        raise folder.wrong("tokenizer.json is missing")
    given = folder.settings("tokenizer_config.json", needed=False)
    kind = config.get("model_type")
    text = config.get("text_config")
    lengths = [
        text.get("max_position_embeddings") if isinstance(text, dict) else None,
        given.get("model_max_length"),
        LENGTHS.get(str(kind)),
    ]
    length = next((int(each) for each in lengths if isinstance(each, (int, float)) and 2 <= each <= MOST), None)
    return Cleaning(
        "tokenizer.json",
        token(given.get("pad_token")),
        given.get("padding_side") == "left",
        length,
        kind in ("siglip", "siglip2"),  # whose tokenizer.json often lacks that
        kind == "siglip",
        "",
    )
