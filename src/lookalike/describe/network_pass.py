"""The default network's one pass over a picture, shared by the describers that ask for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lookalike.models.efficientnet_lite import CLASSES, FEATURES, Variant
from lookalike.models.onnx_session import efficientnet_lite_session
from lookalike.pixels.planes import small
from lookalike.types import Picture, Pixels

Output = NDArray[np.float32]
_PLANE: Final = "network pass"


def pooled(pictures: Sequence[Picture], side: int, threads: int, batch: int, network: Variant = "lite0") -> Output:
    """(n, 1280) means of the last feature map, of pictures squeezed into a square of `side` px."""
    return _passed(pictures, side, threads, batch, network)[:, :FEATURES]


def logits(pictures: Sequence[Picture], side: int, threads: int, batch: int) -> Output:
    """(n, 1000) of the classes of ImageNet-1k."""
    return _passed(pictures, side, threads, batch, "lite0")[:, FEATURES:]


def squares(pictures: Sequence[Picture], side: int) -> Pixels:
    """(n, side, side, 3), as the network sees them."""
    return np.stack([small(picture, side, side) for picture in pictures])


def _passed(pictures: Sequence[Picture], side: int, threads: int, batch: int, network: Variant) -> Output:
    """(n, 1280 + 1000); each picture remembers its own."""
    session = efficientnet_lite_session(threads, network)
    name = (network, side)
    lacking = [picture for picture in pictures if _known(picture, name) is None]
    for at in range(0, len(lacking), batch):
        part = lacking[at : at + batch]
        rows = np.hstack(session.run(["pooled", "logits"], {"pixels": squares(part, side)}))
        for picture, row in zip(part, rows, strict=True):
            picture.plane((_PLANE, *name), _remembering(row))
    known = [_known(picture, name) for picture in pictures]
    return np.array(known, np.float32).reshape(len(pictures), FEATURES + CLASSES)


def _remembering(row: Output) -> Callable[[Pixels], Output]:
    return lambda _: row.copy()


class _UnknownError(Exception):
    """The picture has not been through the network."""


def _known(picture: Picture, name: tuple[Variant, int]) -> Output | None:
    """(1280 + 1000,) that the picture remembers."""
    try:
        return picture.plane((_PLANE, *name), _unknown)
    except _UnknownError:
        return None


def _unknown(_: Pixels) -> Output:
    raise _UnknownError
