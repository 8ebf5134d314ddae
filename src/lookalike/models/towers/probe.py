"""Looks at the graphs of two towers: what they take and give is theirs to say, whatever other files promise."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from lookalike.errors import WeightsError
from lookalike.models.onnx_session import started
from lookalike.models.towers.picture_input import picture_input
from lookalike.models.towers.recipe import Reading, Recipe, Seeing
from lookalike.models.towers.tokens import number_of, tokens
from lookalike.models.towers.unprobed import IMAGE_OUTPUTS, TEXT_OUTPUTS, Towers

if TYPE_CHECKING:
    import onnxruntime

FLOATS: Final = {"tensor(float)": False, "tensor(float16)": True}
WHOLE: Final = {"tensor(int32)": False, "tensor(int64)": True}
GREY: Final = np.full((48, 64, 3), 128, np.uint8)
"""A picture that is tried."""
SAID: Final = "a photo of a dog"


def probed(towers: Towers) -> Recipe:
    """The recipe, once both towers gave a row of one length; raises `WeightsError` where they do not."""
    seeing, reading = _seeing(towers), _reading(towers)
    root = towers.folder.root
    seen = run_seeing(session_of(root / seeing.files[0]), seeing, GREY)
    read = run_reading(session_of(root / reading.files[0]), reading, root, SAID)
    if seen.shape != read.shape:
        raise towers.folder.wrong(
            f"its tower of pictures gives {seen.size} numbers and that of texts {read.size}: they are not of one model"
        )
    return Recipe(towers.layout, seeing, reading, seen.size)


def session_of(graph: Path) -> onnxruntime.InferenceSession:
    """A session of one thread; raises `WeightsError` where onnxruntime cannot run the graph."""
    try:
        return started(str(graph), 1)
    except Exception as error:  # onnxruntime has an exception for each status
        raise WeightsError(f"onnxruntime cannot run {graph}: {str(error)[:300]}") from error


def run_seeing(session: onnxruntime.InferenceSession, seeing: Seeing, pixels: np.ndarray) -> np.ndarray:
    """(d,) unit row of a picture."""
    return _unit(session.run([seeing.output], {seeing.input: picture_input(pixels, seeing)})[0])


def run_reading(session: onnxruntime.InferenceSession, reading: Reading, root: Path, text: str) -> np.ndarray:
    """(d,) unit row of a text."""
    ids, mask = (each.astype(np.int64 if reading.wide else np.int32) for each in tokens(text, reading, root))
    given = {reading.ids: ids} | ({} if reading.mask is None else {reading.mask: mask})
    return _unit(session.run([reading.output], given)[0])


def _unit(output: Any) -> np.ndarray:
    """The one row of (1, d); at unit length, which those that are so already keep."""
    row = np.asarray(output, np.float32)
    if row.ndim != 2 or len(row) != 1:
        raise WeightsError(f"a tower gave {row.shape} where a single row was wanted")
    norm = float(np.linalg.norm(row[0]))
    if not np.isfinite(norm) or norm == 0:
        raise WeightsError("a tower gave a row without a direction")
    return np.asarray(row[0] / norm, np.float32)


def _seeing(towers: Towers) -> Seeing:
    folder, preparing = towers.folder, towers.preparing
    files = folder.graph(towers.image_graph)
    session = session_of(folder.root / files[0])
    inputs = [each for each in session.get_inputs() if len(each.shape) == 4 and each.type in FLOATS]
    if len(inputs) != 1 or len(session.get_inputs()) != 1:
        raise folder.wrong(f"{files[0]} should take one picture, but takes {_told(session.get_inputs())}")
    for wanted, side in zip(preparing.size, inputs[0].shape[2:], strict=True):
        if isinstance(side, int) and side != wanted:
            raise folder.wrong(f"{files[0]} takes pictures of {side} px, and its settings prepare {wanted}")
    return Seeing(
        files,
        inputs[0].name,
        _output(towers, files[0], session, IMAGE_OUTPUTS),
        preparing.size,
        preparing.resize,
        preparing.shorter,
        preparing.resample,
        preparing.scale,
        preparing.mean,
        preparing.std,
        FLOATS[inputs[0].type],
    )


def _reading(towers: Towers) -> Reading:
    folder, cleaning = towers.folder, towers.cleaning
    files = folder.graph(towers.text_graph)
    session = session_of(folder.root / files[0])
    inputs = {each.name: each for each in session.get_inputs()}
    mask = "attention_mask" if "attention_mask" in inputs else None
    ids = [each for name, each in inputs.items() if name != mask]
    if len(ids) != 1 or len(ids[0].shape) != 2 or ids[0].type not in WHOLE:
        raise folder.wrong(f"{files[0]} should take the pieces of a text, but takes {_told(session.get_inputs())}")
    fixed = ids[0].shape[1] if isinstance(ids[0].shape[1], int) else None
    length = fixed or cleaning.length
    if length is None:
        raise folder.wrong("neither its settings nor its graph say how many pieces of a text it reads")
    padded = mask is None or fixed is not None  # else its own mask says where the text ends
    pad = number_of(cleaning.pad, folder.root / cleaning.tokenizer)
    if padded and pad is None:
        raise folder.wrong(f"the piece {cleaning.pad!r}, which fills texts up, is not in its tokenizer")
    return Reading(
        files,
        cleaning.tokenizer,
        ids[0].name,
        mask,
        _output(towers, files[0], session, TEXT_OUTPUTS),
        length,
        padded,
        pad or 0,
        cleaning.pad_left,
        cleaning.lower,
        cleaning.strip,
        cleaning.prefix,
        WHOLE[ids[0].type],
    )


def _output(towers: Towers, graph: str, session: onnxruntime.InferenceSession, names: Sequence[str]) -> str:
    outputs = [each.name for each in session.get_outputs()]
    if not towers.named_outputs:
        return str(outputs[0])
    found = next((name for name in names if name in outputs), None)
    if found is None:
        raise towers.folder.wrong(f"{graph} gives {', '.join(outputs)}, and none of {', '.join(names)}")
    return found


def _told(inputs: Sequence[Any]) -> str:
    return ", ".join(f"{each.name} {each.type} {each.shape}" for each in inputs)
