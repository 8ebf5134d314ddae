"""Classes that a network takes a picture for, by groups of ImageNet-1k, and where it sees the first of them
[Zhou et al., Learning Deep Features for Discriminative Localization, CVPR 2016]."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.agreement import lit
from lookalike.describe.drawing import captioned, side_by_side, stacked_up
from lookalike.figures import percent, score
from lookalike.models.cache import path_of
from lookalike.models.checkpoint import read_checkpoint
from lookalike.models.efficientnet_lite import CLASSES
from lookalike.models.onnx_session import efficientnet_lite_session
from lookalike.pixels.planes import small
from lookalike.search.show.charts import marked_bars, whole
from lookalike.search.show.drawing import Drawing
from lookalike.types import Picture

GROUPS: Final[dict[str, tuple[tuple[int, int], ...]]] = {
    "fish": ((0, 6), (389, 397)),
    "bird": ((7, 24), (80, 100), (127, 146)),
    "amphibian": ((25, 32),),
    "reptile": ((33, 68),),
    "spider or scorpion": ((69, 79),),
    "animal of the sea": ((107, 126), (327, 329)),
    "dog": ((151, 268),),
    "wolf, fox or hyena": ((269, 280),),
    "cat": ((281, 285),),
    "big cat": ((286, 293),),
    "bear": ((294, 297),),
    "insect": ((300, 326),),
    "other mammal": ((101, 106), (147, 150), (298, 299), (330, 388)),
    "thing": ((398, 923), (999, 999)),
    "food": ((924, 969),),
    "landscape": ((970, 980),),
    "person": ((981, 983),),
    "plant or fungus": ((984, 998),),
}
"""First and last number of the classes of each group, as ImageNet-1k counts them."""
INPUT: Final = 224
"""px of the network's square input."""
SHOWN: Final = 5
"""Groups, the most probable."""
SIDE: Final = 300
"""px of the picture."""


def classes(picture: Picture) -> Drawing:
    """The probability of each group, and the picture lit where the classes of the first one are seen."""
    logits, maps = efficientnet_lite_session(1).run(["logits", "map"], {"pixels": small(picture, INPUT, INPUT)[None]})
    probabilities = _softmax(np.asarray(logits[0], np.float64))
    sums = np.array([probabilities[_members(name)].sum() for name in GROUPS])
    order = np.argsort(-sums, kind="stable")[:SHOWN]
    names = [list(GROUPS)[at] for at in order]
    seen = _activation(maps[0], probabilities, _members(names[0]))
    pictures = [whole(picture, SIDE), captioned(lit(picture, seen), f"where it sees: {names[0]}")]
    chart = marked_bars(sums[order], names, [percent(value, 0) for value in sums[order]])
    likeliest = int(np.argmax(probabilities))
    line = (
        f"The network takes it for: {names[0]}, with probability {score(sums[order[0]], 2)}. The likeliest single "
        f"class of ImageNet-1k is number {likeliest}, with {score(probabilities[likeliest], 2)}."
    )
    return Drawing(line, stacked_up([side_by_side(pictures), chart]))


def _members(name: str) -> NDArray[np.int64]:
    return np.concatenate([np.arange(first, last + 1) for first, last in GROUPS[name]])


def _softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(logits - logits.max())
    return np.asarray(powers / powers.sum(), np.float64)


def _activation(
    features: NDArray[np.float32], probabilities: NDArray[np.float64], members: NDArray[np.int64]
) -> NDArray[np.float32]:
    """(rows, columns) of the map (d, rows, columns): what each cell adds to these classes beyond all others."""
    weights = np.asarray(read_checkpoint(path_of("efficientnet-lite0"))["_fc.weight"])  # (CLASSES, d)
    assert len(weights) == CLASSES
    wanted = probabilities[members] @ weights[members] / probabilities[members].sum()
    cells = np.einsum("drc,d->rc", features, wanted - weights.mean(axis=0))
    return np.asarray(np.maximum(cells, 0), np.float32)
